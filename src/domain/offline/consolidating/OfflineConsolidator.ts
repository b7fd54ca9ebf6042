import { cite } from "../../memory/Citation.js"
import { nothingLeft } from "../../memory/ContextBlock.js"
import type { PersonEdits } from "../../memory/PersonEdits.js"
import { notesHeading } from "../../memory/UserNote.js"
import { type ProjectFacts, sectionHeadings } from "../../facts/ProjectFacts.js"
import { counted, plainLine } from "../writing/Wording.js"
import { lineText } from "./Merging.js"
import { documentText, withPersonEdits } from "./PersonLines.js"
import { skillPointer, skillText } from "./Procedures.js"

/** The input of the consolidation of one project. */
export interface ConsolidationInput {
  /** The last segment of the project's directory. */
  readonly project: string
  /** The newest sessions of the project, newest first. */
  readonly threadIds: ReadonlyArray<string>
  readonly facts: ProjectFacts
  readonly edits: PersonEdits
  /**
   * The maximum size of `MEMORY.md` in bytes. Generated lines are dropped until it fits; lines of people are never
   * dropped.
   */
  readonly maxBytes: number
}

/** A file to publish, by its path below the memory root. */
export interface PublishedFile {
  readonly path: string
  readonly text: string
}

/** Writes the line that gives the number of lines for which the file has no room; empty if all lines fit. */
const leftOutText = (count: number): ReadonlyArray<string> =>
  count === 0
    ? []
    : [
        `${counted(count, "more line")} did not fit in here: \`rollout-memories search\` finds ${count === 1 ? "it" : "them"}.`
      ]

/**
 * Returns how many of `count` lines fit into `maxBytes`, if the least important lines are dropped first. `sizeWith`
 * gives the size of the file with a number of lines.
 */
const mostThatFit = (count: number, maxBytes: number, sizeWith: (lines: number) => number): number => {
  let [fits, tooMany] = [0, count + 1]
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2)
    if (sizeWith(middle) <= maxBytes) {
      fits = middle
    } else {
      tooMany = middle
    }
  }
  return fits
}

/**
 * Writes the memory of a project without a model: `MEMORY.md` always, and a skill for every procedure. The same input
 * gives the same bytes.
 */
export const consolidate = (input: ConsolidationInput): ReadonlyArray<PublishedFile> => {
  const { edits, facts, maxBytes, threadIds } = input
  const project = plainLine(input.project, 80) || "this directory"
  const pointers = facts.procedures.map((procedure) => ({
    text: skillPointer(procedure),
    threadIds: procedure.threadIds
  }))
  const ranked = sectionHeadings.flatMap(([name]) => facts[name]).toSorted((one, other) => one.rank - other.rank)
  const isEmpty = threadIds.length > 0 && ranked.length + facts.procedures.length === 0
  const memoryWith = (count: number): string => {
    const kept = new Set(ranked.slice(0, count))
    const sections = sectionHeadings.map(([name, heading]) => ({
      heading,
      lines: [...facts[name].filter((line) => kept.has(line)), ...(name === "works" ? pointers : [])].map(lineText)
    }))
    const preface = isEmpty ? [`${nothingLeft} ${cite(threadIds.slice(0, 3))}`] : leftOutText(ranked.length - count)
    const title = `# Memory: ${project}`
    // Only people write into the first section.
    return documentText(
      withPersonEdits({ title, preface, sections: [{ heading: notesHeading, lines: [] }, ...sections] }, edits)
    )
  }
  const fitting = mostThatFit(ranked.length, maxBytes, (count) => Buffer.byteLength(memoryWith(count)))
  return [
    { path: "MEMORY.md", text: memoryWith(fitting) },
    ...facts.procedures.map((procedure) => ({
      path: `skills/${procedure.name}/SKILL.md`,
      text: skillText(procedure, project, facts.failures)
    }))
  ]
}
