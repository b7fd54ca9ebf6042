import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { ThreadRecord } from "../domain/thread/Extraction.js"
import type { ThreadId } from "../domain/thread/ThreadId.js"
import type { SearchDocument, SearchQuery } from "../domain/memory/Search.js"
import type { DirtyDirectory, KnownRollout, ProjectRow, StateDbFailure, ThreadMemory } from "./StateDb.js"

/** Threads of which all there is to learn was learned, and all that there are. */
export interface ThreadCounts {
  readonly threads: number
  readonly learned: number
  readonly nothing: number
}

/** A memory as a list shows it. */
export interface MemoryEntry {
  readonly threadId: ThreadId
  readonly cwd: string
  /** The trace's heading. */
  readonly title: string
  /** The thread's last update, as it was read. Unix milliseconds. */
  readonly updatedAt: number
  /** The outcomes of its tasks, each once. */
  readonly outcomes: ReadonlyArray<string>
  /** Of the trace, in bytes. */
  readonly size: number
}

/** Whose memory there is, and where. */
export interface MemoryId {
  readonly threadId: ThreadId
  readonly cwd: string
}

/** What a memory was made from. */
export interface MemorySource {
  readonly memory: ThreadMemory
  readonly rolloutSize: number
  readonly rolloutHash: string | null
}

/** One try at a thread, and how it ended. */
export interface ExtractionTry {
  /** Unix milliseconds. */
  readonly at: number
  readonly outcome: string
  readonly errorTag: string | null
  readonly errorMessage: string | null
  /** Null after the last one. Unix milliseconds. */
  readonly retryAt: number | null
}

/** How the last consolidation of a directory went. Times are Unix milliseconds. */
export interface ConsolidationEntry {
  readonly cwd: string
  readonly publishedAt: number | null
  readonly retryAt: number | null
  readonly errorTag: string | null
  readonly errorMessage: string | null
}

/** Who holds a claim or a lock. */
export interface Holding {
  readonly kind: "claim" | "lock"
  /** The thread or the directory. */
  readonly of: string
  readonly owner: string
  readonly pid: number | null
  /** Whether its process is known to be gone: whoever asks next takes it over. */
  readonly isAbandoned: boolean
}

/** A note of a person. */
export interface UserNote {
  readonly id: number
  readonly cwd: string
  readonly text: string
  /** Unix milliseconds. */
  readonly createdAt: number
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
 * What the state DB holds, for people to look at. Reads only, and may do so at any time: while a pass writes, what is seen
 * is what was last committed.
 */
export class MemoryCatalogue extends Context.Tag("rollout-memories/MemoryCatalogue")<
  MemoryCatalogue,
  {
    readonly counts: Effect.Effect<ThreadCounts, StateDbFailure>
    /** Threads that are not fresh, of every source, archived and missing ones too; newest first. */
    readonly unlearned: Effect.Effect<ReadonlyArray<ThreadRecord>, StateDbFailure>
    readonly record: (threadId: ThreadId) => Effect.Effect<Option.Option<ThreadRecord>, StateDbFailure>
    /** The known files of a thread, in the order of their paths. */
    readonly rolloutsOf: (threadId: ThreadId) => Effect.Effect<ReadonlyArray<KnownRollout>, StateDbFailure>
    readonly tries: (threadId: ThreadId) => Effect.Effect<ReadonlyArray<ExtractionTry>, StateDbFailure>
    /** Ids that begin so, of threads that are known or were forgotten; ten at most. */
    readonly idsFrom: (prefix: string) => Effect.Effect<ReadonlyArray<ThreadId>, StateDbFailure>
    /** Threads of a directory, or all, whether learned from or not. */
    readonly threadsOf: (cwd: string | undefined) => Effect.Effect<ReadonlyArray<ThreadId>, StateDbFailure>
    /** Threads whose title, first message, summary or trace holds a text, in any case. */
    readonly threadsHolding: (text: string) => Effect.Effect<ReadonlyArray<ThreadId>, StateDbFailure>
    /** The directories that threads belong to, and those that they belonged to and that do not show it yet. */
    readonly directoriesOf: (threadIds: ReadonlyArray<ThreadId>) => Effect.Effect<ReadonlyArray<string>, StateDbFailure>
    /** The newest memories of a directory, or of each; by directory, then newest first. */
    readonly memories: (
      cwd: string | undefined,
      perDirectory: number
    ) => Effect.Effect<ReadonlyArray<MemoryEntry>, StateDbFailure>
    /** The threads of the newest memories of each directory, in the same order. */
    readonly memoryIds: (perDirectory: number) => Effect.Effect<ReadonlyArray<MemoryId>, StateDbFailure>
    readonly memory: (threadId: ThreadId) => Effect.Effect<Option.Option<MemorySource>, StateDbFailure>
    readonly projects: Effect.Effect<ReadonlyArray<ProjectRow>, StateDbFailure>
    readonly consolidations: Effect.Effect<ReadonlyArray<ConsolidationEntry>, StateDbFailure>
    readonly dirty: (tracesPerDirectory: number) => Effect.Effect<ReadonlyArray<DirtyDirectory>, StateDbFailure>
    readonly holdings: Effect.Effect<ReadonlyArray<Holding>, StateDbFailure>
    readonly notes: Effect.Effect<ReadonlyArray<UserNote>, StateDbFailure>
    readonly forgotten: Effect.Effect<ReadonlyArray<ForgottenThread>, StateDbFailure>
    /** The memories that have every term, the best `limit` of them with their texts, and how many there are in all. */
    readonly search: (
      query: SearchQuery,
      cwd: string | undefined,
      limit: number
    ) => Effect.Effect<
      { readonly total: number; readonly documents: number; readonly hits: ReadonlyArray<SearchDocument> },
      StateDbFailure
    >
    /** Tokens that models took on a UTC day (`2026-03-02`); none where no spending is kept. */
    readonly tokensOn: (day: string) => Effect.Effect<Option.Option<number>, StateDbFailure>
    /** What is wrong with the database itself, in SQLite's words; empty when nothing is. */
    readonly damage: Effect.Effect<ReadonlyArray<string>, StateDbFailure>
  }
>() {}
