import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Basis, FactId, FactKind } from "../domain/facts/Fact.js"
import type { LeaseLost } from "../domain/memory/ConsolidationError.js"
import { CodingAgent } from "../domain/session/CodingAgent.js"
import { ThreadId } from "../domain/thread/ThreadId.js"
import type { MemoryFsFailure } from "./MemoryFs.js"
import { factEvents } from "./state/Facts.js"
import type { ThreadsClaimed } from "./state/Forgetting.js"
import type { StateDbFailure } from "./state/StateDbError.js"

/** An argument of an operation is invalid. Nothing was done; correct the argument and call again. */
export class InputInvalid extends Schema.TaggedError<InputInvalid>("rollout-memories/InputInvalid")("InputInvalid", {
  /** The name of the invalid argument. */
  input: Schema.String,
  value: Schema.String,
  expected: Schema.String
}) {
  override get message(): string {
    return `${this.input}: expected ${this.expected}, not ${JSON.stringify(this.value)}`
  }
}

/** No thread has an id that begins with the given text, or several have. Nothing was done; give more of the id. */
export class ThreadNotFound extends Schema.TaggedError<ThreadNotFound>("rollout-memories/ThreadNotFound")(
  "ThreadNotFound",
  { given: Schema.String, candidates: Schema.Array(Schema.String) }
) {
  override get message(): string {
    return this.candidates.length === 0
      ? `no thread begins with ${this.given}; \`rollout-memories list\` shows those that were learned from`
      : `several threads begin with ${this.given}; give more of the id: ${this.candidates.join(", ")}`
  }
}

/** No fact has the given id. Nothing was done; search for the fact to see its id. */
export class FactNotFound extends Schema.TaggedError<FactNotFound>("rollout-memories/FactNotFound")("FactNotFound", {
  id: Schema.String,
  /** The directory in which the fact was looked for; null for all directories. */
  cwd: Schema.NullOr(Schema.String),
  /** The time at which the fact was forgotten, as RFC 3339; null if it was not. */
  forgottenAt: Schema.NullOr(Schema.String)
}) {
  override get message(): string {
    const place = this.cwd === null ? "" : ` in ${this.cwd}`
    return this.forgottenAt === null
      ? `no fact has the id ${this.id}${place}; \`rollout-memories search WORDS\` shows the ids of facts`
      : `the fact ${this.id} was forgotten${place} on ${this.forgottenAt.slice(0, 10)}; it does not come back`
  }
}

/** A directory's memory is being consolidated by another pass. Nothing was changed; try again when it is done. */
export class DirectoryLocked extends Schema.TaggedError<DirectoryLocked>("rollout-memories/DirectoryLocked")(
  "DirectoryLocked",
  { cwd: Schema.String }
) {
  override get message(): string {
    return `the memory of ${this.cwd} is being consolidated by a pass that runs now; nothing was changed, try again when it is done`
  }
}

/** A time as RFC 3339 in UTC. */
const Time = Schema.String

/** A memory of a thread, or a directory's `MEMORY.md`, that contains every word of a search. */
export const SearchHit = Schema.Struct({
  kind: Schema.Literal("trace", "memory"),
  cwd: Schema.String,
  /** The thread of the memory; null for a `MEMORY.md`. */
  threadId: Schema.NullOr(Schema.String),
  title: Schema.String,
  updatedAt: Schema.NullOr(Time),
  /** The relevance; higher is better. */
  score: Schema.Number,
  /** The line that matches the query best. */
  place: Schema.Struct({
    field: Schema.Literal("text", "summary"),
    line: Schema.NonNegativeInt,
    text: Schema.String,
    /** Start and end of each match in `text`. */
    highlights: Schema.Array(Schema.Tuple(Schema.NonNegativeInt, Schema.NonNegativeInt))
  })
})

/** See the schema of the same name. */
export type SearchHit = typeof SearchHit.Type

/** A fact that a search found: it contains the words in any inflection. */
export const FoundFact = Schema.Struct({
  id: FactId,
  kind: FactKind,
  /** The text of the fact. If a person corrected the fact, it is the correction. */
  text: Schema.String,
  isCorrected: Schema.Boolean,
  /** The newer wish that superseded it; null for other facts. */
  supersededBy: Schema.NullOr(FactId),
  basis: Basis,
  cwd: Schema.String,
  /** The id of the session from which the fact was extracted. */
  threadId: Schema.String,
  /** The number of the line in the session's file that proves the fact. */
  line: Schema.Int,
  at: Schema.NullOr(Time)
})

/** See the schema of the same name. */
export type FoundFact = typeof FoundFact.Type

/**
 * The result of a search: the matching facts and the best hits in traces and files, each best first, and the total
 * number of hits.
 */
export const SearchResults = Schema.Struct({
  facts: Schema.Array(FoundFact),
  total: Schema.NonNegativeInt,
  hits: Schema.Array(SearchHit)
})

/** See the schema of the same name. */
export type SearchResults = typeof SearchResults.Type

/** The note that was stored, and its directory. */
export const Remembered = Schema.Struct({ cwd: Schema.String, note: Schema.String })

/** See the schema of the same name. */
export type Remembered = typeof Remembered.Type

/** A fact: its id, and the directory if it is meant in one alone. */
export const FactPlace = Schema.Struct({
  id: Schema.String,
  cwd: Schema.optional(Schema.String)
})

/** See the schema of the same name. */
export type FactPlace = typeof FactPlace.Type

/** The scope of a deletion: one thread, one directory, every place with a text, one fact, or everything. */
export const ForgetTarget = Schema.Union(
  Schema.TaggedStruct("Thread", { threadId: ThreadId }),
  Schema.TaggedStruct("Directory", { cwd: Schema.String }),
  Schema.TaggedStruct("Matching", { text: Schema.String }),
  Schema.TaggedStruct("Fact", FactPlace.fields),
  Schema.TaggedStruct("Everything", {})
)

/** See the schema of the same name. */
export type ForgetTarget = typeof ForgetTarget.Type

/**
 * The threads, notes and directories that a deletion affects; all empty when the target matched nothing. A deleted fact
 * leaves its threads as they are.
 */
export const Forgotten = Schema.Struct({
  forgotten: Schema.Boolean,
  threadIds: Schema.Array(ThreadId),
  /** The texts of the notes. */
  notes: Schema.Array(Schema.String),
  cwds: Schema.Array(Schema.String),
  /** The ids of the facts, with those that the same lines told; only where the target was a fact. */
  facts: Schema.optional(Schema.Array(FactId))
})

/** See the schema of the same name. */
export type Forgotten = typeof Forgotten.Type

/**
 * States when a decision about a fact reaches a directory's `MEMORY.md`. `written`: the file was written at once.
 * `running pass`: another pass holds the lock of the directory, and will include the decision. `next pass`: the next
 * pass writes the file, since a model consolidates. `failed`: writing failed.
 */
export const Republished = Schema.Literal("written", "running pass", "next pass", "failed")

/** See the schema of the same name. */
export type Republished = typeof Republished.Type

/** The result of a person's decision about a fact, such as a pin or a correction, in each directory. */
export const Decided = Schema.Struct({
  id: FactId,
  directories: Schema.Array(
    Schema.Struct({
      cwd: Schema.String,
      /** The fact itself and the facts that are merged into the same line of `MEMORY.md`. */
      facts: Schema.Array(FactId),
      /** False if the decision had been made before, for example if the fact was pinned already. */
      isChanged: Schema.Boolean,
      memory: Republished
    })
  )
})

/** See the schema of the same name. */
export type Decided = typeof Decided.Type

/** A correction of a fact: its line without secrets, or null where it was taken back. */
export const Corrected = Schema.Struct({ ...Decided.fields, text: Schema.NullOr(Schema.String) })

/** See the schema of the same name. */
export type Corrected = typeof Corrected.Type

/** An entry of the history of facts. */
export const HistoryLine = Schema.Struct({
  at: Schema.NullOr(Time),
  event: Schema.Literal(...factEvents),
  id: FactId,
  kind: Schema.NullOr(FactKind),
  cwd: Schema.String,
  /**
   * The session that caused the event: the one that has the fact, or for `superseded` the one with the newer fact. Null
   * for a decision of a person.
   */
  threadId: Schema.NullOr(Schema.String),
  /** The text of the fact; null if the entry stores none, for example for a forgotten fact. */
  text: Schema.NullOr(Schema.String),
  /** The fact that superseded this one; null for other events. */
  by: Schema.NullOr(FactId)
})

/** See the schema of the same name. */
export type HistoryLine = typeof HistoryLine.Type

/** The newest entries of the history, the newest first; `hasMore` says whether there are older ones. */
export const History = Schema.Struct({ entries: Schema.Array(HistoryLine), hasMore: Schema.Boolean })

/** See the schema of the same name. */
export type History = typeof History.Type

/** Numbers of threads for each state or reason. */
const ThreadNumbers = Schema.Record({ key: Schema.String, value: Schema.NonNegativeInt })

/** The state of a directory's memory. */
export const ProjectStatus = Schema.Struct({
  cwd: Schema.String,
  memoryRoot: Schema.String,
  memories: Schema.NonNegativeInt,
  state: Schema.Literal("published", "dirty", "failing"),
  publishedAt: Schema.NullOr(Time),
  retryAt: Schema.NullOr(Time),
  error: Schema.NullOr(Schema.Struct({ _tag: Schema.String, message: Schema.String }))
})

/** See the schema of the same name. */
export type ProjectStatus = typeof ProjectStatus.Type

/** The state of all sessions and memories. */
export const MemoriesStatus = Schema.Struct({
  memoriesHome: Schema.String,
  threads: Schema.Struct({
    total: Schema.NonNegativeInt,
    learned: Schema.NonNegativeInt,
    nothing: Schema.NonNegativeInt,
    /** Numbers of waiting threads, by reason. */
    waiting: ThreadNumbers,
    backingOff: Schema.Array(
      Schema.Struct({
        threadId: Schema.String,
        rolloutPath: Schema.String,
        until: Schema.NullOr(Time),
        error: Schema.String
      })
    ),
    quarantined: Schema.Array(
      Schema.Struct({ threadId: Schema.String, rolloutPath: Schema.String, error: Schema.String })
    ),
    /** Numbers of threads that no pass reads, by reason. */
    outside: ThreadNumbers
  }),
  projects: Schema.Array(ProjectStatus),
  /** Claims and locks that are held now. */
  holders: Schema.Array(
    Schema.Struct({
      kind: Schema.Literal("claim", "lock"),
      /** The id of the thread of a claim, or the path of the directory of a lock. */
      of: Schema.String,
      owner: Schema.String,
      pid: Schema.NullOr(Schema.Number),
      /** True if the process of the holder is known to have ended. */
      isAbandoned: Schema.Boolean
    })
  ),
  notes: Schema.NonNegativeInt,
  forgotten: Schema.NonNegativeInt,
  /** Threads whose deletion was interrupted; `forget` them again. */
  unfinishedForgets: Schema.Array(ThreadId),
  bytesOnDisk: Schema.NonNegativeInt,
  /** Number of tokens that model requests used since midnight UTC. */
  tokensToday: Schema.Number,
  /**
   * True if a person has to act: a thread is in quarantine, the consolidation of a directory fails, or a deletion is
   * unfinished.
   */
  needsPerson: Schema.Boolean
})

/** See the schema of the same name. */
export type MemoriesStatus = typeof MemoriesStatus.Type

/** A value that a rule compared with a limit. Times are RFC 3339, durations milliseconds. */
export const ComparedValue = Schema.Struct({
  what: Schema.String,
  value: Schema.NullOr(Schema.Union(Schema.String, Schema.Number)),
  unit: Schema.Literal("time", "duration", "bytes", "text")
})

/** See the schema of the same name. */
export type ComparedValue = typeof ComparedValue.Type

/**
 * The rules that were checked for a thread, in order up to the one that decided, and the past attempts to extract it.
 */
export const Explanation = Schema.Struct({
  threadId: ThreadId,
  /** The reason that the last rule gave why the thread is not learned from, or `eligible`. */
  verdict: Schema.String,
  /** The data about the thread in the index; null for a forgotten thread. */
  thread: Schema.NullOr(
    Schema.Struct({
      /** The coding agent that recorded the session. */
      agent: CodingAgent,
      title: Schema.NullOr(Schema.String),
      cwd: Schema.NullOr(Schema.String),
      source: Schema.NullOr(Schema.String),
      rolloutPath: Schema.String,
      createdAt: Schema.NullOr(Time),
      updatedAt: Schema.NullOr(Time)
    })
  ),
  rolloutPaths: Schema.Array(Schema.String),
  /** The directories in which the thread has a memory, its own directory first. */
  memoryIn: Schema.Array(Schema.String),
  rules: Schema.Array(
    Schema.Struct({
      rule: Schema.String,
      applies: Schema.Boolean,
      verdict: Schema.String,
      compared: Schema.Array(ComparedValue)
    })
  ),
  tries: Schema.Array(
    Schema.Struct({
      at: Schema.NullOr(Time),
      outcome: Schema.String,
      errorTag: Schema.NullOr(Schema.String),
      errorMessage: Schema.NullOr(Schema.String),
      retryAt: Schema.NullOr(Time)
    })
  )
})

/** See the schema of the same name. */
export type Explanation = typeof Explanation.Type

/** The failures of a decision about a fact. */
export type DecisionError = InputInvalid | FactNotFound | MemoryFsFailure | StateDbFailure

/**
 * The operations on the memories of a home, for the tools and pages of a host. All of them may run concurrently, also
 * while passes run. A directory is given as an absolute path, by any of its names, and stands for its project. Results have the form of the
 * commands' `--json`.
 */
export class Memories extends Context.Tag("rollout-memories/Memories")<
  Memories,
  {
    /**
     * Renders the text that a session starting in a directory should receive; empty where there is nothing worth telling. See
     * `MemoryContext.forCwd`.
     */
    readonly context: (
      cwd: string,
      options: { readonly maxTokens: number }
    ) => Effect.Effect<string, InputInvalid | MemoryFsFailure>
    /**
     * Finds facts that contain the words in any inflection, and memories that contain every word, in one directory or
     * in all. A word may be a phrase.
     */
    readonly search: (query: {
      readonly words: ReadonlyArray<string>
      readonly cwd?: string | undefined
    }) => Effect.Effect<SearchResults, InputInvalid | MemoryFsFailure | StateDbFailure>
    /** Stores a note that every later consolidation of the directory includes. Secrets are removed from it. */
    readonly remember: (
      cwd: string,
      text: string
    ) => Effect.Effect<Remembered, InputInvalid | MemoryFsFailure | StateDbFailure>
    /**
     * Deletes memories for good, and prevents their sessions, or the fact, from being learned again. The files of the
     * sessions stay.
     * Cannot be interrupted once begun. After a kill, or a failure in one directory, the same call finishes the work.
     */
    readonly forget: (
      target: ForgetTarget
    ) => Effect.Effect<
      Forgotten,
      InputInvalid | FactNotFound | DirectoryLocked | LeaseLost | ThreadsClaimed | MemoryFsFailure | StateDbFailure
    >
    /** Keeps the line of a fact in `MEMORY.md`, whatever has to give way. One that a person took out is told again. */
    readonly pin: (fact: FactPlace) => Effect.Effect<Decided, DecisionError>
    readonly unpin: (fact: FactPlace) => Effect.Effect<Decided, DecisionError>
    /** Replaces the line of a fact by a person's. Secrets are removed from it. */
    readonly correct: (fact: FactPlace, text: string) => Effect.Effect<Corrected, DecisionError>
    /** Takes a correction back: what the sessions say is told again. */
    readonly uncorrect: (fact: FactPlace) => Effect.Effect<Corrected, DecisionError>
    /** Tells what was learned, replaced and taken away, and when; of one fact, of a directory, or of all. */
    readonly history: (query: {
      readonly id?: string | undefined
      readonly cwd?: string | undefined
      /** The most entries; 100 by default. */
      readonly limit?: number | undefined
    }) => Effect.Effect<History, InputInvalid | FactNotFound | MemoryFsFailure | StateDbFailure>
    readonly status: Effect.Effect<MemoriesStatus, MemoryFsFailure | StateDbFailure>
    /**
     * Explains whether and why a thread is learned from. Takes the thread's id, or at least its first eight characters.
     */
    readonly explain: (
      threadId: string
    ) => Effect.Effect<Explanation, InputInvalid | ThreadNotFound | MemoryFsFailure | StateDbFailure>
  }
>() {}
