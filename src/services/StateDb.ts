import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { diskFaultOf, withDiskFault } from "../domain/memory/DiskFault.js"
import type { RolloutContent, ThreadRecord } from "../domain/thread/Extraction.js"
import type { Grounding } from "../domain/memory/Grounding.js"
import type { ReachedCap, Reservation, SpendingCaps } from "../domain/model/Spending.js"
import type { Thread } from "../domain/thread/Thread.js"
import { ThreadId } from "../domain/thread/ThreadId.js"

/** What the error says that all others come from. */
const innermostMessage = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined
    ? innermostMessage(error.cause)
    : error instanceof Error
      ? error.message
      : String(error)

/**
 * The state DB cannot be used at all. The file is left as it is. `reason` says what to do: a `corrupt` one is moved aside
 * and rebuilt by `--rebuild-index`, a `newer` one wants a newer program, an `older` one a pass of this one; of `not-a-file`,
 * whatever stands there is to be moved away, and the others want permissions, space or a sound `disk`.
 */
export class StateDbUnavailable extends Schema.TaggedError<StateDbUnavailable>("rollout-memories/StateDbUnavailable")(
  "StateDbUnavailable",
  {
    path: Schema.String,
    reason: Schema.Literal("corrupt", "newer", "older", "not-a-file", "read-only", "disk", "unopenable"),
    cause: Schema.optional(Schema.Defect)
  }
) {
  override get message(): string {
    const fault = diskFaultOf(this.cause)
    switch (this.reason) {
      case "corrupt":
        return `the state DB ${this.path} is corrupt; run again with --rebuild-index to move it aside and rebuild it`
      case "newer":
        return `the state DB ${this.path} was made by a newer version of this program; upgrade it, or pass another --memories-home`
      case "older":
        return `the state DB ${this.path} was written by an earlier version of this program; run rollout-memories once without a command to bring it up to date`
      case "not-a-file":
        return innermostMessage(this.cause)
      case "read-only":
      case "disk":
      case "unopenable":
        return fault === undefined
          ? `the state DB ${this.path} cannot be opened; check that its folder exists and can be written`
          : `${fault.says}: the state DB ${this.path} cannot be used; ${fault.todo}, or pass another --memories-home`
    }
  }
}

/** One operation of the state DB failed; nothing of it was stored. What it was for fails, and may be tried again. */
export class StateDbFailure extends Schema.TaggedError<StateDbFailure>("rollout-memories/StateDbFailure")(
  "StateDbFailure",
  { operation: Schema.String, cause: Schema.Defect }
) {
  override get message(): string {
    const detail = this.cause instanceof Error ? this.cause.message : String(this.cause)
    return withDiskFault(`the state DB failed at ${this.operation}: ${detail}`, this.cause)
  }
}

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

/** The claim on a thread is no longer ours: another pass took it over. Nothing was stored; drop the work. */
export class ClaimLost extends Schema.TaggedError<ClaimLost>("rollout-memories/ClaimLost")("ClaimLost", {
  threadId: ThreadId
}) {
  override get message(): string {
    return `the claim on thread ${this.threadId} was taken over by another pass`
  }
}

/** A rollout file as the index last saw it. */
export interface KnownRollout {
  readonly path: string
  readonly size: number
  readonly modifiedAt: number
  readonly threadId: ThreadId
  /** The file's last record's time, which decides between two files of one thread. Unix milliseconds. */
  readonly lastRecordAt: number
}

/** What one look at the Codex home changes in the index. */
export interface IndexChanges {
  /** Rows to write. A field that is null keeps what is stored: an index reads the ends of a file only. */
  readonly threads: ReadonlyArray<Thread>
  /** Files that were read, now known as they are. */
  readonly known: ReadonlyArray<KnownRollout>
  /** Paths of known files that are gone: forgotten, and their threads marked missing unless another file has them. */
  readonly gone: ReadonlyArray<string>
  /** Unix milliseconds; since when what is gone is missing. */
  readonly now: number
  /** What the listing comes to once these changes are in; undefined while more are to follow. */
  readonly listing: string | undefined
}

/** Which threads a listing gives, newest `updatedAt` first, ties by id, both descending. */
export interface ThreadQuery {
  readonly pageSize: number
  /** The last thread of the page before. */
  readonly after: Thread | undefined
  /** Undefined allows every source but a sub-agent's. */
  readonly sources: ReadonlyArray<string> | undefined
  readonly archived: boolean
  /** Only threads that are not fresh and whose rollout is there. */
  readonly unlearned: boolean
}

/** The right to extract one thread, until it is released, used up or taken over. */
export interface Claim {
  readonly threadId: ThreadId
  readonly owner: string
}

/** What was read when something was learned, or nothing. */
export interface Learned {
  readonly content: RolloutContent
  /** The thread's `updatedAt` as it was read. */
  readonly updatedAt: number
}

/** A thread's memory, as phase one stores it. */
export interface NewMemory extends Learned {
  readonly traceSummary: string
  readonly memorySummary: string
  /** The readable part of the trace file's name. */
  readonly slug: string
  /** How much of what a model quoted was found; undefined where nobody looked. */
  readonly grounding?: Grounding | undefined
}

/** A thread's memory, with what its trace file says in its header. */
export interface ThreadMemory {
  readonly threadId: ThreadId
  readonly cwd: string
  readonly rolloutPath: string
  readonly traceSummary: string
  readonly memorySummary: string
  readonly slug: string
  /** The thread's `updatedAt` when it was read. Unix milliseconds. */
  readonly updatedAt: number
  /** Tells versions of the memory apart. */
  readonly version: string
  /** How much of what a model quoted was found; absent where nobody looked. */
  readonly grounding?: Grounding | undefined
}

/** A memory as its files have it. */
export type ImportedMemory = Omit<ThreadMemory, "version">

/** What an extraction failed with, and what becomes of the thread. */
export interface ExtractionFailure {
  readonly errorTag: string
  readonly errorMessage: string
  readonly content: RolloutContent
  readonly modifiedAt: number
  /** Undefined quarantines; otherwise the thread may be tried again from then on. Unix milliseconds. */
  readonly retryAt: number | undefined
  /** The attempts that failed on this content, this one included; 0 when this one does not count. */
  readonly attempts: number
}

/**
 * A directory whose consolidation would consume something else than the published one did, or that was emptied before
 * anything was published: what was removed on record still lies there.
 */
export interface DirtyDirectory {
  readonly cwd: string
  /** Failures of consolidating exactly these inputs. */
  readonly attempts: number
  /** Unix milliseconds; not before is it tried again. */
  readonly retryAt: number | undefined
}

/** What a directory's consolidation would consume now. */
export interface ConsolidationState {
  /** The last memories, newest first. */
  readonly memories: ReadonlyArray<ThreadMemory>
  /** All that are older than those, newest first: what the user wants and what fixed a failure outlive their traces. */
  readonly earlier: ReadonlyArray<{ readonly threadId: ThreadId; readonly version: string }>
  /** Of exactly these memories, the earlier ones among them; see `fingerprintOf`. */
  readonly fingerprint: string
  /** Of what the published consolidation consumed; undefined when none was published. */
  readonly published: string | undefined
  /** Failures of consolidating exactly these inputs. */
  readonly attempts: number
  /** Threads whose memory was taken away on record: their trace files are to go. */
  readonly removals: ReadonlyArray<ThreadId>
  /** What people asked to be remembered here, oldest first: it stands in every consolidation, word for word. */
  readonly notes: ReadonlyArray<string>
}

/** A directory with memory, for people to find. */
export interface ProjectRow {
  readonly cwd: string
  readonly memories: number
}

/**
 * The index of threads, their memories, and who is at work on what.
 *
 * Every operation is atomic and may run at the same time as any other, in this process or in another one; none is held
 * open across a model call or a file. Every cwd given is normalised first. Times are read from `Clock`.
 *
 * A claim or a lock belongs to its owner id: nobody else can renew, use or release it. It ends when its lease does, or at
 * once when its process is known to be gone from this host.
 */
export class StateDb extends Context.Tag("rollout-memories/StateDb")<
  StateDb,
  {
    readonly countThreads: Effect.Effect<number, StateDbFailure>
    readonly listThreads: (query: ThreadQuery) => Effect.Effect<ReadonlyArray<ThreadRecord>, StateDbFailure>
    readonly getThread: (threadId: ThreadId) => Effect.Effect<Option.Option<ThreadRecord>, StateDbFailure>
    /** Deletes a thread with its memory, on record. Returns whether it was there. */
    readonly deleteThread: (threadId: ThreadId) => Effect.Effect<boolean, StateDbFailure>

    /** What the listing came to that the index is up to date with; see `listingFingerprint`. */
    readonly indexedListing: Effect.Effect<Option.Option<string>, StateDbFailure>
    readonly knownRollouts: Effect.Effect<ReadonlyArray<KnownRollout>, StateDbFailure>
    /** The known files of one thread, in the order of their paths. */
    readonly rolloutsOf: (threadId: ThreadId) => Effect.Effect<ReadonlyArray<KnownRollout>, StateDbFailure>
    readonly changeIndex: (changes: IndexChanges) => Effect.Effect<void, StateDbFailure>

    /** None when another owner holds the thread, or when it is gone. */
    readonly claim: (
      threadId: ThreadId,
      owner: string,
      lease: Duration.Duration
    ) => Effect.Effect<Option.Option<Claim>, StateDbFailure>
    readonly renewClaim: (claim: Claim, lease: Duration.Duration) => Effect.Effect<void, ClaimLost | StateDbFailure>
    /** Gives the thread back untried. Returns whether the claim was still ours. */
    readonly releaseClaim: (claim: Claim) => Effect.Effect<boolean, StateDbFailure>
    /** Writes what a whole read of the rollout says of its thread. Returns the row, its cwd normalised. */
    readonly completeThread: (claim: Claim, thread: Thread) => Effect.Effect<Thread, ClaimLost | StateDbFailure>
    /** Stores what was learned, ends the claim, and forgets earlier failures. */
    readonly storeMemory: (claim: Claim, memory: NewMemory) => Effect.Effect<void, ClaimLost | StateDbFailure>
    /** Records that there is nothing to remember and ends the claim. An earlier memory goes, on record. */
    readonly storeNothing: (claim: Claim, learned: Learned) => Effect.Effect<void, ClaimLost | StateDbFailure>
    /** Records a failure and ends the claim. */
    readonly storeFailure: (claim: Claim, failure: ExtractionFailure) => Effect.Effect<void, ClaimLost | StateDbFailure>
    /** Notes that a failed thread's content is still the one it failed on. */
    readonly keepFailure: (threadId: ThreadId, modifiedAt: number) => Effect.Effect<void, StateDbFailure>

    readonly getMemory: (threadId: ThreadId) => Effect.Effect<Option.Option<ThreadMemory>, StateDbFailure>
    /** The newest memories of a directory, newest first, ties by id descending. */
    readonly lastMemories: (cwd: string, count: number) => Effect.Effect<ReadonlyArray<ThreadMemory>, StateDbFailure>
    /**
     * Takes a memory over from its files after the DB was lost, with its thread's row where the rollout is gone. A memory
     * that the DB already has stays, and one that was taken away on record does not come back. Returns whether it was taken.
     */
    readonly importMemory: (memory: ImportedMemory) => Effect.Effect<boolean, StateDbFailure>
    readonly listProjects: Effect.Effect<ReadonlyArray<ProjectRow>, StateDbFailure>

    /** Whether this owner holds the directory's consolidation lock now. A lease below zero counts as zero. */
    readonly acquireLock: (
      cwd: string,
      owner: string,
      lease: Duration.Duration
    ) => Effect.Effect<boolean, StateDbFailure>
    /** The directories whose lock somebody holds, or held when it was killed. */
    readonly lockedDirectories: Effect.Effect<ReadonlyArray<string>, StateDbFailure>
    /** Whether the lock was still this owner's; unlike acquiring, it never takes a lock that is free. */
    readonly renewLock: (cwd: string, owner: string) => Effect.Effect<boolean, StateDbFailure>
    /** Whether the lock was this owner's; anybody else's release changes nothing. */
    readonly releaseLock: (cwd: string, owner: string) => Effect.Effect<boolean, StateDbFailure>

    readonly dirtyDirectories: (
      tracesPerDirectory: number
    ) => Effect.Effect<ReadonlyArray<DirtyDirectory>, StateDbFailure>
    readonly consolidationState: (
      cwd: string,
      tracesPerDirectory: number
    ) => Effect.Effect<ConsolidationState, StateDbFailure>
    /** Records that a consolidation of exactly these inputs was published; earlier failures and removals are done with. */
    readonly recordPublished: (cwd: string, fingerprint: string) => Effect.Effect<void, StateDbFailure>
    /** Records that consolidating these inputs failed. */
    readonly recordUnpublished: (
      cwd: string,
      fingerprint: string,
      failure: { readonly errorTag: string; readonly errorMessage: string; readonly retryAt: number }
    ) => Effect.Effect<void, StateDbFailure>

    /**
     * Takes a request's worst cost out of what is left of the caps, for this pass and for this UTC day, before it is made.
     * Returns the cap that stands in the way; then nothing was taken. What is never settled, because its process was killed
     * or nobody can tell, stays taken.
     */
    readonly reserveSpending: (
      reservation: Reservation,
      caps: SpendingCaps
    ) => Effect.Effect<Option.Option<ReachedCap>, StateDbFailure>
    /** Puts what a request did cost, in tokens, in place of what was reserved for it. */
    readonly settleSpending: (id: string, tokens: number) => Effect.Effect<void, StateDbFailure>
    /** Forgets the failures of a thread, so that the next pass tries it again. Returns whether there were any. */
    readonly retryThread: (threadId: ThreadId) => Effect.Effect<boolean, StateDbFailure>
    /** Keeps a note of a person for a directory. The same text twice is one note. */
    readonly addNote: (cwd: string, text: string) => Effect.Effect<void, StateDbFailure>
    /** Drops notes. */
    readonly removeNotes: (noteIds: ReadonlyArray<number>) => Effect.Effect<void, StateDbFailure>
    /**
     * Deletes threads with all that is known of them, and keeps them from ever coming back. All of them or, when another
     * pass is at one of them, none.
     */
    readonly forgetThreads: (threadIds: ReadonlyArray<ThreadId>) => Effect.Effect<void, ThreadsClaimed | StateDbFailure>
    /** Forgets how the consolidations of a directory went: what they failed with may quote what they were made from. */
    readonly forgetConsolidation: (cwd: string) => Effect.Effect<void, StateDbFailure>
    /** Takes what was deleted from every byte of the store. Waits for readers; fails when they do not end. */
    readonly eraseRemains: Effect.Effect<void, StateDbFailure>
  }
>() {}
