import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { AgentInput } from "../domain/agent/FirstMessage.js"
import type { SafeText } from "../domain/privacy/SafeText.js"
import { ModelError } from "../domain/model/ModelError.js"

/**
 * Source label of the sessions that a consolidation agent itself records. Sessions with this source never become
 * memory.
 */
export const consolidationSource = "memory_consolidation"

/** Status of an agent. The last three are final: no status follows them. */
export const AgentStatus = Schema.Union(
  Schema.TaggedStruct("Pending", {}),
  Schema.TaggedStruct("Running", {
    turn: Schema.optional(Schema.NonNegativeInt),
    tokens: Schema.optional(Schema.NonNegativeInt),
    /** Tokens of all turns so far; absent when the agent costs nothing. */
    inputTokens: Schema.optional(Schema.NonNegativeInt),
    outputTokens: Schema.optional(Schema.NonNegativeInt),
    /** The part of the input tokens that the server read from its cache. */
    cachedTokens: Schema.optional(Schema.NonNegativeInt)
  }),
  Schema.TaggedStruct("Completed", {}),
  Schema.TaggedStruct("Errored", {
    message: Schema.String,
    /** The failure of the model or its server, if that is why the agent ended. */
    error: Schema.optional(ModelError)
  }),
  Schema.TaggedStruct("Interrupted", {})
)

/** See the schema of the same name. */
export type AgentStatus = typeof AgentStatus.Type

/** True when an agent has ended. */
export const isFinal = (status: AgentStatus): boolean => status._tag !== "Pending" && status._tag !== "Running"

/** The task of an agent. */
export interface AgentRequest {
  /** Owner id of the pass whose caps apply. */
  readonly pass: string
  /** Absolute path of the agent's working directory, the only place where it may write. */
  readonly directory: string
  /** Absolute path of the project whose memory is consolidated; absent when it is not known. */
  readonly project?: string | undefined
  readonly prompt: SafeText
  /**
   * The inputs that the agent is shown before it asks for them, the most useful first: what changed, the published memory, facts and
   * traces. All of it is in its directory too, except for the list of changes.
   */
  readonly inputs?: ReadonlyArray<AgentInput>
  readonly source: typeof consolidationSource
}

/** A running agent. It ends with its scope at the latest. */
export interface Agent {
  /**
   * Statuses from the current one to a final one. A stream that ends without a final status means that the agent was
   * lost.
   */
  readonly status: Stream.Stream<AgentStatus, AgentFailure>
}

/**
 * The agent could not be started, failed, or ended without a final status. Its work is discarded; trying again may
 * help.
 */
export class AgentFailure extends Schema.TaggedError<AgentFailure>("rollout-memories/AgentFailure")("AgentFailure", {
  directory: Schema.String,
  reason: Schema.String,
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    return `the consolidation agent in ${this.directory} failed: ${this.reason}`
  }
}

/**
 * Starts agents. Several may run at once, but never two in one directory: the caller holds the directory's lock as long
 * as the agent's scope is open. Closing the scope interrupts a running agent and waits for it to stop.
 */
export class AgentControl extends Context.Tag("rollout-memories/AgentControl")<
  AgentControl,
  {
    /** The provider whose servers see what the agent reads; undefined when nothing leaves this machine. */
    readonly provider?: string | undefined
    /**
     * True for an agent that renders all facts by fixed rules, without a model, and leaves out only what has no room. It
     * costs nothing, so decisions about facts and deletions run it at once.
     */
    readonly worksByRule?: boolean
    readonly spawn: (request: AgentRequest) => Effect.Effect<Agent, AgentFailure, Scope.Scope>
  }
>() {}
