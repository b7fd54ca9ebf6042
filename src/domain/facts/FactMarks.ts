import type { FactId } from "./Fact.js"
import { type KnownFact, mapSections, type ProjectFacts, sectionHeadings } from "./ProjectFacts.js"

/** The decisions of people about the facts of a project: pins, corrections and removals. */
export interface MarkedFacts {
  readonly pinned: ReadonlySet<FactId>
  /** The text that a person wrote in place of a fact's line. */
  readonly corrected: ReadonlyMap<FactId, string>
  /** The facts whose line a person deleted from `MEMORY.md`. */
  readonly removed: ReadonlySet<FactId>
}

const correctedBy = (fact: KnownFact, text: string): KnownFact => ({
  ...fact,
  text,
  isCorrected: true,
  ...(fact.content._tag === "File" ? { content: { ...fact.content, remark: text } } : {})
})

/** Replaces the text of each fact that a person corrected. The correction of a file replaces its remark. */
export const withCorrections = (
  facts: ReadonlyArray<KnownFact>,
  { corrected }: MarkedFacts
): ReadonlyArray<KnownFact> =>
  corrected.size === 0
    ? facts
    : facts.map((fact) => {
        const text = corrected.get(fact.id)
        return text === undefined ? fact : correctedBy(fact, text)
      })

/**
 * Drops the lines that people deleted: those whose first fact was removed. The facts themselves stay among the others,
 * since they may show that open work was done.
 */
const withoutRemoved = (project: ProjectFacts, { removed }: MarkedFacts): ProjectFacts =>
  removed.size === 0
    ? project
    : { ...project, ...mapSections(project, (lines) => lines.filter(({ ids: [first] }) => !removed.has(first))) }

/** Ranks the pinned lines before all others, so that they are the last to be dropped when a file has no room. */
const withPins = (project: ProjectFacts, { pinned }: MarkedFacts): ProjectFacts => {
  const all = sectionHeadings.flatMap(([name]) => project[name])
  const pins = all.filter(({ ids }) => ids.some((id) => pinned.has(id))).map(({ rank }) => rank)
  const isPinned = new Set(pins)
  const first = pins.toSorted((one, other) => one - other)
  const rest = all.map(({ rank }) => rank).filter((rank) => !isPinned.has(rank))
  const order = [...first, ...rest.toSorted((one, other) => one - other)]
  const rankOf = new Map(order.map((rank, index) => [rank, index]))
  return {
    ...project,
    ...mapSections(project, (lines) =>
      lines
        .map((line) => ({ ...line, rank: rankOf.get(line.rank) ?? line.rank }))
        .toSorted((one, other) => one.rank - other.rank)
    )
  }
}

/**
 * Applies the pins and removals of people to the merged facts of a project. Corrections are applied before, by {@link
 * withCorrections}.
 */
export const withMarks = (project: ProjectFacts, marks: MarkedFacts): ProjectFacts =>
  withPins(withoutRemoved(project, marks), marks)
