import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { supersededIn } from "../../domain/facts/FactLines.js"
import { type MarkedFacts, withCorrections, withMarks } from "../../domain/facts/FactMarks.js"
import { mapSections, ProjectFacts, sectionHeadings } from "../../domain/facts/ProjectFacts.js"
import { onlyPlaceOf, withPlace } from "../../domain/project/PlaceMark.js"
import { substanceOf } from "../../domain/agent/ConsolidatedInputs.js"
import type { SafeText } from "../../domain/privacy/SafeText.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import { Facts, type MarkedFact, type StoredFact } from "../../services/state/Facts.js"
import { redact } from "../../services/Redactor.js"

const encodeFacts = Schema.encodeSync(Schema.parseJson(ProjectFacts, { space: 1 }))

/** Loads the code that merges facts, with the first directory that has any. */
const loadMerging = Effect.promise(() => import("../../domain/offline/consolidating/MergeFacts.js"))
const loadWishes = Effect.promise(() => import("../../domain/offline/consolidating/WishLines.js"))

/** Groups the marks of a directory by kind: pinned, corrected, removed. */
export const marksOf = (marks: ReadonlyArray<MarkedFact>): MarkedFacts => ({
  pinned: new Set(marks.flatMap(({ id, mark }) => (mark._tag === "Pinned" ? [id] : []))),
  corrected: new Map(marks.flatMap(({ id, mark }) => (mark._tag === "Corrected" ? [[id, mark.text] as const] : []))),
  removed: new Set(marks.flatMap(({ id, mark }) => (mark._tag === "Removed" ? [id] : [])))
})

/** Marks the lines that hold in one subdirectory alone. A person's correction stays word for word. */
const withPlaces = (
  facts: ProjectFacts,
  known: ReadonlyArray<StoredFact>,
  { corrected }: MarkedFacts
): ProjectFacts => {
  if (known.every(({ place = "" }) => place === "")) {
    return facts
  }
  const ofId = Arr.groupBy(known, ({ id }) => id)
  const sections = mapSections(facts, (lines) =>
    lines.map((line) =>
      line.ids.some((id) => corrected.has(id))
        ? line
        : { ...line, text: withPlace(line.text, onlyPlaceOf(line.ids.flatMap((id) => ofId[id] ?? []))) }
    )
  )
  return { ...facts, ...sections }
}

/**
 * Merges facts that say the same, marks those of one subdirectory, and applies the decisions of people. `known` must be ordered newest session first,
 * as `Facts.of` returns it.
 */
export const mergeFacts = Effect.fnUntraced(function* (known: ReadonlyArray<StoredFact>, marks: MarkedFacts) {
  const { projectFacts } = yield* loadMerging
  return withMarks(withPlaces(projectFacts(withCorrections(known, marks)), known, marks), marks)
})

/**
 * Finds the wishes of the user that superseded earlier ones. `known` must be ordered newest session first, as
 * `Facts.of` returns it.
 */
export const wishChains = Effect.fnUntraced(function* (known: ReadonlyArray<StoredFact>) {
  const { supersedingWishes } = yield* loadWishes
  return supersedingWishes(known)
})

/** The facts of a directory, newest session first, and the decisions of people about them. */
export interface KnownFacts {
  readonly cwd: Directory
  readonly known: ReadonlyArray<StoredFact>
  readonly marks: ReadonlyArray<MarkedFact>
}

/** Reads the facts of a directory. */
export const readFacts = Effect.fn("PhaseTwo.readFacts")(function* (cwd: Directory) {
  const facts = yield* Facts
  const read: KnownFacts = { cwd, known: yield* facts.of(cwd), marks: yield* facts.marks(cwd) }
  return read
})

/** Reads the facts of a directory, merged, with the decisions of people applied. */
export const readProjectFacts = (cwd: Directory) =>
  Effect.flatMap(readFacts(cwd), ({ known, marks }) => mergeFacts(known, marksOf(marks)))

/** The facts of a directory for its agent. */
export interface AgentFacts {
  readonly facts: ProjectFacts
  /** The facts as JSON. */
  readonly text: SafeText
  /** The words, sessions and order of the lines, and the pins. Equal texts give the same memory, whatever the ids are. */
  readonly content: string
  /**
   * The words of the lines and the pins, in no order. Equal texts are no work for an agent that edits a published
   * memory.
   */
  readonly substance: string
}

/**
 * Renders the facts of a directory as JSON for its agent, without the sessions for which `mayBeTold` is false. The text
 * is redacted again, since the stored rows may have been redacted by older rules.
 */
export const factsForAgent = Effect.fnUntraced(function* (
  { known, marks }: KnownFacts,
  mayBeTold: (threadId: string) => boolean
) {
  const marked = marksOf(marks)
  const facts = yield* mergeFacts(
    known.filter(({ threadId }) => mayBeTold(threadId)),
    marked
  )
  const lines = sectionHeadings.flatMap(([name, heading]) =>
    facts[name].map(({ text, threadIds }) => [heading, text, ...threadIds])
  )
  const substance = substanceOf(facts)
  const pins = [...marked.pinned].toSorted()
  const agentFacts: AgentFacts = {
    facts,
    substance: substance === "" ? "" : JSON.stringify([substance, ...pins]),
    text: yield* redact(encodeFacts(facts)),
    content:
      lines.length + facts.procedures.length === 0 ? "" : JSON.stringify([lines, facts.procedures, ...marked.pinned])
  }
  return agentFacts
})

/**
 * Records in the history which wishes of a directory were superseded by newer ones. Repeats nothing that is recorded
 * already.
 */
export const recordSuperseded = Effect.fn("PhaseTwo.recordSuperseded")(function* ({ cwd, known }: KnownFacts) {
  const facts = yield* Facts
  const superseded = supersededIn(yield* wishChains(known))
  yield* facts.recordSuperseded(
    cwd,
    superseded.map(({ by, old }) => ({ id: old.id, by: by.id, threadId: by.threadId }))
  )
})
