import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { FactId, FactKind, SessionFact } from "../../domain/facts/Fact.js"
import type { KnownFact } from "../../domain/facts/ProjectFacts.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { Claim, ClaimLost } from "./Claims.js"
import type { StateDbFailure } from "./StateDb.js"

/** A fact of a session, with its place. */
export interface StoredFact extends KnownFact {
  readonly threadId: ThreadId
  readonly cwd: Directory
}

/** A fact that a search found. Higher scores are better. */
export interface FactHit extends StoredFact {
  readonly score: number
}

/** A decision of a person about a fact of a project; a correction replaces its line. */
export type FactMark =
  | { readonly _tag: "Pinned" }
  | { readonly _tag: "Forgotten" }
  | { readonly _tag: "Corrected"; readonly text: string }

/** A mark with its fact. Unix milliseconds. */
export interface MarkedFact {
  readonly id: FactId
  readonly cwd: Directory
  readonly mark: FactMark
  readonly at: number
}

/** The events in the history of a fact. */
export type FactEvent = "added" | "withdrawn" | "forgotten" | "pinned" | "unpinned" | "corrected" | "uncorrected"

/** An entry of the history. Of a forgotten fact only the id and the time stay. */
export interface HistoryEntry {
  readonly id: FactId
  readonly cwd: Directory
  readonly event: FactEvent
  /** Unix milliseconds. */
  readonly at: number
  /** The session that it came from; null for an act of a person. */
  readonly threadId: ThreadId | null
  readonly kind: FactKind | null
  readonly text: string | null
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
     * The best facts for the words of a query, by stem; then, where too few have them, those with any of the words, and those
     * that a trigram finds.
     */
    readonly search: (
      words: ReadonlyArray<string>,
      cwd: Directory | undefined,
      limit: number
    ) => Effect.Effect<ReadonlyArray<FactHit>, StateDbFailure>
    readonly marks: (cwd: Directory) => Effect.Effect<ReadonlyArray<MarkedFact>, StateDbFailure>
    /** Records a person's decision; a forgotten fact's text goes at once, also from the history. */
    readonly mark: (id: FactId, cwd: Directory, mark: FactMark, text: string) => Effect.Effect<void, StateDbFailure>
    /** Takes a pin or a correction back. Returns whether there was one. */
    readonly unmark: (
      id: FactId,
      cwd: Directory,
      mark: "Pinned" | "Corrected"
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
