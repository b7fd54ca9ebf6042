import type { FactId } from "./Fact.js"
import { type KnownFact, mapSections, type ProjectFacts, sectionHeadings } from "./ProjectFacts.js"

/** The decisions of people about the facts of a project. */
export interface MarkedFacts {
  readonly pinned: ReadonlySet<FactId>
  /** The corrected line of a fact. */
  readonly corrected: ReadonlyMap<FactId, string>
  /** The facts whose line a person took out of `MEMORY.md`. */
  readonly removed: ReadonlySet<FactId>
}

const correctedBy = (fact: KnownFact, text: string): KnownFact => ({
  ...fact,
  text,
  isCorrected: true,
  ...(fact.content._tag === "File" ? { content: { ...fact.content, remark: text } } : {})
})

/** Replaces the lines of facts that people corrected; of a file its remark. */
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
 * Drops the lines that people took out: those worded after a removed fact. The facts themselves stay among the others, since
 * they may close what is open.
 */
const withoutRemoved = (project: ProjectFacts, { removed }: MarkedFacts): ProjectFacts =>
  removed.size === 0
    ? project
    : { ...project, ...mapSections(project, (lines) => lines.filter(({ ids: [first] }) => !removed.has(first))) }

/** Puts the pinned lines before all others, so that they are the last to be left out for want of room. */
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

/** Applies the decisions of people to merged facts. */
export const withMarks = (project: ProjectFacts, marks: MarkedFacts): ProjectFacts =>
  withPins(withoutRemoved(project, marks), marks)
