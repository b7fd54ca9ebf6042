import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ThreadId } from "../../domain/thread/ThreadId.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { StateDbFailure } from "./StateDb.js"

/** Threads that were to be forgotten are being read by another pass. Nothing was changed; try again when it is done. */
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

/** A thread that was forgotten. */
export interface ForgottenThread {
  readonly threadId: ThreadId
  /** Unix milliseconds. */
  readonly forgottenAt: number
  /** Null while what it left may still be in the store: the command was cut short. */
  readonly erasedAt: number | null
}

/**
 * The deletion of threads for good. The record of forgotten ids outlives the database; it is written before anything is
 * deleted. Fails with `StateDbFailure`.
 */
export class Forgetting extends Context.Tag("rollout-memories/state/Forgetting")<
  Forgetting,
  {
    /**
     * Deletes threads with all that is known of them, and keeps them from ever coming back. All of them or, with
     * `ThreadsClaimed`, none while another pass reads one of them.
     */
    readonly forget: (threadIds: ReadonlyArray<ThreadId>) => Effect.Effect<void, ThreadsClaimed | StateDbFailure>
    /** Takes what was deleted from every byte of the store. Waits for readers; fails when they do not end. */
    readonly eraseRemains: Effect.Effect<void, StateDbFailure>
    readonly all: Effect.Effect<ReadonlyArray<ForgottenThread>, StateDbFailure>
    /** Current directories of these threads, and former ones not yet consolidated; in the order of their paths. */
    readonly directoriesOf: (
      threadIds: ReadonlyArray<ThreadId>
    ) => Effect.Effect<ReadonlyArray<Directory>, StateDbFailure>
  }
>() {}
