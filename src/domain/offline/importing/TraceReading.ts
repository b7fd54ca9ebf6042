import { isNotConfirmed } from "../../privacy/NotConfirmed.js"

/*
 * Reads trace memories: those of the offline extractor, those that a language model wrote in the same structure, and
 * the fallback with unstructured notes. Every part is optional. Pure, total and linear.
 */

/** The parts of a task in a trace memory that contain bullets. */
export type SectionName = "preferences" | "steps" | "problems" | "knowledge" | "pointers" | "open"

/** A parsed trace memory: the bullets of all of its tasks, by section. */
export interface ReadTrace {
  readonly threadId: string
  readonly sections: Readonly<Record<SectionName, ReadonlyArray<string>>>
  /** The title and the outcome of every task. */
  readonly tasks: ReadonlyArray<{ readonly title: string; readonly outcome: string }>
}

const sectionHeadings: ReadonlyArray<readonly [RegExp, SectionName]> = [
  [/^user preferences\b/i, "preferences"],
  [/^key steps\b/i, "steps"],
  [/^things that did not work\b/i, "problems"],
  [/^reusable knowledge\b/i, "knowledge"],
  [/^pointers and references\b/i, "pointers"]
]

/**
 * Maps headings of free-form notes to a section of a trace memory, for example 'Gotchas' to `problems`. The first
 * pattern that matches wins.
 */
const looseHeadings: ReadonlyArray<readonly [RegExp, SectionName]> = [
  [/\bprefer/i, "preferences"],
  [/\b(?:open|todo|to do|follow-?ups?|next steps?|remaining|left)\b/i, "open"],
  [/\b(?:did not work|didn't work|pitfalls?|failures?|problems?|issues?|errors?|gotchas?|lessons?)\b/i, "problems"],
  [/\b(?:knowledge|works?|commands?|learn(?:ed|ings)?|tips?|how to)\b/i, "knowledge"],
  [/\b(?:pointers?|references?|files?|where)\b/i, "pointers"],
  [/\bsteps?\b/i, "steps"]
]

const bullet = /^(\s{0,12})(?:[-*•+]|\d{1,3}[.)])\s+(.*)$/
const heading = /^(?:#{1,6}\s+|\*\*)([^#*].{0,200}?)\**:?\**\s*$/
const taskHeading = /^#{1,4}\s+Task:?\s*(.*)$/i
const outcomeLine = /^(?:[-*]\s+)?\**Outcome:?\**:?\s*(\w+)/i
const placeholder =
  /^(?:none|none observed|none left open|none recorded|nothing|n\/?a|unknown|-|see the raw trace notes|not told apart in the notes|the raw trace notes:.*|no (?:explicit |stated |user )?preferences?\b.*)\.?$/i

/** Recognises the heading of a section that every trace has; `rest` is the text after it on the same line. */
const sectionHeadingIn = (line: string): { readonly name: SectionName; readonly rest: string } | undefined => {
  const bare = line.replace(/^(?:#{1,6}\s+|[-*]\s+)?\*{0,2}/, "")
  for (const [pattern, name] of sectionHeadings) {
    if (pattern.test(bare)) {
      const colon = bare.indexOf(":")
      return {
        name,
        rest:
          colon === -1
            ? ""
            : bare
                .slice(colon + 1)
                .replace(/^\*+/, "")
                .trim()
      }
    }
  }
  return undefined
}

/** The number of lines that are read from a trace memory; no useful one has more. */
const mostLines = 4_000
const lineCharacters = 1_200

/** Parses a trace memory. */
export const readTrace = (threadId: string, text: string): ReadTrace => {
  const sections: Record<SectionName, Array<string>> = {
    preferences: [],
    steps: [],
    problems: [],
    knowledge: [],
    pointers: [],
    open: []
  }
  const tasks: Array<{ title: string; outcome: string }> = []
  let section: SectionName | undefined
  let inNotes = false
  const add = (name: SectionName, item: string): void => {
    if (item !== "" && !placeholder.test(item) && !isNotConfirmed(item)) {
      sections[name].push(item)
    }
  }
  for (const full of text.split("\n", mostLines)) {
    const line = full.slice(0, lineCharacters).trimEnd()
    const task = taskHeading.exec(line)
    const named = sectionHeadingIn(line)
    const item = bullet.exec(line)
    const title = heading.exec(line)?.[1]
    const last = section === undefined ? undefined : sections[section].at(-1)
    if (/^#{1,6}\s+Raw trace notes/i.test(line)) {
      inNotes = true
      section = undefined
    } else if (task !== null) {
      tasks.push({ title: task[1] ?? "", outcome: "uncertain" })
      section = undefined
    } else if (named !== undefined) {
      section = named.name
      add(section, named.rest.replace(/^\(annotate[^)]*\):?/, ""))
    } else if (outcomeLine.test(line) && section === undefined) {
      const current = tasks.at(-1)
      if (current !== undefined) {
        current.outcome = (outcomeLine.exec(line)?.[1] ?? "").toLowerCase()
      }
    } else if (inNotes && title !== undefined) {
      section = looseHeadings.find(([pattern]) => pattern.test(title))?.[1]
    } else if (title !== undefined && line.startsWith("#")) {
      section = undefined
    } else if (item !== null && section !== undefined) {
      add(section, (item[2] ?? "").trim())
    } else if (section !== undefined && last !== undefined && /^\s+\S/.test(line)) {
      sections[section][sections[section].length - 1] = `${last} ${line.trim()}`.slice(0, lineCharacters)
    }
  }
  return { threadId, sections, tasks }
}
