import { commandKey } from "../importing/CommandBullets.js"
import { placeInKey } from "../commands/CommandNames.js"
import { checkKinds } from "../commands/CommandPrograms.js"
import { errorSignature } from "../writing/ErrorNames.js"
import { FailureLines } from "./Merging.js"
import { byWorth, correctionIn, projectLine, type WeighedLine } from "./ProjectLines.js"
import { ageIn, type FactOf, groupsOf, newestAges, type Sorted, worth } from "./SortedFacts.js"

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

const firstWords = (key: string): string => key.split(" ", 2).join(" ")

/** True if a command is of the same kind as the one that met a limit: the same, a check of more, or the same act. */
const isLikeLimited = ({ content }: FactOf<"Command">, { key = "", kind = "" }: FactOf<"Limit">["content"]): boolean =>
  content.key === key ||
  (content.kind === kind &&
    placeInKey(content.key) === placeInKey(key) &&
    ([...checkKinds].some((check) => check === kind)
      ? content.program === key.split(" ", 1)[0] && content.narrowness === 0
      : firstWords(content.key) === firstWords(key)))

/** True if a command runs a program by its bare name. What `uv run` starts need not be on the path. */
const startsWithProgram = (command: string, program: string): boolean =>
  command.split(/ && |; /).some((part) => part === program || part.startsWith(`${program} `))

/**
 * Returns a test for limits: true if a newer session shows that the limit is gone. A command of the same kind passed
 * there without escalation, in the same sandbox mode, or the missing program ran.
 */
const endedIn = (facts: Sorted): ((limit: FactOf<"Limit">) => boolean) => {
  const ageOf = ageIn(facts)
  const inside = facts.commands.filter(({ content }) => (content.sandboxes ?? []).length > 0)
  return (limit) => {
    const { key, missing, sandbox = "" } = limit.content
    return (
      key !== undefined &&
      inside.some(
        (fact) =>
          ageOf(fact) < ageOf(limit) &&
          (missing === undefined
            ? fact.content.sandboxes?.includes(sandbox) === true && isLikeLimited(fact, limit.content)
            : startsWithProgram(fact.content.command, missing))
      )
    )
  }
}

/** Makes the lines of what the machine refuses or lacks. */
export const limitsOf = (facts: Sorted): ReadonlyArray<WeighedLine> => {
  const { limits, order } = facts
  const isEnded = endedIn(facts)
  const standing = groupsOf(limits, ({ id }) => id).filter(([newest]) => !isEnded(newest))
  return byWorth(
    standing.map((group) => {
      // Some sessions found a way around the limit, and others did not need one.
      const { text } = group.find(({ content }) => content.instead !== null) ?? group[0]
      return projectLine(group, text, worth.limit, order)
    })
  )
}
