import type { FactId, FactKind } from "./Fact.js"
import type { KnownFact, ProjectFacts, ProjectLine, WishChain } from "./ProjectFacts.js"
import { sectionHeadings } from "./ProjectFacts.js"

/** The lines of memory that a fact stands in, and the facts that stand there with it. */

/** Lists the lines that facts are worded in, with their headings. */
export const linesWith = (
  project: ProjectFacts,
  ids: ReadonlySet<FactId>
): ReadonlyArray<{ readonly heading: string; readonly line: ProjectLine }> =>
  sectionHeadings.flatMap(([name, heading]) =>
    project[name].filter((line) => line.ids.some((id) => ids.has(id))).map((line) => ({ heading, line }))
  )

/**
 * Lists the facts that go with a fact when a person decides about it: those that its line merges. A superseded wish
 * goes with the facts that say it, not with the newer wish; a file goes alone, since its line only lists it.
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

/** Lists the superseded wishes, each with the next newer one of its chain, by the fact that said it last. */
export const supersededIn = (chains: ReadonlyArray<WishChain>): ReadonlyArray<Superseded> =>
  chains.flatMap(({ standing: [newest], superseded }) =>
    superseded.flatMap((facts, place) => {
      const by = superseded[place - 1]?.[0] ?? newest
      const said = new Map(facts.map((fact) => [fact.id, fact]))
      return [...said.values()].map((old) => ({ old, by }))
    })
  )
