import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { FactId, FactKind, SessionFact } from "../../domain/facts/Fact.js"
import type { KnownFact } from "../../domain/facts/ProjectFacts.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { Claim, ClaimLost } from "./Claims.js"
import type { StateDbFailure } from "./StateDbError.js"

/** A fact that was extracted from a session, with the thread and the directory. */
export interface StoredFact extends KnownFact {
  readonly threadId: ThreadId
  readonly cwd: Directory
}

/**
 * A decision of a person about a fact of a project. `Pinned` keeps its line in `MEMORY.md`, `Corrected` replaces the
 * line, and `Removed` keeps the fact in the database but out of `MEMORY.md` and of search results. `Forgotten` deletes
 * the fact for good.
 */
export type FactMark =
  | { readonly _tag: "Pinned" }
  | { readonly _tag: "Forgotten" }
  | { readonly _tag: "Removed" }
  | { readonly _tag: "Corrected"; readonly text: string }

/** A decision about a fact, with its time in Unix milliseconds. */
export interface MarkedFact {
  readonly id: FactId
  readonly cwd: Directory
  readonly mark: FactMark
  readonly at: number
}

/** The kinds of decisions of people about a fact. */
export const factMarks = ["Pinned", "Forgotten", "Corrected", "Removed"] as const

/** The kinds of events in the history of a fact. */
export const factEvents = [
  "added",
  "withdrawn",
  "superseded",
  "forgotten",
  "pinned",
  "unpinned",
  "corrected",
  "uncorrected",
  "removed",
  "restored"
] as const

/** The kind of an event in the history of a fact. */
export type FactEvent = (typeof factEvents)[number]

/** An entry in the history of a fact. For a forgotten fact it has no text. */
export interface HistoryEntry {
  readonly id: FactId
  readonly cwd: Directory
  readonly event: FactEvent
  /** Unix milliseconds. */
  readonly at: number
  /**
   * The session that caused the event: the one that has the fact, or for `superseded` the one with the newer fact. Null
   * for a decision of a person.
   */
  readonly threadId: ThreadId | null
  readonly kind: FactKind | null
  readonly text: string | null
  /** The fact that superseded this one; null for other events. */
  readonly by: FactId | null
}

/** A memory whose text stated a forgotten fact, with the text that remains without it. */
export interface CleanedMemory {
  readonly threadId: ThreadId
  readonly traceSummary: string
  readonly memorySummary: string
  readonly slug: string
}

/** A thread whose title or first message stated a forgotten fact, with the texts that remain without it. */
export interface CleanedThread {
  readonly threadId: ThreadId
  readonly title: string | null
  readonly firstUserMessage: string | null
}

/** A person's correction of a fact, in the words in which it was recorded. */
export interface ForgottenCorrection {
  readonly id: FactId
  readonly text: string
}

/** The facts to forget, and the texts that replace those which state them. */
export interface ForgottenFacts {
  readonly ids: ReadonlyArray<FactId>
  readonly memories: ReadonlyArray<CleanedMemory>
  readonly threads: ReadonlyArray<CleanedThread>
  /** Corrections of other facts that state the forgotten ones. */
  readonly corrections: ReadonlyArray<ForgottenCorrection>
}

/** The facts of a session in one directory, as the current version of the rules extracts them. */
export interface ExtractedFacts {
  readonly cwd: Directory
  readonly facts: ReadonlyArray<SessionFact>
}

/** A thread whose facts were extracted by an older version of the rules, or were read from its trace. */
export interface StaleThread {
  readonly threadId: ThreadId
  readonly cwds: ReadonlyArray<Directory>
}

/**
 * The facts of sessions, their history, and the decisions of people about them. Facts belong to the memory of their
 * thread in a directory: they are stored, moved and deleted with it. A forgotten fact is not stored again when its
 * session is extracted again. Fails with `StateDbFailure`.
 */
export class Facts extends Context.Tag("rollout-memories/state/Facts")<
  Facts,
  {
    /** Lists the facts of a directory: newest session first, the facts of one session in its order. */
    readonly of: (cwd: Directory) => Effect.Effect<ReadonlyArray<StoredFact>, StateDbFailure>
    /** Lists the facts with an id, in one directory or in all; the newest first. */
    readonly withId: (
      id: FactId,
      cwd: Directory | undefined
    ) => Effect.Effect<ReadonlyArray<StoredFact>, StateDbFailure>
    /**
     * Lists the facts of a directory as they were at a time in Unix milliseconds, in the order of {@link of}: a session
     * is as old as its newest fact. Leaves out those that were forgotten since, and those of withheld threads.
     */
    readonly asOf: (cwd: Directory, time: number) => Effect.Effect<ReadonlyArray<StoredFact>, StateDbFailure>
    /**
     * Finds the best `limit` facts for the words of a query, best first; a fact of several sessions is listed once for
     * each directory. First come facts that contain every word in any inflection, then those with synonyms. If there
     * are none, facts that contain any word are listed. For a word that no fact contains, near spellings are searched.
     * Removed facts are not found.
     */
    readonly search: (
      words: ReadonlyArray<string>,
      cwd: Directory | undefined,
      limit: number
    ) => Effect.Effect<ReadonlyArray<StoredFact>, StateDbFailure>
    readonly marks: (cwd: Directory) => Effect.Effect<ReadonlyArray<MarkedFact>, StateDbFailure>
    /** Lists the decisions about a fact, in one directory or in all. */
    readonly marksWithId: (
      id: FactId,
      cwd: Directory | undefined
    ) => Effect.Effect<ReadonlyArray<MarkedFact>, StateDbFailure>
    /**
     * Records a person's decision about a fact. For `Forgotten` the text of the fact is deleted at once, also from the
     * history.
     */
    readonly mark: (id: FactId, cwd: Directory, mark: FactMark, text: string) => Effect.Effect<void, StateDbFailure>
    /** Marks facts as forgotten, and replaces the texts that state them. Does all of it or nothing. */
    readonly forget: (cwd: Directory, forgotten: ForgottenFacts) => Effect.Effect<void, StateDbFailure>
    /**
     * Records in the history which wishes were superseded by which newer ones. Repeats nothing that is recorded
     * already.
     */
    readonly recordSuperseded: (
      cwd: Directory,
      superseded: ReadonlyArray<{ readonly id: FactId; readonly by: FactId; readonly threadId: string }>
    ) => Effect.Effect<void, StateDbFailure>
    /** Removes a person's decision about a fact. Returns whether there was one. */
    readonly unmark: (
      id: FactId,
      cwd: Directory,
      mark: Exclude<FactMark["_tag"], "Forgotten">
    ) => Effect.Effect<boolean, StateDbFailure>
    /** Lists the decisions of people about the facts of a directory from its history, the oldest first. */
    readonly decisions: (cwd: Directory) => Effect.Effect<ReadonlyArray<HistoryEntry>, StateDbFailure>
    /** Lists the history of a directory, of one fact, or of all; newest entries first. */
    readonly history: (
      of: { readonly cwd: Directory | undefined; readonly id: FactId | undefined },
      limit: number
    ) => Effect.Effect<ReadonlyArray<HistoryEntry>, StateDbFailure>
    /** Lists the threads whose facts have to be extracted again, the newest first. */
    readonly stale: Effect.Effect<ReadonlyArray<StaleThread>, StateDbFailure>
    /**
     * Replaces the facts of a thread's memories, leaves the texts of the memories unchanged, and ends the claim. Parts
     * in a directory without a memory are skipped. Fails with `ClaimLost`, and changes nothing, when the claim is no
     * longer the owner's.
     */
    readonly replace: (
      claim: Claim,
      parts: ReadonlyArray<ExtractedFacts>
    ) => Effect.Effect<void, ClaimLost | StateDbFailure>
  }
>() {}
