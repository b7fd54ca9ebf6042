import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { ThreadRecord } from "../../domain/thread/Extraction.js"
import type { SafeText } from "../../domain/privacy/SafeText.js"
import type { CodingAgent } from "../../domain/session/CodingAgent.js"
import type { Thread } from "../../domain/thread/Thread.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { Claim, ClaimLost } from "./Claims.js"
import type { StateDbFailure } from "./StateDbError.js"

/** An indexed rollout file, with its size and times when it was last indexed. */
export interface KnownRollout {
  readonly agent: CodingAgent
  readonly path: string
  readonly size: number
  readonly modifiedAt: number
  readonly threadId: ThreadId
  /** Time of the file's last record in Unix milliseconds; the later one decides when two files record one thread. */
  readonly lastRecordAt: number
}

/** A thread with a new name, and the title that it had before. */
export interface RenamedThread {
  readonly threadId: ThreadId
  readonly name: SafeText
  readonly formerTitle: SafeText | null
}

/** The changes to the index that follow from one listing of the session files. */
export interface IndexChanges {
  /** Rows to write. A null field leaves the stored value unchanged, since indexing reads only the ends of a file. */
  readonly threads: ReadonlyArray<Thread>
  /** Threads that a person named since their row was written. Their traces get the name too, in the same transaction. */
  readonly renamed?: ReadonlyArray<RenamedThread>
  /** Files that were read, with the size and times to store. */
  readonly known: ReadonlyArray<KnownRollout>
  /**
   * Paths of indexed files that no longer exist. They leave the index, and their threads are marked missing unless
   * another file records them.
   */
  readonly gone: ReadonlyArray<string>
  /** Time from which the vanished files count as missing, in Unix milliseconds. */
  readonly now: number
  /**
   * Fingerprint of the listing of the session files. It is stored with the last part of the changes; undefined while
   * more parts follow.
   */
  readonly listing: string | undefined
}

/** A page of threads: newest `updatedAt` first, ties by id in descending order. */
export interface ThreadPage {
  readonly pageSize: number
  /** The last thread of the previous page; undefined for the first page. */
  readonly after: Thread | undefined
  /** True to include threads whose rollout no longer exists. */
  readonly withMissing: boolean
}

/**
 * The number of all indexed threads, and of those from which everything recorded was learned, by the result: a memory
 * (`learned`), or nothing to remember. Withheld threads count only in `threads`.
 */
export interface ThreadCounts {
  readonly threads: number
  readonly learned: number
  readonly nothing: number
}

/**
 * The index of threads and of the files that record them. A forgotten thread is never indexed again. Reads see the last
 * committed state, also while a pass writes. Fails with `StateDbFailure`.
 */
export class ThreadIndex extends Context.Tag("rollout-memories/state/ThreadIndex")<
  ThreadIndex,
  {
    readonly count: Effect.Effect<number, StateDbFailure>
    readonly counts: Effect.Effect<ThreadCounts, StateDbFailure>
    readonly get: (threadId: ThreadId) => Effect.Effect<Option.Option<ThreadRecord>, StateDbFailure>
    /**
     * Lists threads that have something new to learn, and withheld ones, whatever their source and also when archived.
     * The learning rules decide about each.
     */
    readonly unlearned: (page: ThreadPage) => Effect.Effect<ReadonlyArray<ThreadRecord>, StateDbFailure>
    /** Lists the threads that are withheld because memory was switched off for them. */
    readonly memoryDisabled: Effect.Effect<ReadonlyArray<ThreadId>, StateDbFailure>

    /**
     * Returns the fingerprint of the listing of session files from which the index was last updated; see
     * `listingFingerprint`.
     */
    readonly listing: Effect.Effect<Option.Option<string>, StateDbFailure>
    readonly rollouts: Effect.Effect<ReadonlyArray<KnownRollout>, StateDbFailure>
    /** Lists the indexed files of one thread, in the order of their paths. */
    readonly rolloutsOf: (threadId: ThreadId) => Effect.Effect<ReadonlyArray<KnownRollout>, StateDbFailure>
    readonly change: (changes: IndexChanges) => Effect.Effect<void, StateDbFailure>
    /** Replaces a thread's row by the one from a whole read of the rollout, and returns it. */
    readonly complete: (claim: Claim, thread: Thread) => Effect.Effect<Thread, ClaimLost | StateDbFailure>
    /**
     * Deletes a thread with its memory, and records the deletion for its directory. Returns whether the thread existed.
     */
    readonly delete: (threadId: ThreadId) => Effect.Effect<boolean, StateDbFailure>

    /** Lists the ids with a prefix among indexed and forgotten threads; ten at most. */
    readonly idsFrom: (prefix: string) => Effect.Effect<ReadonlyArray<ThreadId>, StateDbFailure>
    /** Lists the threads of a directory, or of all directories, whether learned from or not. */
    readonly idsOf: (cwd: Directory | undefined) => Effect.Effect<ReadonlyArray<ThreadId>, StateDbFailure>
    /** Lists the threads whose title, first message, summary or trace contains a text, ignoring case. */
    readonly idsHolding: (text: string) => Effect.Effect<ReadonlyArray<ThreadId>, StateDbFailure>
  }
>() {}
