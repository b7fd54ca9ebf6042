import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ThreadId } from "../../domain/thread/ThreadId.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { StateDbFailure } from "./StateDbError.js"

/** Another pass is reading some of the threads to be forgotten. Nothing was changed; try again when it is done. */
export class ThreadsClaimed extends Schema.TaggedError<ThreadsClaimed>("rollout-memories/ThreadsClaimed")(
  "ThreadsClaimed",
  { threadIds: Schema.Array(ThreadId) }
) {
  override get message(): string {
    const [first = ""] = this.threadIds
    const others = this.threadIds.length === 1 ? "" : ` and ${this.threadIds.length - 1} more`
    return `thread ${first}${others} is being read by a pass that runs now; nothing was changed, try again when it is done`
  }
}

/** The record of a forgotten thread. */
export interface ForgottenThread {
  readonly threadId: ThreadId
  /** Unix milliseconds. */
  readonly forgottenAt: number
  /**
   * Time at which the remains of the thread were erased, in Unix milliseconds; null while the deletion is unfinished.
   */
  readonly erasedAt: number | null
}

/**
 * Deletes threads for good. A record of forgotten ids is written before the deletion and outlives the database. Fails
 * with `StateDbFailure`.
 */
export class Forgetting extends Context.Tag("rollout-memories/state/Forgetting")<
  Forgetting,
  {
    /**
     * Deletes threads with everything known about them, and keeps them from being indexed again. Deletes all of them,
     * or none: fails with `ThreadsClaimed` while another pass reads one.
     */
    readonly forget: (threadIds: ReadonlyArray<ThreadId>) => Effect.Effect<void, ThreadsClaimed | StateDbFailure>
    /**
     * Overwrites the remains of deleted rows in the files of the database. Waits for other readers of the database, and
     * fails when they do not finish.
     */
    readonly eraseRemains: Effect.Effect<void, StateDbFailure>
    readonly all: Effect.Effect<ReadonlyArray<ForgottenThread>, StateDbFailure>
    /**
     * Lists the directories whose memory is affected by these threads, in the order of their paths: their current
     * directories, and former ones that have not been consolidated since.
     */
    readonly directoriesOf: (
      threadIds: ReadonlyArray<ThreadId>
    ) => Effect.Effect<ReadonlyArray<Directory>, StateDbFailure>
  }
>() {}
