import { cite } from "../../memory/Citation.js"
import type { CommandFact } from "./CommandFacts.js"
import type { TraceFacts } from "./Facts.js"
import { counted, cutText, listed } from "../writing/Wording.js"

/** A sequence of commands that passed in the same order in enough traces to be a procedure. */
export interface Skill {
  readonly name: string
  readonly commands: ReadonlyArray<CommandFact>
  /** The threads in which the whole sequence passed, newest first. */
  readonly threadIds: ReadonlyArray<string>
}

/** The minimum number of traces that show a procedure. */
const fewestTraces = 3
const mostSkills = 3
/** The number of newest traces that are searched for procedures. */
const readTraces = 12
/** The number of last passed commands of a trace that are searched, which bounds the length of a procedure. */
const mostSteps = 12

const common = (one: ReadonlyArray<string>, other: ReadonlyArray<string>): ReadonlyArray<string> => {
  const lengths = Array.from({ length: one.length + 1 }, () => Array.from({ length: other.length + 1 }, () => 0))
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0
  for (let row = one.length - 1; row >= 0; row--) {
    for (let column = other.length - 1; column >= 0; column--) {
      const cells = lengths[row]
      if (cells !== undefined) {
        cells[column] =
          one[row] === other[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
      }
    }
  }
  const found: Array<string> = []
  let row = 0
  let column = 0
  while (row < one.length && column < other.length) {
    const key = one[row]
    if (key !== undefined && key === other[column]) {
      found.push(key)
      row++
      column++
    } else if (at(row + 1, column) >= at(row, column + 1)) {
      row++
    } else {
      column++
    }
  }
  return found
}

const isSubsequence = (part: ReadonlyArray<string>, whole: ReadonlyArray<string>): boolean => {
  let next = 0
  for (const key of whole) {
    next += key === part[next] ? 1 : 0
  }
  return next === part.length
}

/** Names a procedure by the programs of its steps, in order. */
const slugOf = (commands: ReadonlyArray<CommandFact>): string => {
  const names = commands.map(({ key }) =>
    key
      .split(" ")
      .slice(0, 2)
      .filter((word) => /^[a-z][\w-]*$/i.test(word))
      .join("-")
  )
  const slug = [...new Set(names)]
    .join("-")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 60)
    .replace(/^-+|-+$/g, "")
  return slug === "" ? "procedure" : slug
}

/** Finds procedures: the longest command sequences that three or more traces have in common. */
export const skillsOf = (traces: ReadonlyArray<TraceFacts>): ReadonlyArray<Skill> => {
  const runs = traces
    .slice(0, readTraces)
    .map(({ passed, threadId }) => ({ threadId, passed, keys: passed.slice(-mostSteps).map(({ key }) => key) }))
    .filter(({ keys }) => keys.length >= 2)
  const candidates = new Map<string, ReadonlyArray<string>>()
  for (const [first, one] of runs.entries()) {
    for (const [second, other] of runs.slice(first + 1).entries()) {
      const shared = common(one.keys, other.keys)
      for (const third of shared.length < 2 ? [] : runs.slice(first + second + 2)) {
        const keys = common(shared, third.keys)
        if (keys.length >= 2) {
          candidates.set(keys.join("\n"), keys)
        }
      }
    }
  }
  const found: Array<Skill & { readonly keys: ReadonlyArray<string> }> = []
  for (const keys of [...candidates.values()].toSorted((one, other) => other.length - one.length)) {
    const supporting = runs.filter((run) => isSubsequence(keys, run.keys))
    const newest = supporting[0]
    const isPartOfAnother = found.some((skill) => isSubsequence(keys, skill.keys))
    if (newest !== undefined && supporting.length >= fewestTraces && !isPartOfAnother && found.length < mostSkills) {
      const commands = keys.flatMap((key) => newest.passed.filter((fact) => fact.key === key).slice(-1))
      const slug = slugOf(commands)
      const taken = found.filter(({ name }) => name === slug || name.startsWith(`${slug}-`)).length
      found.push({
        name: taken === 0 ? slug : `${slug}-${taken + 1}`,
        commands,
        keys,
        threadIds: supporting.map(({ threadId }) => threadId)
      })
    }
  }
  return found.map(({ commands, name, threadIds }) => ({ commands, name, threadIds }))
}

const namesOf = ({ commands }: Skill): ReadonlyArray<string> => commands.map(({ command }) => cutText(command, 50))

/** Writes the line of `MEMORY.md` that points to the skill. */
export const skillPointer = (skill: Skill): string =>
  `All checks in order (${listed(namesOf(skill).map((name) => `\`${name}\``))}): see \`skills/${skill.name}/SKILL.md\``

/** Writes `SKILL.md`: front matter, the steps with their exact commands, and the known failures of these commands. */
export const skillText = (skill: Skill, project: string, failures: ReadonlyArray<string>): string => {
  const cited = cite(skill.threadIds.slice(0, 3))
  const description = `Run ${listed(namesOf(skill))} in this order in ${project}; it passed in ${counted(skill.threadIds.length, "session")}.`
  const known = failures.filter((line) => skill.commands.some(({ command }) => line.includes(command))).slice(0, 6)
  return [
    "---",
    `name: ${skill.name}`,
    `description: ${JSON.stringify(cutText(description, 400))}`,
    "---",
    "",
    `# ${listed(namesOf(skill))}`,
    "",
    ...skill.commands.map(({ command, place }, index) => `${index + 1}. \`${command}\`${place} ${cited}`),
    ...(known.length === 0 ? [] : ["", "## When a step fails", ...known]),
    ""
  ].join("\n")
}
