import type { FactId } from "./Fact.js"
import { type KnownFact, mapSections, type ProjectFacts, sectionHeadings } from "./ProjectFacts.js"

/** The decisions of people about the facts of a project. */
export interface MarkedFacts {
  readonly pinned: ReadonlySet<FactId>
  /** The corrected line of a fact. */
  readonly corrected: ReadonlyMap<FactId, string>
}

/** Replaces the lines of facts that people corrected. */
export const withCorrections = (
  facts: ReadonlyArray<KnownFact>,
  { corrected }: MarkedFacts
): ReadonlyArray<KnownFact> =>
  corrected.size === 0 ? facts : facts.map((fact) => ({ ...fact, text: corrected.get(fact.id) ?? fact.text }))

/** Puts the pinned lines before all others, so that they are the last to be left out for want of room. */
export const withPins = (project: ProjectFacts, { pinned }: MarkedFacts): ProjectFacts => {
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
