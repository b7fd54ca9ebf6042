import type { FactId } from "./Fact.js"
import type { KnownFact, ProjectFacts, ProjectLine } from "./ProjectFacts.js"

/** The decisions of people about the facts of a project. */
export interface MarkedFacts {
  readonly pinned: ReadonlySet<FactId>
  /** The corrected line of a fact. */
  readonly corrected: ReadonlyMap<FactId, string>
}

/** The worth that a pin adds: a pinned line is the last to be left out. */
const pinWorth = 1_000

/** Replaces the lines of facts that people corrected. */
export const withCorrections = (
  facts: ReadonlyArray<KnownFact>,
  { corrected }: MarkedFacts
): ReadonlyArray<KnownFact> =>
  corrected.size === 0 ? facts : facts.map((fact) => ({ ...fact, text: corrected.get(fact.id) ?? fact.text }))

/** Puts the pinned lines of each section first, so that they are never left out for want of room. */
export const withPins = (project: ProjectFacts, { pinned }: MarkedFacts): ProjectFacts => {
  const pin = (lines: ReadonlyArray<ProjectLine>): ReadonlyArray<ProjectLine> =>
    pinned.size === 0
      ? lines
      : lines
          .map((line) => (line.ids.some((id) => pinned.has(id)) ? { ...line, worth: line.worth + pinWorth } : line))
          .toSorted((one, other) => other.worth - one.worth)
  return {
    ...project,
    wants: pin(project.wants),
    decided: pin(project.decided),
    works: pin(project.works),
    failures: pin(project.failures),
    limits: pin(project.limits),
    places: pin(project.places),
    findings: pin(project.findings),
    open: pin(project.open)
  }
}
