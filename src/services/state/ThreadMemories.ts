import type * as Arr from "effect/Array"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { Grounding } from "../../domain/memory/Grounding.js"
import type { SearchDocument, SearchQuery } from "../../domain/memory/Search.js"
import type { SafeText } from "../../domain/privacy/SafeText.js"
import type { RolloutContent } from "../../domain/thread/Extraction.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { Claim, ClaimLost } from "./Claims.js"
import type { StateDbFailure } from "./StateDb.js"

/** The version of a thread that an extraction read, whether or not it found something to remember. */
export interface Learned {
  readonly content: RolloutContent
  /** The thread's `updatedAt` at the time of the read. Unix milliseconds. */
  readonly updatedAt: number
  /** True if a directory of the session was left out, because it is ignored. */
  readonly isPartial?: boolean
}

/** The memory of a thread's work in one directory, as phase one stores it. */
export interface NewMemory {
  readonly cwd: Directory
  readonly traceSummary: SafeText
  readonly memorySummary: SafeText
  /** The readable part of the trace file's name. */
  readonly slug: string
  /** Share of the model's quotations that occur in the session; undefined when they were not checked. */
  readonly grounding?: Grounding | undefined
}

/** A stored memory of a thread, with the header fields of its trace file. */
export interface ThreadMemory {
  readonly threadId: ThreadId
  /** The directory in which the work was done. */
  readonly cwd: Directory
  readonly rolloutPath: string
  readonly traceSummary: SafeText
  readonly memorySummary: SafeText
  readonly slug: string
  /** The thread's `updatedAt` at the time of the read. Unix milliseconds. */
  readonly updatedAt: number
  /** Identifies the version of the memory: it changes with the trace or the summary. */
  readonly version: string
  /** Share of the model's quotations that occur in the session; absent when they were not checked. */
  readonly grounding?: Grounding | undefined
}

/** A memory as read from its files on disk. */
export type ImportedMemory = Omit<ThreadMemory, "version">

/** A directory with memory, for the list of projects. */
export interface ProjectRow {
  readonly cwd: Directory
  readonly memories: number
}

/** A memory as one entry of a list. */
export interface MemoryEntry {
  readonly threadId: ThreadId
  readonly cwd: Directory
  /** The heading of the trace. */
  readonly title: SafeText
  /** The thread's `updatedAt` at the time of the read. Unix milliseconds. */
  readonly updatedAt: number
  /** The distinct outcomes of the tasks in the trace. */
  readonly outcomes: ReadonlyArray<string>
  /** The trace's size in bytes. */
  readonly size: number
}

/** Identifies a memory: its thread, and its directory. */
export interface MemoryId {
  readonly threadId: ThreadId
  readonly cwd: Directory
}

/** A memory, with the rollout from which it was made. */
export interface MemorySource {
  readonly memory: ThreadMemory
  readonly rolloutSize: number
  readonly rolloutHash: string | null
}

/** The best results of a search, with counts. */
export interface SearchResult {
  /** Number of memories that contain every term. */
  readonly total: number
  /** Number of memories that were searched. */
  readonly documents: number
  readonly hits: ReadonlyArray<SearchDocument>
}

/**
 * The memories of threads. Only the owner of a claim can store one, which also ends the claim; any other store fails
 * with `ClaimLost` and changes nothing. When a memory is deleted, or its thread moves to another directory, the old
 * directory keeps a record of it until its next publish. Reads see the last committed state. Fails with
 * `StateDbFailure`.
 */
export class ThreadMemories extends Context.Tag("rollout-memories/state/ThreadMemories")<
  ThreadMemories,
  {
    /**
     * Stores what was learned, one memory for each directory, ends the claim, and drops earlier failures. An earlier memory in
     * any other directory goes, on record. All of this or nothing.
     */
    readonly store: (
      claim: Claim,
      learned: Learned,
      memories: Arr.NonEmptyReadonlyArray<NewMemory>
    ) => Effect.Effect<void, ClaimLost | StateDbFailure>
    /** Records that there is nothing to remember and ends the claim. Earlier memories go, on record. */
    readonly storeNothing: (claim: Claim, learned: Learned) => Effect.Effect<void, ClaimLost | StateDbFailure>
    /**
     * Takes the memories of one thread over from their files after the DB was lost, with the thread's row where the rollout is
     * gone; the first memory's directory is then the thread's. What the DB already has of the thread stays, and what was taken
     * away on record does not come back. Returns whether they were taken.
     */
    readonly import: (memories: Arr.NonEmptyReadonlyArray<ImportedMemory>) => Effect.Effect<boolean, StateDbFailure>
    /**
     * Takes away, on record, the memories in directories that are ignored now, and has the threads read again of which a
     * directory was left out before.
     */
    readonly applyIgnored: (isIgnored: (cwd: Directory) => boolean) => Effect.Effect<void, StateDbFailure>

    readonly get: (id: MemoryId) => Effect.Effect<Option.Option<ThreadMemory>, StateDbFailure>
    /** All memories of a thread: that of its own directory first, then in the order of their directories. */
    readonly sources: (threadId: ThreadId) => Effect.Effect<ReadonlyArray<MemorySource>, StateDbFailure>
    /** The newest memories of a directory, newest first, ties by id descending. */
    readonly last: (cwd: Directory, count: number) => Effect.Effect<ReadonlyArray<ThreadMemory>, StateDbFailure>
    readonly projects: Effect.Effect<ReadonlyArray<ProjectRow>, StateDbFailure>
    /** Lists the newest memories of one directory, or of each directory; ordered by directory, then newest first. */
    readonly list: (
      cwd: Directory | undefined,
      perDirectory: number
    ) => Effect.Effect<ReadonlyArray<MemoryEntry>, StateDbFailure>
    /** Lists the threads of the newest memories of each directory, in the order of `list`. */
    readonly ids: (perDirectory: number) => Effect.Effect<ReadonlyArray<MemoryId>, StateDbFailure>
    /** Finds the memories that contain every term: the best `limit` with their texts, and the total number. */
    readonly search: (
      query: SearchQuery,
      cwd: Directory | undefined,
      limit: number
    ) => Effect.Effect<SearchResult, StateDbFailure>
  }
>() {}
