import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { agentTitles, CodingAgent, homeVariables } from "../domain/session/CodingAgent.js"
import { withDiskFault } from "../domain/memory/DiskFault.js"
import type { RolloutContent } from "../domain/thread/Extraction.js"
import type { LineStart } from "../domain/session/codex/RolloutSegments.js"
import type { SessionLine } from "../domain/session/SessionLine.js"
import type { SessionNames } from "../domain/session/codex/SessionNames.js"
import type { RolloutFile } from "../domain/thread/Thread.js"
import type { ThreadFacts } from "../domain/thread/ThreadFacts.js"

/** No home of an agent can be used, where sessions could be. Nothing was done; give the right path. */
export class CodexHomeUnavailable extends Schema.TaggedError<CodexHomeUnavailable>(
  "rollout-memories/CodexHomeUnavailable"
)("CodexHomeUnavailable", {
  path: Schema.String,
  reason: Schema.String,
  /** The agent whose home the path is; Codex if it is absent. */
  agent: Schema.optional(CodingAgent),
  /** The homes of other agents that were looked at too. */
  others: Schema.optional(Schema.Array(Schema.String))
}) {
  override get message(): string {
    const { agent = "codex", others = [] } = this
    const also = others.length === 0 ? "" : `, and neither can ${others.join(", ")}`
    return `the ${agentTitles[agent]} home ${this.path} cannot be used: ${this.reason}${also}; pass --codex-home or set ${homeVariables[agent]}`
  }
}

/** A session file cannot be read. Other sessions are not affected; trying again helps only when the file changes. */
export class RolloutUnreadable extends Schema.TaggedError<RolloutUnreadable>("rollout-memories/RolloutUnreadable")(
  "RolloutUnreadable",
  { path: Schema.String, cause: Schema.optional(Schema.Defect) }
) {
  override get message(): string {
    const detail = this.cause instanceof Error ? `: ${this.cause.message}` : ""
    return withDiskFault(`the rollout ${this.path} cannot be read${detail}`, this.cause)
  }
}

/** The home of an agent: the folder in which it keeps its sessions. */
export interface AgentHome {
  readonly agent: CodingAgent
  readonly path: string
}

/** The last element of a session's stream: size and hash of exactly the content that was read. */
export interface EndOfRollout {
  readonly _tag: "EndOfRollout"
  readonly file: RolloutFile
  readonly content: RolloutContent
}

/**
 * Lists and reads recorded sessions. It never writes, and all operations may run concurrently. A session may grow while
 * it is read; reading ends where the file ended when it was opened.
 */
export class SessionStore extends Context.Tag("rollout-memories/SessionStore")<
  SessionStore,
  {
    /** Fails when no agent's home can be used. */
    readonly check: Effect.Effect<void, CodexHomeUnavailable>
    /** Lists the agents whose sessions can be listed now, with the paths of their homes. */
    readonly agents: Effect.Effect<ReadonlyArray<AgentHome>>
    /** Lists every session file, each real file once, in the order of their paths. Opens no file. */
    readonly list: Effect.Effect<ReadonlyArray<RolloutFile>, CodexHomeUnavailable>
    /** Reads the names that people gave their sessions; empty when there is no record of names. */
    readonly names: Effect.Effect<SessionNames>
    /**
     * Reads the ids of the threads for which the user switched memory off in Codex, which its state DB records. None
     * when that cannot be read now.
     */
    readonly switchedOff: Effect.Effect<Option.Option<ReadonlySet<string>>>
    /**
     * Reads the facts at the head and the tail of a session file; the middle of a large one is not read. See `read` for
     * `endOrdinal`.
     */
    readonly readEnds: (file: RolloutFile, endOrdinal?: number) => Effect.Effect<ThreadFacts, RolloutUnreadable>
    /**
     * Reads which line begins at a byte of a session file, so that a rewind can be checked against the file that it
     * continues. `unknown` for a compressed file, whose bytes are others.
     */
    readonly lineStart: (file: RolloutFile, offset: number) => Effect.Effect<LineStart, RolloutUnreadable>
    /**
     * Streams the lines of a session file in order, then its end. Leaves out blank lines and, with an `endOrdinal`, the
     * lines from there on that a rewind undid; see `UndoneLines`.
     */
    readonly read: (
      file: RolloutFile,
      endOrdinal?: number
    ) => Stream.Stream<SessionLine | EndOfRollout, RolloutUnreadable>
  }
>() {}
