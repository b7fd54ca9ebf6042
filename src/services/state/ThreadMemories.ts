import type * as Arr from "effect/Array"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { FactId, type SessionFact } from "../../domain/facts/Fact.js"
import type { Grounding } from "../../domain/memory/Grounding.js"
import type { SearchDocument, SearchQuery } from "../../domain/memory/Search.js"
import type { SafeText } from "../../domain/privacy/SafeText.js"
import type { RolloutContent } from "../../domain/thread/Extraction.js"
import type { CodingAgent } from "../../domain/session/CodingAgent.js"
import { ThreadId } from "../../domain/thread/ThreadId.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { Claim, ClaimLost } from "./Claims.js"
import type { StateDbFailure } from "./StateDbError.js"

/**
 * A person forgot facts of a thread after its memories were made. Nothing was stored, and the claim still holds. The
 * caller leaves these facts out, with the words that state them, and stores again.
 */
export class FactsForgotten extends Schema.TaggedError<FactsForgotten>("rollout-memories/FactsForgotten")(
  "FactsForgotten",
  { threadId: ThreadId, ids: Schema.Array(FactId) }
) {
  override get message(): string {
    return `facts of thread ${this.threadId} were forgotten while it was read`
  }
}

/**
 * The content of a thread that an extraction read. It is recorded whether or not the extraction found something to
 * remember.
 */
export interface Learned {
  readonly content: RolloutContent
  /** The thread's `updatedAt` at the time of the read. Unix milliseconds. */
  readonly updatedAt: number
  /** True if a directory of the session was left out because it is ignored. */
  readonly isPartial?: boolean
}

/** The memory of a thread's work in one directory that phase one stores. */
export interface NewMemory {
  readonly cwd: Directory
  readonly traceSummary: SafeText
  readonly memorySummary: SafeText
  /** The readable part of the trace file's name. */
  readonly slug: string
  /** Share of the model's quotations that occur in the session; undefined when they were not checked. */
  readonly grounding?: Grounding | undefined
  /**
   * The facts that the current version of the rules extracts from the work; absent if they were not extracted, so that
   * a later pass does it.
   */
  readonly facts?: ReadonlyArray<SessionFact>
}

/** A stored memory of a thread's work in one directory, with the header fields of its trace file. */
export interface ThreadMemory {
  readonly threadId: ThreadId
  /** The coding agent that recorded the session. */
  readonly agent: CodingAgent
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
export interface ImportedMemory extends Omit<ThreadMemory, "agent" | "version"> {
  /** The coding agent that recorded the session; Codex if it is absent. */
  readonly agent?: CodingAgent | undefined
  /** The facts that were read from the trace. */
  readonly facts?: ReadonlyArray<SessionFact>
}

/** A directory that has memories, with their number. */
export interface ProjectRow {
  readonly cwd: Directory
  readonly memories: number
}

/** A memory as one entry of a list. */
export interface MemoryEntry {
  readonly threadId: ThreadId
  /** The coding agent that recorded the session. */
  readonly agent: CodingAgent
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

/** Identifies a memory: its thread, and the directory in which the work was done. */
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
 * The memories of threads, one for each directory that a thread worked in. Only the owner of a claim can store them,
 * which also ends the claim; any other store fails with `ClaimLost` and changes nothing. When a memory is deleted, or
 * its thread moves to another directory, the old directory keeps a record of it until its next publish. Memories of a
 * withheld thread are not returned. Reads see the last committed state. Fails with `StateDbFailure`.
 */
export class ThreadMemories extends Context.Tag("rollout-memories/state/ThreadMemories")<
  ThreadMemories,
  {
    /**
     * Stores the memories of a thread, one for each directory, ends the claim, and clears earlier failures. Deletes
     * earlier memories of the thread in other directories, and records each deletion, so that their trace files may be
     * removed. Stores everything or nothing. Fails with `FactsForgotten` if one of the facts is forgotten.
     */
    readonly store: (
      claim: Claim,
      learned: Learned,
      memories: Arr.NonEmptyReadonlyArray<NewMemory>
    ) => Effect.Effect<void, ClaimLost | FactsForgotten | StateDbFailure>
    /**
     * Records that there is nothing to remember, and ends the claim. Deletes earlier memories of the thread and records
     * each deletion, so that their trace files may be removed.
     */
    readonly storeNothing: (claim: Claim, learned: Learned) => Effect.Effect<void, ClaimLost | StateDbFailure>
    /**
     * Imports the memories of one thread from their files after the DB was lost. If the rollout no longer exists, the
     * thread's row is imported too, with the directory of the first memory. Imports nothing if the DB already has a
     * result for the thread, or a record that its memory was deleted. Returns whether the memories were imported.
     */
    readonly import: (memories: Arr.NonEmptyReadonlyArray<ImportedMemory>) => Effect.Effect<boolean, StateDbFailure>
    /**
     * Deletes the memories in directories that are ignored now, and records each deletion. A memory with facts of an
     * ignored subdirectory is deleted and read again. Threads of which a directory
     * was left out before, because it was ignored then, are read again.
     */
    readonly applyIgnored: (isIgnored: (cwd: Directory) => boolean) => Effect.Effect<void, StateDbFailure>

    readonly get: (id: MemoryId) => Effect.Effect<Option.Option<ThreadMemory>, StateDbFailure>
    /**
     * Returns all memories of a thread: first that of its own directory, then the others in the order of their
     * directories.
     */
    readonly sources: (threadId: ThreadId) => Effect.Effect<ReadonlyArray<MemorySource>, StateDbFailure>
    /** Returns the newest memories of a directory, newest first, ties by id in descending order. */
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
