import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { FactId, FactKind, SessionFact } from "../../domain/facts/Fact.js"
import type { KnownFact } from "../../domain/facts/ProjectFacts.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { Claim, ClaimLost } from "./Claims.js"
import type { StateDbFailure } from "./StateDbError.js"

/** A fact of a session, with its place. */
export interface StoredFact extends KnownFact {
  readonly threadId: ThreadId
  readonly cwd: Directory
}

/**
 * A decision of a person about a fact of a project. A correction replaces its line; a removed fact stays in the record, and
 * is told nowhere. Only what was forgotten is gone for good.
 */
export type FactMark =
  | { readonly _tag: "Pinned" }
  | { readonly _tag: "Forgotten" }
  | { readonly _tag: "Removed" }
  | { readonly _tag: "Corrected"; readonly text: string }

/** A mark with its fact. Unix milliseconds. */
export interface MarkedFact {
  readonly id: FactId
  readonly cwd: Directory
  readonly mark: FactMark
  readonly at: number
}

/** The events in the history of a fact. */
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

/** An event in the history of a fact. */
export type FactEvent = (typeof factEvents)[number]

/** An entry of the history. Of a forgotten fact only the id and the time stay. */
export interface HistoryEntry {
  readonly id: FactId
  readonly cwd: Directory
  readonly event: FactEvent
  /** Unix milliseconds. */
  readonly at: number
  /** The session that it came from, of a superseded fact that of the newer one; null for an act of a person. */
  readonly threadId: ThreadId | null
  readonly kind: FactKind | null
  readonly text: string | null
  /** The fact that superseded it; null for other events. */
  readonly by: FactId | null
}

/** A memory whose text told a forgotten fact, with the text that is left. */
export interface CleanedMemory {
  readonly threadId: ThreadId
  readonly traceSummary: string
  readonly memorySummary: string
  readonly slug: string
}

/** A thread whose title or first message told a forgotten fact, with what is left. */
export interface CleanedThread {
  readonly threadId: ThreadId
  readonly title: string | null
  readonly firstUserMessage: string | null
}

/** Facts to forget, and what is left of the texts that told them. */
export interface ForgottenFacts {
  readonly ids: ReadonlyArray<FactId>
  readonly memories: ReadonlyArray<CleanedMemory>
  readonly threads: ReadonlyArray<CleanedThread>
}

/** The facts of a session in one directory, as the rules of today extract them. */
export interface ExtractedFacts {
  readonly cwd: Directory
  readonly facts: ReadonlyArray<SessionFact>
}

/** A thread whose facts are older than the rules of today, or were read from its trace. */
export interface StaleThread {
  readonly threadId: ThreadId
  readonly cwds: ReadonlyArray<Directory>
}

/**
 * The facts of sessions, with their history and what people decided about them. Facts belong to the memory of their thread in
 * a directory: they are stored, moved and deleted with it. A forgotten fact is never given again, also when its session is
 * extracted again. Fails with `StateDbFailure`.
 */
export class Facts extends Context.Tag("rollout-memories/state/Facts")<
  Facts,
  {
    /** The facts of a directory's sessions, the newest session first, in the order of the session. */
    readonly of: (cwd: Directory) => Effect.Effect<ReadonlyArray<StoredFact>, StateDbFailure>
    /** The facts that had an id in a directory, or in any, the newest first. */
    readonly withId: (
      id: FactId,
      cwd: Directory | undefined
    ) => Effect.Effect<ReadonlyArray<StoredFact>, StateDbFailure>
    /** The facts of a directory as they were at a time; those that were forgotten since are left out. Unix milliseconds. */
    readonly asOf: (cwd: Directory, time: number) => Effect.Effect<ReadonlyArray<StoredFact>, StateDbFailure>
    /**
     * The best facts for the words of a query, best first, each once in a directory: those that have every word in some form,
     * then those with other words for them; where there are none, those that have any. A word that no fact has is looked for
     * in near spellings, and inside of names. Removed facts are not found.
     */
    readonly search: (
      words: ReadonlyArray<string>,
      cwd: Directory | undefined,
      limit: number
    ) => Effect.Effect<ReadonlyArray<StoredFact>, StateDbFailure>
    readonly marks: (cwd: Directory) => Effect.Effect<ReadonlyArray<MarkedFact>, StateDbFailure>
    /** The marks of an id in a directory, or in any. */
    readonly marksWithId: (
      id: FactId,
      cwd: Directory | undefined
    ) => Effect.Effect<ReadonlyArray<MarkedFact>, StateDbFailure>
    /** Records a person's decision; a forgotten fact's text goes at once, also from the history. */
    readonly mark: (id: FactId, cwd: Directory, mark: FactMark, text: string) => Effect.Effect<void, StateDbFailure>
    /** Marks facts as forgotten, and replaces the texts that told them. All or nothing. */
    readonly forget: (cwd: Directory, forgotten: ForgottenFacts) => Effect.Effect<void, StateDbFailure>
    /** Adds to the history which wishes were superseded by which, where it does not say so yet. */
    readonly recordSuperseded: (
      cwd: Directory,
      superseded: ReadonlyArray<{ readonly id: FactId; readonly by: FactId; readonly threadId: string }>
    ) => Effect.Effect<void, StateDbFailure>
    /** Takes a mark back. Returns whether there was one. */
    readonly unmark: (
      id: FactId,
      cwd: Directory,
      mark: Exclude<FactMark["_tag"], "Forgotten">
    ) => Effect.Effect<boolean, StateDbFailure>
    /** The history of a directory, or of one fact, the newest entries first. */
    readonly history: (
      of: { readonly cwd: Directory | undefined; readonly id: FactId | undefined },
      limit: number
    ) => Effect.Effect<ReadonlyArray<HistoryEntry>, StateDbFailure>
    /** The threads to extract facts of again, the newest first. */
    readonly stale: Effect.Effect<ReadonlyArray<StaleThread>, StateDbFailure>
    /**
     * Replaces the facts of a thread's memories without a change of those, and ends the claim. Directories without a memory
     * are passed over.
     * Fails with `ClaimLost` when the claim is no longer the owner's; then nothing was changed.
     */
    readonly replace: (
      claim: Claim,
      parts: ReadonlyArray<ExtractedFacts>
    ) => Effect.Effect<void, ClaimLost | StateDbFailure>
  }
>() {}
