import { readdirSync } from "node:fs"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { CodingAgent } from "../../domain/session/CodingAgent.js"
import type { LineStart } from "../../domain/session/codex/RolloutSegments.js"
import type { SessionLine } from "../../domain/session/SessionLine.js"
import type { RolloutFile } from "../../domain/thread/Thread.js"
import type { ThreadFacts } from "../../domain/thread/ThreadFacts.js"
import type { EndOfRollout, RolloutUnreadable } from "../../services/SessionStore.js"

/**
 * The sessions of one agent. An agent has a folder of its own here: it knows where the sessions are, lists them without
 * opening any, and reads one as a stream of lines. Which of them are sub-agents', and what was continued from what, the
 * lines say. Nothing of another program's is ever written. All operations may run concurrently.
 */
export interface AgentSessions {
  readonly agent: CodingAgent
  /** The absolute path of the agent's home. */
  readonly home: string
  /** The reason why the sessions cannot be listed now; undefined if they can. */
  readonly problem: Effect.Effect<string | undefined>
  /** Lists the session files, in any order. What cannot be listed is left out. */
  readonly list: Effect.Effect<ReadonlyArray<RolloutFile>>
  /** Reads the names that people gave their sessions beside the session files, by id. */
  readonly names: Effect.Effect<ReadonlyMap<string, string>>
  /** Reads the ids of threads for which the user switched memory off in the agent; none if that cannot be read now. */
  readonly switchedOff: Effect.Effect<Option.Option<ReadonlySet<string>>>
  readonly readEnds: (
    file: RolloutFile,
    endOrdinal: number | undefined
  ) => Effect.Effect<ThreadFacts, RolloutUnreadable>
  /** Reads which line begins at a byte of a session file; see `SessionStore`. */
  readonly lineStart: (file: RolloutFile, offset: number) => Effect.Effect<LineStart, RolloutUnreadable>
  readonly read: (
    file: RolloutFile,
    endOrdinal: number | undefined
  ) => Stream.Stream<SessionLine | EndOfRollout, RolloutUnreadable>
}

/** Returns the reason why a folder cannot be used; undefined if it can. */
export const folderProblem = (path: string): string | undefined => {
  try {
    readdirSync(path)
    return undefined
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined
    return code === "ENOENT"
      ? "it is not there"
      : code === "ENOTDIR"
        ? "it is not a folder"
        : `it cannot be read${error instanceof Error ? `: ${error.message}` : ""}`
  }
}
