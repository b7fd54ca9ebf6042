import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { supersededIn } from "../../domain/facts/FactLines.js"
import { type MarkedFacts, withCorrections, withMarks } from "../../domain/facts/FactMarks.js"
import { ProjectFacts } from "../../domain/facts/ProjectFacts.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import { Facts, type MarkedFact, type StoredFact } from "../../services/state/Facts.js"
import { redact } from "../../services/Redactor.js"

const encodeFacts = Schema.encodeSync(Schema.parseJson(ProjectFacts, { space: 1 }))

/** Loaded for the first directory with facts. */
const loadMerging = Effect.promise(() => import("../../domain/offline/consolidating/MergeFacts.js"))

/** Sorts the marks of a directory by what they decide. */
export const marksOf = (marks: ReadonlyArray<MarkedFact>): MarkedFacts => ({
  pinned: new Set(marks.flatMap(({ id, mark }) => (mark._tag === "Pinned" ? [id] : []))),
  corrected: new Map(marks.flatMap(({ id, mark }) => (mark._tag === "Corrected" ? [[id, mark.text] as const] : []))),
  removed: new Set(marks.flatMap(({ id, mark }) => (mark._tag === "Removed" ? [id] : [])))
})

/** Merges facts, which are given newest session first, with the decisions of people. */
export const mergeFacts = Effect.fnUntraced(function* (known: ReadonlyArray<StoredFact>, marks: MarkedFacts) {
  const { projectFacts } = yield* loadMerging
  return withMarks(projectFacts(withCorrections(known, marks)), marks)
})

/** The wishes that superseded others, of facts given newest session first. */
export const wishChains = Effect.fnUntraced(function* (known: ReadonlyArray<StoredFact>) {
  const { supersedingWishes } = yield* loadMerging
  return supersedingWishes(known)
})

/** The facts of a directory's sessions, merged, with the decisions of people; only of sessions that may be told. */
export const readProjectFacts = Effect.fn("PhaseTwo.readProjectFacts")(function* (
  cwd: Directory,
  mayBeTold: (threadId: string) => boolean = () => true
) {
  const facts = yield* Facts
  const known = (yield* facts.of(cwd)).filter(({ threadId }) => mayBeTold(threadId))
  return yield* mergeFacts(known, marksOf(yield* facts.marks(cwd)))
})

/**
 * Renders the facts of a directory for its agent. Rows of before may have been redacted by older rules, so the text is
 * redacted again.
 */
export const factsForAgent = Effect.fnUntraced(function* (cwd: Directory, mayBeTold: (threadId: string) => boolean) {
  return yield* redact(encodeFacts(yield* readProjectFacts(cwd, mayBeTold)))
})

/** Writes into the history which wishes of a directory newer ones superseded since it was written last. */
export const recordSuperseded = Effect.fn("PhaseTwo.recordSuperseded")(function* (cwd: Directory) {
  const facts = yield* Facts
  const known = yield* facts.of(cwd)
  const superseded = supersededIn(yield* wishChains(known))
  yield* facts.recordSuperseded(
    cwd,
    superseded.map(({ by, old }) => ({ id: old.id, by: by.id, threadId: by.threadId }))
  )
})
