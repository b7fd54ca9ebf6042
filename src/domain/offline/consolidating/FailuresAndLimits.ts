import { commandKey } from "../importing/CommandBullets.js"
import { errorSignature } from "../writing/ErrorNames.js"
import { FailureLines } from "./Merging.js"
import { byWorth, correctionIn, projectLine, type WeighedLine } from "./ProjectLines.js"
import { ageIn, groupsOf, newestAges, type Sorted, worth } from "./SortedFacts.js"

/* The lines of failures with what resolved them, and of the limits of the machine. */

const verifiedBy = /; verified by `([^`]{1,300})`/

/**
 * Replaces the command after `verified by` in the text of a fix by its spelling in the list of working commands, if it
 * is the same command with more arguments.
 */
const asPublished = (text: string, works: ReadonlyArray<string>): string => {
  const check = verifiedBy.exec(text)?.[1]
  const known = works.find((work) => check?.startsWith(`${work} `) === true && commandKey(work) === commandKey(check))
  return known === undefined ? text : text.replace(verifiedBy, () => `; verified by \`${known}\``)
}

/** Lists the failures with what resolved them, without those that are open again in a newer session. */
export const failuresOf = (facts: Sorted, works: ReadonlyArray<WeighedLine>): ReadonlyArray<WeighedLine> => {
  const { failures, open, order } = facts
  const ageOf = ageIn(facts)
  const failedAgain = newestAges(
    open.flatMap((fact) =>
      fact.content.error === null ? [] : [[errorSignature(fact.content.error), ageOf(fact)] as const]
    )
  )
  const published = new Set(works.flatMap(({ ids }) => ids))
  const commands = facts.commands.flatMap(({ content, id }) => (published.has(id) ? [content.command] : []))
  const spellings = [...new Set(commands)].toSorted((one, other) => one.length - other.length)
  const merged = new FailureLines()
  failures
    .filter((fact) => ageOf(fact) <= (failedAgain.get(fact.content.signature) ?? Number.POSITIVE_INFINITY))
    .forEach((fact) => merged.add(fact))
  return byWorth(
    merged.all().map(({ facts: group, text }) => {
      const { content } = group[0]
      const isFix = content._tag === "Failure" && content.isFixed
      return projectLine(
        group,
        correctionIn(group) ?? asPublished(text, spellings),
        isFix ? worth.fix : worth.passedAfter,
        order
      )
    })
  )
}

/** Makes the lines of what the machine refuses or lacks. */
export const limitsOf = ({ limits, order }: Sorted): ReadonlyArray<WeighedLine> =>
  byWorth(
    groupsOf(limits, ({ id }) => id).map((group) => {
      // Some sessions found a way around the limit, and others did not need one.
      const { text } = group.find(({ content }) => content.instead !== null) ?? group[0]
      return projectLine(group, text, worth.limit, order)
    })
  )
