import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { ModelError } from "../domain/model/ModelError.js"

/** The source label of the sessions that a consolidation agent records: they never become memory. */
export const consolidationSource = "memory_consolidation"

/** Where an agent stands. The last three are final: nothing follows them. */
export const AgentStatus = Schema.Union(
  Schema.TaggedStruct("Pending", {}),
  Schema.TaggedStruct("Running", {
    turn: Schema.optional(Schema.NonNegativeInt),
    tokens: Schema.optional(Schema.NonNegativeInt),
    /** What all turns so far have cost, where they cost anything. */
    inputTokens: Schema.optional(Schema.NonNegativeInt),
    outputTokens: Schema.optional(Schema.NonNegativeInt)
  }),
  Schema.TaggedStruct("Completed", {}),
  Schema.TaggedStruct("Errored", {
    message: Schema.String,
    /** What a model, or its server, failed with, where that was the reason. */
    error: Schema.optional(ModelError)
  }),
  Schema.TaggedStruct("Interrupted", {})
)

/** Where an agent stands. */
export type AgentStatus = typeof AgentStatus.Type

/** Whether an agent has come to its end. */
export const isFinal = (status: AgentStatus): boolean => status._tag !== "Pending" && status._tag !== "Running"

/** What an agent is to do. */
export interface AgentRequest {
  /** Whose caps the cost counts against: the pass's owner id. */
  readonly pass: string
  /** Absolute; its working directory, and the only place where it may write. */
  readonly directory: string
  readonly prompt: string
  readonly source: typeof consolidationSource
}

/** An agent at work. It ends with its scope at the latest. */
export interface Agent {
  /** From the current status to a final one. A stream that ends without a final status means that the agent is lost. */
  readonly status: Stream.Stream<AgentStatus, AgentFailure>
}

/** The agent could not be started, failed, or can no longer be followed. Its work is not used; trying again may help. */
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
 * Starts agents. Several may run at once, never two in one directory: the caller holds the directory's lock for as long as
 * the agent's scope is open, and closing the scope interrupts an agent that is still at work and waits for it to stop.
 */
export class AgentControl extends Context.Tag("rollout-memories/AgentControl")<
  AgentControl,
  {
    /** Whose servers see what the agent reads; undefined where nothing leaves this machine. */
    readonly provider?: string | undefined
    readonly spawn: (request: AgentRequest) => Effect.Effect<Agent, AgentFailure, Scope.Scope>
  }
>() {}
