import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { FactId, type FactKind } from "../domain/facts/Fact.js"
import { linesWith, mergedWith } from "../domain/facts/FactLines.js"
import type { ProjectLine } from "../domain/facts/ProjectFacts.js"
import { exactTime } from "../domain/text/ExactTime.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { marksOf, mergeFacts, wishChains } from "../pass/facts/ReadFacts.js"
import { FactNotFound, InputInvalid } from "../services/Memories.js"
import { Facts, type MarkedFact, type StoredFact } from "../services/state/Facts.js"

const isFactId = Schema.is(FactId)

/** Parses the id of a fact as the user typed it. Fails with `InputInvalid` unless it has twelve hexadecimal digits. */
export const factIdFrom = Effect.fnUntraced(function* (given: string) {
  const text = given.trim().toLowerCase()
  return isFactId(text)
    ? text
    : yield* new InputInvalid({
        input: "fact",
        value: given,
        expected: "the id of a fact, twelve hexadecimal digits as `search` shows them"
      })
})

/** A fact in one directory, with the facts that are merged into the same line of `MEMORY.md`. */
export interface FactGroup {
  readonly cwd: Directory
  /** The ids of these facts. The id that was asked for comes first. */
  readonly ids: ReadonlyArray<FactId>
  readonly kind: FactKind
  /** The facts with these ids, one for each session that has them, the newest session first. */
  readonly facts: ReadonlyArray<StoredFact>
  /** All facts of the directory, the newest session first. */
  readonly all: ReadonlyArray<StoredFact>
  /** The lines of `MEMORY.md` that state these facts, with the headings above them. */
  readonly lines: ReadonlyArray<{ readonly heading: string; readonly line: ProjectLine }>
  readonly marks: ReadonlyArray<MarkedFact>
}

const groupIn = Effect.fnUntraced(function* (id: FactId, kind: FactKind, cwd: Directory) {
  const facts = yield* Facts
  const all = yield* facts.of(cwd)
  const marks = yield* facts.marks(cwd)
  // What a correction or a removal hides belongs to the line all the same.
  const merged = yield* mergeFacts(all, marksOf([]))
  const ids = mergedWith({ id, kind }, merged, yield* wishChains(all))
  const known = new Set(ids)
  const shown = yield* mergeFacts(all, marksOf(marks))
  const group: FactGroup = {
    cwd,
    ids,
    kind,
    facts: all.filter((fact) => known.has(fact.id)),
    all,
    lines: linesWith(shown, known),
    marks: marks.filter((mark) => known.has(mark.id))
  }
  return group
})

/** Finds a fact by its typed id in one directory, or in every directory that has it. Fails with `FactNotFound`. */
export const findFact = Effect.fn("FindFact.find")(function* (given: string, cwd: Directory | undefined) {
  const id = yield* factIdFrom(given)
  const facts = yield* Facts
  const found = yield* facts.withId(id, cwd)
  const kinds = new Map(found.map((fact) => [fact.cwd, fact.content._tag]))
  if (kinds.size === 0) {
    const forgotten = (yield* facts.marksWithId(id, cwd)).find(({ mark }) => mark._tag === "Forgotten")
    return yield* new FactNotFound({ id, cwd: cwd ?? null, forgottenAt: exactTime(forgotten?.at ?? null) })
  }
  const groups = yield* Effect.forEach(kinds, ([of, kind]) => groupIn(id, kind, of))
  return { id, groups }
})
