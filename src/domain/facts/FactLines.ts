import type { FactId, FactKind } from "./Fact.js"
import type { KnownFact, ProjectFacts, ProjectLine, WishChain } from "./ProjectFacts.js"
import { sectionHeadings } from "./ProjectFacts.js"

/* Finds the lines of memory that contain a fact, and the other facts in the same lines. */

/** Lists the lines of memory that contain one of the facts, each with its section's heading. */
export const linesWith = (
  project: ProjectFacts,
  ids: ReadonlySet<FactId>
): ReadonlyArray<{ readonly heading: string; readonly line: ProjectLine }> =>
  sectionHeadings.flatMap(([name, heading]) =>
    project[name].filter((line) => line.ids.some((id) => ids.has(id))).map((line) => ({ heading, line }))
  )

/**
 * Lists the facts that a person's decision about a fact applies to as well: those that its line in memory merges. A
 * superseded wish is grouped with the facts that repeat it, not with the newer wish. A file is alone, since its line
 * only lists it.
 */
export const mergedWith = (
  { id, kind }: { readonly id: FactId; readonly kind: FactKind },
  project: ProjectFacts,
  chains: ReadonlyArray<WishChain>
): ReadonlyArray<FactId> => {
  const old = chains.flatMap(({ superseded }) => superseded).find((facts) => facts.some((fact) => fact.id === id))
  const standing = chains.some((chain) => chain.standing.some((fact) => fact.id === id))
  const own: ReadonlyArray<FactId> =
    kind === "File"
      ? []
      : old !== undefined && !standing
        ? old.map((fact) => fact.id)
        : linesWith(project, new Set([id])).flatMap(({ line }) => line.ids)
  return [...new Set([id, ...own])]
}

/** A wish that a newer one replaced. */
export interface Superseded {
  readonly old: KnownFact
  readonly by: KnownFact
}

/**
 * Lists the superseded wishes, each with the next newer wish that replaced it. A wish that several facts say appears
 * once for each fact id.
 */
export const supersededIn = (chains: ReadonlyArray<WishChain>): ReadonlyArray<Superseded> =>
  chains.flatMap(({ standing: [newest], superseded }) =>
    superseded.flatMap((facts, place) => {
      const by = superseded[place - 1]?.[0] ?? newest
      const said = new Map(facts.map((fact) => [fact.id, fact]))
      return [...said.values()].map((old) => ({ old, by }))
    })
  )
