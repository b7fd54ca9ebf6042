import * as Effect from "effect/Effect"
import type { FactId } from "../../domain/facts/Fact.js"
import { takenBack } from "../../domain/facts/FactDecisions.js"
import { linesWith } from "../../domain/facts/FactLines.js"
import { noEdits, type PersonEdits } from "../../domain/memory/PersonEdits.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import { MemoryFs } from "../../services/MemoryFs.js"
import { redact } from "../../services/Redactor.js"
import { Consolidations } from "../../services/state/Consolidations.js"
import { type FactMark, Facts, type MarkedFact } from "../../services/state/Facts.js"
import { type KnownFacts, marksOf, mergeFacts, readProjectFacts } from "./ReadFacts.js"

/** Loads the code that finds the facts behind edited lines, with the first `MEMORY.md` that a person edited. */
const loadEdited = Effect.promise(() => import("../../domain/offline/consolidating/EditedFacts.js"))
const loadLines = Effect.promise(() =>
  Promise.all([
    import("../../domain/offline/consolidating/Merging.js"),
    import("../../domain/offline/consolidating/PersonLines.js")
  ])
)

const isMarked = (marks: ReadonlyArray<MarkedFact>, id: FactId, given: FactMark): boolean =>
  marks.some(
    ({ id: of, mark }) =>
      of === id &&
      mark._tag === given._tag &&
      (mark._tag !== "Corrected" || given._tag !== "Corrected" || mark.text === given.text)
  )

/**
 * Turns a person's edits of `MEMORY.md` since the last publish into decisions about facts: a deleted line removes its
 * facts, a reworded line corrects them. Returns whether any decision is new.
 */
export const adoptEdits = Effect.fn("PersonDecisions.adopt")(function* (cwd: Directory) {
  const memoryFs = yield* MemoryFs
  const facts = yield* Facts
  const edits = yield* memoryFs.newEdits(cwd)
  if (edits.removed.length === 0) {
    return false
  }
  const { editedFacts } = yield* loadEdited
  const known = yield* facts.marks(cwd)
  let isNew = false
  for (const { correction, ids } of editedFacts(yield* readProjectFacts(cwd), edits)) {
    const text = correction === undefined ? "" : yield* redact(correction)
    const mark: FactMark = correction === undefined ? { _tag: "Removed" } : { _tag: "Corrected", text }
    for (const id of ids.filter((id) => !isMarked(known, id, mark))) {
      yield* facts.mark(id, cwd, mark, text)
      isNew = true
    }
  }
  return isNew
})

/** The decisions of people about the facts of a directory, in the form that its publish needs. */
export interface Decisions {
  /** The corrections, as lines that a person added, and the lines that corrections and removals replaced. */
  readonly lines: PersonEdits
  /**
   * True for a line that a person deleted from the file, but whose fact a person pinned later, or for the line that a
   * correction replaced and that was taken back. The line is published again.
   */
  readonly isToldAgain: (line: string) => boolean
  /** True for a line that a person wrote as a correction, and that was taken back since the last publish. */
  readonly isTakenBack: (line: string) => boolean
}

/** Reads the decisions of people about the facts of a directory. */
export const decisionsIn = Effect.fn("PersonDecisions.read")(function* ({ cwd, known, marks }: KnownFacts) {
  const facts = yield* Facts
  const entries = yield* facts.decisions(cwd)
  if (entries.length === 0 && marks.every(({ mark }) => mark._tag === "Forgotten")) {
    const none: Decisions = { lines: noEdits, isToldAgain: () => false, isTakenBack: () => false }
    return none
  }
  const consolidations = yield* Consolidations
  const [{ lineText }, { newest }] = yield* loadLines
  const { correctionOfLine } = yield* loadEdited
  const published = (yield* consolidations.all).find((entry) => entry.cwd === cwd)?.publishedAt ?? 0
  const old = takenBack(entries, published)
  const marked = marksOf(marks)
  const { corrected, pinned, removed } = marked
  const overruled = known.filter(({ id }) => corrected.has(id) || removed.has(id))
  const shown = new Set([...pinned, ...old.ids])
  const again = new Set(linesWith(yield* mergeFacts(known, marked), shown).map(({ line }) => newest(lineText(line))))
  const decisions: Decisions = {
    lines: {
      added: [...corrected.values()].map((text) => ({ heading: null, line: `- ${text}` })),
      removed: [...new Set(overruled.map(({ text }) => `- ${text}`))]
    },
    isToldAgain: (line) => again.has(newest(line)),
    isTakenBack: (line) => old.texts.has(correctionOfLine(line))
  }
  return decisions
})
