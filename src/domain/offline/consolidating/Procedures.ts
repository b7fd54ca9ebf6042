import { cite } from "../../memory/Citation.js"
import type { KnownFact, Procedure, ProjectLine } from "../../facts/ProjectFacts.js"
import { lineText } from "./Merging.js"
import { counted, cutText, listed } from "../writing/Wording.js"

/** A command of a session that passed. */
interface Pass {
  readonly key: string
  readonly command: string
  readonly place: string
}

/** The passed commands of a session, in the order of their last passes. */
interface Run {
  readonly threadId: string
  readonly passed: ReadonlyArray<Pass>
  readonly keys: ReadonlyArray<string>
}

/** The number of sessions that must have run a procedure before it is published. */
const fewestSessions = 3
const mostProcedures = 3
/** The number of newest sessions in which procedures are searched. */
const readSessions = 12
/** The number of a session's last passed commands that are searched. It is also the maximum length of a procedure. */
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

/** Returns the folder name of a procedure's skill, made of the programs of its steps in order. */
const slugOf = (commands: ReadonlyArray<Pass>): string => {
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

const runsOf = (facts: ReadonlyArray<KnownFact>): ReadonlyArray<Run> => {
  const byThread = new Map<string, Array<Pass & { readonly line: number }>>()
  for (const { content, lastLine, threadId } of facts) {
    if (
      content._tag === "Command" &&
      content.isReusable &&
      content.passes > 0 &&
      content.kind !== "look" &&
      !content.command.endsWith("…")
    ) {
      const { command, key, place } = content
      byThread.set(threadId, [...(byThread.get(threadId) ?? []), { key, command, place, line: lastLine }])
    }
  }
  return [...byThread].slice(0, readSessions).flatMap(([threadId, passes]) => {
    const passed = passes.toSorted((one, other) => one.line - other.line)
    return passed.length < 2 ? [] : [{ threadId, passed, keys: passed.slice(-mostSteps).map(({ key }) => key) }]
  })
}

/** Finds procedures: the longest command sequences that three or more sessions have in common. */
export const proceduresOf = (facts: ReadonlyArray<KnownFact>): ReadonlyArray<Procedure> => {
  const runs = runsOf(facts)
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
  const found: Array<Procedure & { readonly keys: ReadonlyArray<string> }> = []
  for (const keys of [...candidates.values()].toSorted((one, other) => other.length - one.length)) {
    const supporting = runs.filter((run) => isSubsequence(keys, run.keys))
    const newest = supporting[0]
    const isPartOfAnother = found.some((known) => isSubsequence(keys, known.keys))
    if (
      newest !== undefined &&
      supporting.length >= fewestSessions &&
      !isPartOfAnother &&
      found.length < mostProcedures
    ) {
      const commands = keys.flatMap((key) => newest.passed.filter((pass) => pass.key === key).slice(-1))
      const slug = slugOf(commands)
      const taken = found.filter(({ name }) => name === slug || name.startsWith(`${slug}-`)).length
      found.push({
        name: taken === 0 ? slug : `${slug}-${taken + 1}`,
        steps: commands.map(({ command, place }) => ({ command, place })),
        keys,
        threadIds: supporting.map(({ threadId }) => threadId)
      })
    }
  }
  return found.map(({ name, steps, threadIds }) => ({ name, steps, threadIds }))
}

const namesOf = ({ steps }: Procedure): ReadonlyArray<string> => steps.map(({ command }) => cutText(command, 50))

/** Writes the line of `MEMORY.md` that points to the skill of a procedure. */
export const skillPointer = (procedure: Procedure): string =>
  `All checks in order (${listed(namesOf(procedure).map((name) => `\`${name}\``))}): see \`skills/${procedure.name}/SKILL.md\``

/** Writes `SKILL.md`: front matter, the steps with their exact commands, and the known failures of these commands. */
export const skillText = (procedure: Procedure, project: string, failures: ReadonlyArray<ProjectLine>): string => {
  const { name, steps, threadIds } = procedure
  const cited = cite(threadIds.slice(0, 3))
  const description = `Run ${listed(namesOf(procedure))} in this order in ${project}; it passed in ${counted(threadIds.length, "session")}.`
  const known = failures.filter(({ text }) => steps.some(({ command }) => text.includes(command))).slice(0, 6)
  return [
    "---",
    `name: ${name}`,
    `description: ${JSON.stringify(cutText(description, 400))}`,
    "---",
    "",
    `# ${listed(namesOf(procedure))}`,
    "",
    ...steps.map(({ command, place }, index) => `${index + 1}. \`${command}\`${place} ${cited}`),
    ...(known.length === 0 ? [] : ["", "## When a step fails", ...known.map(lineText)]),
    ""
  ].join("\n")
}
