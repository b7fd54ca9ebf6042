import * as Effect from "effect/Effect"
import type { FactId, FactKind } from "../domain/facts/Fact.js"
import { exactTime } from "../domain/text/ExactTime.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { FactNotFound } from "../services/Memories.js"
import { type FactEvent, Facts } from "../services/state/Facts.js"
import { factIdFrom } from "./FindFact.js"

/** An entry of the history of facts, as it is printed. The time is RFC 3339 in UTC. */
export interface HistoryLine {
  readonly at: string | null
  readonly event: FactEvent
  readonly id: FactId
  readonly kind: FactKind | null
  readonly cwd: Directory
  /**
   * The session that caused the event: the one that has the fact, or for `superseded` the one with the newer fact. Null
   * for a decision of a person.
   */
  readonly threadId: string | null
  /** The text of the fact; null if the entry stores none, for example for a forgotten fact. */
  readonly text: string | null
  /** The fact that superseded this one; null for other events. */
  readonly by: FactId | null
}

/** Reads entries of the history of facts, newest first. */
export const historyLines = Effect.fnUntraced(function* (
  of: { readonly cwd: Directory | undefined; readonly id: FactId | undefined },
  limit: number
) {
  const facts = yield* Facts
  return (yield* facts.history(of, limit)).map(({ at, ...entry }): HistoryLine => ({ ...entry, at: exactTime(at) }))
})

/**
 * Reads the history of one fact, of a directory, or of all facts. Fails with `FactNotFound` for a fact that was never
 * stored.
 */
export const readHistory = Effect.fn("History.read")(function* (
  given: string | undefined,
  cwd: Directory | undefined,
  limit: number
) {
  const id = given === undefined ? undefined : yield* factIdFrom(given)
  const entries = yield* historyLines({ cwd, id }, limit)
  return id !== undefined && entries.length === 0
    ? yield* new FactNotFound({ id, cwd: cwd ?? null, forgottenAt: null })
    : entries
})
