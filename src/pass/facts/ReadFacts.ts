import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type MarkedFacts, withCorrections, withPins } from "../../domain/facts/FactMarks.js"
import { ProjectFacts } from "../../domain/facts/ProjectFacts.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import { Facts, type MarkedFact } from "../../services/state/Facts.js"
import { redact } from "../../services/Redactor.js"

const encodeFacts = Schema.encodeSync(Schema.parseJson(ProjectFacts, { space: 1 }))

/** Loaded for the first directory with facts. */
const loadMerging = Effect.promise(() => import("../../domain/offline/consolidating/MergeFacts.js"))

const marksOf = (marks: ReadonlyArray<MarkedFact>): MarkedFacts => ({
  pinned: new Set(marks.flatMap(({ id, mark }) => (mark._tag === "Pinned" ? [id] : []))),
  corrected: new Map(marks.flatMap(({ id, mark }) => (mark._tag === "Corrected" ? [[id, mark.text] as const] : [])))
})

/** The facts of a directory's sessions, merged, with the decisions of people; only of sessions that may be told. */
const readProjectFacts = Effect.fn("PhaseTwo.readProjectFacts")(function* (
  cwd: Directory,
  mayBeTold: (threadId: string) => boolean = () => true
) {
  const facts = yield* Facts
  const known = (yield* facts.of(cwd)).filter(({ threadId }) => mayBeTold(threadId))
  const marks = marksOf(yield* facts.marks(cwd))
  const { projectFacts } = yield* loadMerging
  return withPins(projectFacts(withCorrections(known, marks)), marks)
})

/**
 * Renders the facts of a directory for its agent. Rows of before may have been redacted by older rules, so the text is
 * redacted again.
 */
export const factsForAgent = Effect.fnUntraced(function* (cwd: Directory, mayBeTold: (threadId: string) => boolean) {
  return yield* redact(encodeFacts(yield* readProjectFacts(cwd, mayBeTold)))
})
