import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { ThreadRecord } from "../../domain/thread/Extraction.js"
import type { Thread } from "../../domain/thread/Thread.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { Claim, ClaimLost } from "./Claims.js"
import type { StateDbFailure } from "./StateDb.js"

/** A rollout file as the index last saw it. */
export interface KnownRollout {
  readonly path: string
  readonly size: number
  readonly modifiedAt: number
  readonly threadId: ThreadId
  /** The time of the file's last record, which decides between two files of one thread. Unix milliseconds. */
  readonly lastRecordAt: number
}

/** The changes that one listing of the Codex home makes to the index. */
export interface IndexChanges {
  /** Rows to write. A field that is null keeps what is stored: an index reads the ends of a file only. */
  readonly threads: ReadonlyArray<Thread>
  /** Files that were read, now known as they are. */
  readonly known: ReadonlyArray<KnownRollout>
  /** Paths of known files that are gone: forgotten, and their threads marked missing unless another file has them. */
  readonly gone: ReadonlyArray<string>
  /** The time since when what is gone is missing. Unix milliseconds. */
  readonly now: number
  /** The fingerprint of the listing once these changes are in; undefined while more are to follow. */
  readonly listing: string | undefined
}

/** One page of threads, newest `updatedAt` first, ties by id, both descending. */
export interface ThreadPage {
  readonly pageSize: number
  /** The last thread of the page before. */
  readonly after: Thread | undefined
  /** True if threads whose rollout is gone are listed too. */
  readonly withMissing: boolean
}

/** The number of threads, and of those of which all there is to learn was learned; withheld ones are not among these. */
export interface ThreadCounts {
  readonly threads: number
  readonly learned: number
  readonly nothing: number
}

/**
 * The index of threads and of the files that record them. A forgotten thread never comes back into it. Reads see what was
 * last committed, also while a pass writes. Fails with `StateDbFailure`.
 */
export class ThreadIndex extends Context.Tag("rollout-memories/state/ThreadIndex")<
  ThreadIndex,
  {
    readonly count: Effect.Effect<number, StateDbFailure>
    readonly counts: Effect.Effect<ThreadCounts, StateDbFailure>
    readonly get: (threadId: ThreadId) => Effect.Effect<Option.Option<ThreadRecord>, StateDbFailure>
    /** Threads that are not fresh, and those that are withheld; archived ones and any source too: the rules judge them. */
    readonly unlearned: (page: ThreadPage) => Effect.Effect<ReadonlyArray<ThreadRecord>, StateDbFailure>
    /** Threads that are withheld because memory was switched off for them. */
    readonly memoryDisabled: Effect.Effect<ReadonlyArray<ThreadId>, StateDbFailure>

    /** The fingerprint of the listing that the index is up to date with; see `listingFingerprint`. */
    readonly listing: Effect.Effect<Option.Option<string>, StateDbFailure>
    readonly rollouts: Effect.Effect<ReadonlyArray<KnownRollout>, StateDbFailure>
    /** The known files of one thread, in the order of their paths. */
    readonly rolloutsOf: (threadId: ThreadId) => Effect.Effect<ReadonlyArray<KnownRollout>, StateDbFailure>
    readonly change: (changes: IndexChanges) => Effect.Effect<void, StateDbFailure>
    /** Writes what a whole read of the rollout says of its thread. Returns the row. */
    readonly complete: (claim: Claim, thread: Thread) => Effect.Effect<Thread, ClaimLost | StateDbFailure>
    /** Deletes a thread with its memory, on record. Returns whether it was there. */
    readonly delete: (threadId: ThreadId) => Effect.Effect<boolean, StateDbFailure>

    /** Ids with this prefix, of threads that are known or were forgotten; ten at most. */
    readonly idsFrom: (prefix: string) => Effect.Effect<ReadonlyArray<ThreadId>, StateDbFailure>
    /** Threads of a directory, or all, whether learned from or not. */
    readonly idsOf: (cwd: Directory | undefined) => Effect.Effect<ReadonlyArray<ThreadId>, StateDbFailure>
    /** Threads whose title, first message, summary or trace holds a text, in any case. */
    readonly idsHolding: (text: string) => Effect.Effect<ReadonlyArray<ThreadId>, StateDbFailure>
  }
>() {}
