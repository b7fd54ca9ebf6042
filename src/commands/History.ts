import * as Effect from "effect/Effect"
import type { FactId } from "../domain/facts/Fact.js"
import { exactTime } from "../domain/text/ExactTime.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { FactNotFound, type History, type HistoryLine } from "../services/Memories.js"
import { Facts } from "../services/state/Facts.js"
import { factIdFrom } from "./FindFact.js"

/** Reads entries of the history of facts, newest first. */
export const historyLines = Effect.fnUntraced(function* (
  of: { readonly cwd: Directory | undefined; readonly id: FactId | undefined },
  limit: number
) {
  const facts = yield* Facts
  return (yield* facts.history(of, limit)).map(({ at, ...entry }): HistoryLine => ({ ...entry, at: exactTime(at) }))
})

/**
 * Reads the newest entries of the history of one fact, of a directory, or of all facts. Fails with `FactNotFound` for a
 * fact that was never stored.
 */
export const readHistory = Effect.fn("History.read")(function* (
  given: string | undefined,
  cwd: Directory | undefined,
  most: number
) {
  const id = given === undefined ? undefined : yield* factIdFrom(given)
  const entries = yield* historyLines({ cwd, id }, most + 1)
  if (id !== undefined && entries.length === 0) {
    return yield* new FactNotFound({ id, cwd: cwd ?? null, forgottenAt: null })
  }
  const history: History = { entries: entries.slice(0, most), hasMore: entries.length > most }
  return history
})
