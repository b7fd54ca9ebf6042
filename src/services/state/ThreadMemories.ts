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

/** The state of a thread that something, or nothing, was learned from. */
export interface Learned {
  readonly content: RolloutContent
  /** The thread's `updatedAt` as it was read. */
  readonly updatedAt: number
}

/** A thread's memory, as phase one stores it. */
export interface NewMemory extends Learned {
  readonly traceSummary: SafeText
  readonly memorySummary: SafeText
  /** The readable part of the trace file's name. */
  readonly slug: string
  /** The share of a model's quotations that was found; undefined where nobody looked. */
  readonly grounding?: Grounding | undefined
}

/** A thread's memory, with what its trace file says in its header. */
export interface ThreadMemory {
  readonly threadId: ThreadId
  readonly cwd: Directory
  readonly rolloutPath: string
  readonly traceSummary: SafeText
  readonly memorySummary: SafeText
  readonly slug: string
  /** The thread's `updatedAt` when it was read. Unix milliseconds. */
  readonly updatedAt: number
  /** Tells versions of the memory apart. */
  readonly version: string
  /** The share of a model's quotations that was found; absent where nobody looked. */
  readonly grounding?: Grounding | undefined
}

/** A memory as its files have it. */
export type ImportedMemory = Omit<ThreadMemory, "version">

/** A directory with memory, for people to find. */
export interface ProjectRow {
  readonly cwd: Directory
  readonly memories: number
}

/** A memory as a list shows it. */
export interface MemoryEntry {
  readonly threadId: ThreadId
  readonly cwd: Directory
  /** The trace's heading. */
  readonly title: SafeText
  /** The thread's last update, as it was read. Unix milliseconds. */
  readonly updatedAt: number
  /** The outcomes of its tasks, each once. */
  readonly outcomes: ReadonlyArray<string>
  /** The trace's size in bytes. */
  readonly size: number
}

/** The thread of a memory, and its directory. */
export interface MemoryId {
  readonly threadId: ThreadId
  readonly cwd: Directory
}

/** A memory, and the rollout that it was made from. */
export interface MemorySource {
  readonly memory: ThreadMemory
  readonly rolloutSize: number
  readonly rolloutHash: string | null
}

/** The best memories for a search. */
export interface SearchResult {
  /** Memories that have every term. */
  readonly total: number
  /** Memories that were searched. */
  readonly documents: number
  readonly hits: ReadonlyArray<SearchDocument>
}

/**
 * The memories of threads. A claim's owner alone stores one, together with the end of the claim; another's store fails with
 * `ClaimLost` and changes nothing. A memory that goes, or moves with its thread, is on record in the directory that it left
 * until the next publish there. Reads see what was last committed. Fails with `StateDbFailure`.
 */
export class ThreadMemories extends Context.Tag("rollout-memories/state/ThreadMemories")<
  ThreadMemories,
  {
    /** Stores what was learned, ends the claim, and drops earlier failures. */
    readonly store: (claim: Claim, memory: NewMemory) => Effect.Effect<void, ClaimLost | StateDbFailure>
    /** Records that there is nothing to remember and ends the claim. An earlier memory goes, on record. */
    readonly storeNothing: (claim: Claim, learned: Learned) => Effect.Effect<void, ClaimLost | StateDbFailure>
    /**
     * Takes a memory over from its files after the DB was lost, with its thread's row where the rollout is gone. A memory
     * that the DB already has stays, and one that was taken away on record does not come back. Returns whether it was taken.
     */
    readonly import: (memory: ImportedMemory) => Effect.Effect<boolean, StateDbFailure>

    readonly get: (threadId: ThreadId) => Effect.Effect<Option.Option<ThreadMemory>, StateDbFailure>
    readonly source: (threadId: ThreadId) => Effect.Effect<Option.Option<MemorySource>, StateDbFailure>
    /** The newest memories of a directory, newest first, ties by id descending. */
    readonly last: (cwd: Directory, count: number) => Effect.Effect<ReadonlyArray<ThreadMemory>, StateDbFailure>
    readonly projects: Effect.Effect<ReadonlyArray<ProjectRow>, StateDbFailure>
    /** The newest memories of a directory, or of each; by directory, then newest first. */
    readonly list: (
      cwd: Directory | undefined,
      perDirectory: number
    ) => Effect.Effect<ReadonlyArray<MemoryEntry>, StateDbFailure>
    /** The threads of the newest memories of each directory, in the same order. */
    readonly ids: (perDirectory: number) => Effect.Effect<ReadonlyArray<MemoryId>, StateDbFailure>
    /** The memories that have every term: the best `limit` with their texts, and how many there are in all. */
    readonly search: (
      query: SearchQuery,
      cwd: Directory | undefined,
      limit: number
    ) => Effect.Effect<SearchResult, StateDbFailure>
  }
>() {}
