import { withoutCitations } from "../../memory/Citation.js"
import type { PersonEdits } from "../../memory/PersonEdits.js"
import { splitDay } from "../../memory/SaidOn.js"
import { commandKey } from "../importing/CommandBullets.js"
import { isSaidIn, meaningfulWords } from "./SameMeaning.js"
import { contradict } from "./WishConflicts.js"

/**
 * A Markdown file of the memory before it is written: its title, its preface and its sections, with the final text of
 * each line.
 */
export interface Document {
  readonly title: string
  /** Lines above the first section. */
  readonly preface: ReadonlyArray<string>
  readonly sections: ReadonlyArray<Section>
}

/** A heading and the lines below it. */
export interface Section {
  readonly heading: string
  readonly lines: ReadonlyArray<string>
}

const headingLine = /^#{1,6} /

const supersedes = / \(newer; superseded:.*$/

const bare = (line: string): string => withoutCitations(line).trim()

/**
 * Removes the day and the list of superseded wishes from a line. The list changes when the session of a superseded wish
 * is forgotten, so lines are compared without it.
 */
export const newest = (line: string): string => splitDay(bare(line))[0].replace(supersedes, "")

const codeSpans = (line: string): ReadonlyArray<string> =>
  [...line.slice(0, 1_000).matchAll(/`([^`\n]{2,300})`/g)].map((match) => match[1] ?? "")

/** Matches a line that is about a command, and does not only mention one: the command stands first, or after a label. */
const aboutCommand = /^\s*(?:[-*•+]\s+)?(?:[^`"“„«「:]{0,60}: ?)?`/

/**
 * True if a person's line says the same as a generated line, or contains the same command. The person's line then
 * replaces the generated one.
 */
const isSaidByPerson = (line: string, own: string): boolean => {
  if (bare(line) === bare(own)) {
    return true
  }
  const words = meaningfulWords(withoutCitations(line))
  const commands = new Set(
    (aboutCommand.test(own) ? codeSpans(own) : []).map(commandKey).filter((key) => key.includes(" "))
  )
  const isSameCommand =
    /^- [A-Z][^`"]{0,60}: `/.test(line) &&
    codeSpans(line)
      .slice(0, 1)
      .some((code) => commands.has(commandKey(code)))
  return (words.size >= 2 && isSaidIn(withoutCitations(line), own)) || isSameCommand
}

const isContradicted = (line: string, own: string): boolean =>
  line.startsWith('- "') && contradict(newest(line), bare(own))

/** Drops the generated lines that a person deleted, reworded or contradicted. */
export const withoutOverruled = (lines: ReadonlyArray<string>, edits: PersonEdits): ReadonlyArray<string> => {
  const removed = new Set(edits.removed.map(newest))
  const own = edits.added.map(({ line }) => line).filter((line) => !headingLine.test(line))
  return lines.filter(
    (line) =>
      !removed.has(newest(line)) && !own.some((said) => isSaidByPerson(line, said) || isContradicted(line, said))
  )
}

/**
 * Inserts the lines that people wrote, verbatim and under their headings, before the generated lines there: a person's
 * line is the strongest evidence. A heading that a person wrote, or wrote below, is kept; a generated one without lines
 * is dropped.
 */
export const withPersonEdits = (document: Document, edits: PersonEdits): Document => {
  let title = document.title
  const preface: Array<string> = []
  const sections: Array<{ heading: string; own: Array<string>; lines: ReadonlyArray<string>; isTheirs: boolean }> =
    document.sections.map(({ heading, lines }) => ({
      heading,
      own: [],
      lines: withoutOverruled(lines, edits),
      isTheirs: false
    }))
  const sectionFor = (heading: string, after: string | null): { own: Array<string>; isTheirs: boolean } => {
    const known = sections.find((section) => section.heading === heading)
    if (known !== undefined) {
      return known
    }
    const at = sections.findIndex((section) => section.heading === after)
    const created = { heading, own: [], lines: [], isTheirs: true }
    sections.splice(at === -1 ? sections.length : at + 1, 0, created)
    return created
  }
  for (const { heading, line } of edits.added) {
    if (line.startsWith("# ") && heading === null) {
      title = line
    } else if (headingLine.test(line)) {
      sectionFor(line, heading).isTheirs = true
    } else if (heading === null || heading === title || heading === document.title) {
      preface.push(line)
    } else {
      sectionFor(heading, null).own.push(line)
    }
  }
  return {
    title,
    preface: [...preface, ...withoutOverruled(document.preface, edits)],
    sections: sections
      .filter(({ isTheirs, lines, own }) => isTheirs || lines.length + own.length > 0)
      .map(({ heading, lines, own }) => ({ heading, lines: [...own, ...lines] }))
  }
}

/** Writes a document, with one blank line between its parts and a final newline. */
export const documentText = ({ preface, sections, title }: Document): string =>
  [
    title,
    ...(preface.length === 0 ? [] : [preface.join("\n")]),
    ...sections.map(({ heading, lines }) => [heading, ...lines].join("\n"))
  ].join("\n\n") + "\n"
