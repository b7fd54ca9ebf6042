import type { KnownFact, ProjectFacts } from "../../facts/ProjectFacts.js"
import { worksOf } from "./CommandLines.js"
import { findingsOf, placesOf } from "./FileLines.js"
import { goneSince } from "./GoneCommands.js"
import { openOf } from "./OpenLines.js"
import { proceduresOf } from "./Procedures.js"
import { withRanks } from "./ProjectLines.js"
import { failuresOf, limitsOf } from "./FailuresAndLimits.js"
import { sorted } from "./SortedFacts.js"
import { decidedOf, wantsOf } from "./WishLines.js"

/**
 * Merges the facts of all sessions of a project into the sections of its memory. The facts are given newest session
 * first.
 */
export const projectFacts = (facts: ReadonlyArray<KnownFact>): ProjectFacts => {
  const all = sorted(facts)
  const wants = wantsOf(all)
  const isGone = goneSince(all)
  const works = worksOf(all, isGone)
  const failures = failuresOf(all, works)
  const sections = withRanks({
    wants,
    decided: decidedOf(all),
    works,
    failures,
    limits: limitsOf(all),
    places: placesOf(all, failures),
    findings: findingsOf(all),
    open: openOf(all, [...wants, ...failures])
  })
  return { ...sections, procedures: proceduresOf(all.commands.filter((fact) => !isGone(fact))) }
}
