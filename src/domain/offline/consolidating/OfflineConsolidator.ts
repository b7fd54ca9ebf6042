import { cite } from "../../memory/Citation.js"
import type { PersonEdits } from "../../memory/PersonEdits.js"
import { factsOf } from "./Facts.js"
import { type EarlierLines, leftOutText, noEarlier } from "./EarlierSessions.js"
import { sectionsOf } from "./MemorySections.js"
import { lineText, type MemoryLine } from "./Merging.js"
import { documentText, withPersonEdits } from "./PersonLines.js"
import { skillPointer, skillsOf, skillText } from "./Skills.js"
import { notesHeading } from "../../memory/UserNote.js"
import { readTrace } from "./TraceReading.js"
import { plainLine } from "../writing/Wording.js"

/** The input of the consolidation of one project. */
export interface ConsolidationInput {
  /** The last segment of the project's directory. */
  readonly project: string
  /** The trace memories without the header lines of their files, newest first. */
  readonly traces: ReadonlyArray<{ readonly threadId: string; readonly text: string }>
  readonly edits: PersonEdits
  /** Wishes and fixes from sessions that are older than the traces; undefined if there are none. */
  readonly earlier?: EarlierLines | undefined
  /** The maximum size of `MEMORY.md` in bytes; failures, and then wishes, give way to it. */
  readonly maxBytes: number
}

/** A file to publish, by its path below the memory root. */
export interface PublishedFile {
  readonly path: string
  readonly text: string
}

/**
 * Merges trace memories by rule: `MEMORY.md` always, and a skill for every procedure that three traces show. The same
 * input gives the same bytes.
 */
export const consolidate = ({
  earlier = noEarlier,
  edits,
  maxBytes,
  project,
  traces
}: ConsolidationInput): ReadonlyArray<PublishedFile> => {
  const name = plainLine(project, 80) || "this directory"
  const facts = traces.map(({ text, threadId }) => factsOf(readTrace(threadId, text)))
  const { failures, leftOut, open, places, wants, works } = sectionsOf(facts, earlier)
  const skills = skillsOf(facts)
  const pointers: ReadonlyArray<MemoryLine> = skills.map((skill) => ({
    text: skillPointer(skill),
    threadIds: skill.threadIds
  }))
  const section = (heading: string, lines: ReadonlyArray<MemoryLine>) => ({ heading, lines: lines.map(lineText) })
  const cited = cite(traces.slice(0, 3).map(({ threadId }) => threadId))
  const memoryWith = (wishes: number, fixes: number): string => {
    const sections = [
      // Only people write into this section; it is listed to be the first one.
      section(notesHeading, []),
      section("## What the user wants", wants.slice(0, wishes)),
      section("## What works here", [...works, ...pointers]),
      section("## Known failures and their fixes", failures.slice(0, fixes)),
      section("## Where things are", places),
      section("## Open", open)
    ]
    const isEmpty = traces.length > 0 && sections.every(({ lines }) => lines.length === 0)
    const left = leftOutText({
      wishes: leftOut.wishes + wants.length - wishes,
      fixes: leftOut.fixes + failures.length - fixes
    })
    const preface = [
      ...(isEmpty ? [`The sessions so far left nothing that a later one could use. ${cited}`] : []),
      ...(left === undefined ? [] : [left])
    ]
    return documentText(withPersonEdits({ title: `# Memory: ${name}`, preface, sections }, edits))
  }
  let [wishes, fixes] = [wants.length, failures.length]
  let memory = memoryWith(wishes, fixes)
  while (wishes + fixes > 0 && Buffer.byteLength(memory) > maxBytes) {
    if (fixes > 0) {
      fixes--
    } else {
      wishes--
    }
    memory = memoryWith(wishes, fixes)
  }
  return [
    { path: "MEMORY.md", text: memory },
    ...skills.map((skill) => ({
      path: `skills/${skill.name}/SKILL.md`,
      text: skillText(skill, name, failures.map(lineText))
    }))
  ]
}
