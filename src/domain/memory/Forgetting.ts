import { citationsIn } from "./Citation.js"
import type { PersonEdits } from "./PersonEdits.js"
import { memoryFile, type PublicationRecord, skillFolder } from "./Publication.js"
import { fold } from "./Search.js"

/** What is to be forgotten: threads, single lines, and where one is given every line that holds a text, in any case. */
export interface ForgetRule {
  readonly threadIds: ReadonlySet<string>
  readonly lines: ReadonlySet<string>
  readonly text: string | undefined
}

/** Whether a line comes from what is to be forgotten, by its citations, or holds the text. */
export const isForgotten = (line: string, { lines, text, threadIds }: ForgetRule): boolean =>
  lines.has(line.trimEnd()) ||
  (text !== undefined && fold(line).includes(fold(text))) ||
  citationsIn(line).some((cited) => [...threadIds].some((threadId) => threadId.startsWith(cited)))

const headingOf = (line: string): number => /^(#{1,6}) /.exec(line)?.[1]?.length ?? 0

/** Headings below the first level with nothing under them go, and so do blank lines that then follow each other. */
const withoutEmptySections = (lines: ReadonlyArray<string>): string => {
  const kept: Array<string> = []
  for (const line of [...lines].toReversed()) {
    const level = headingOf(line)
    const next = kept.findLast((later) => later.trim() !== "")
    const isEmpty = level > 1 && (next === undefined || (headingOf(next) > 0 && headingOf(next) <= level))
    if (!isEmpty && !(line.trim() === "" && (kept.at(-1) ?? "").trim() === "")) {
      kept.push(line)
    }
  }
  const text = kept.toReversed().join("\n").trim()
  return text === "" ? "" : `${text}\n`
}

/**
 * A text of ours without what is to be forgotten. A line that nobody typed and that cites nothing cannot be told to come
 * from elsewhere, so it goes too; the next consolidation writes what the other traces say again. A text that has nothing of
 * it stays as it is, byte for byte.
 */
export const withoutForgotten = (text: string, rule: ForgetRule, isPersonal: (line: string) => boolean): string => {
  const lines = text.split("\n")
  const isKept = (line: string): boolean =>
    line.trim() === "" ||
    (!isForgotten(line, rule) && (headingOf(line) > 0 || isPersonal(line.trimEnd()) || citationsIn(line).length > 0))
  return lines.every(isKept) ? text : withoutEmptySections(lines.filter(isKept))
}

/** What people changed by hand, without the lines that are to be forgotten. */
export const editsWithout = (edits: PersonEdits, rule: ForgetRule): PersonEdits => ({
  added: edits.added.filter(({ line }) => !isForgotten(line, rule)),
  removed: edits.removed.filter((line) => !isForgotten(line, rule))
})

/** The lines of `MEMORY.md` that people wrote: those that no publication did, and those it kept for them. */
export const personalLines = (record: PublicationRecord | undefined, current: string): ((line: string) => boolean) => {
  const added = new Set(record?.edits.added.map(({ line }) => line))
  const published = new Set(record?.memoryText.split("\n").map((line) => line.trimEnd()))
  const all = new Set(current.split("\n").map((line) => line.trimEnd()))
  return (line) => added.has(line) || (record !== undefined && all.has(line) && !published.has(line))
}

/** The folder of the skill that a file belongs to; undefined for other files. */
const skillOf = (path: string): string | undefined =>
  path.startsWith(`${skillFolder}/`) ? path.split("/").slice(0, 2).join("/") : undefined

/**
 * The published files of skills that are to go: a procedure of which a step is forgotten is none, and one that cites
 * nothing may come from anywhere. `texts` are the files of the memory root by their path.
 */
export const forgottenSkillFiles = (
  record: PublicationRecord,
  texts: ReadonlyMap<string, string>,
  rule: ForgetRule
): ReadonlyArray<string> => {
  const personal = new Set(record.personalFiles)
  const published = record.files.map(({ path }) => path).filter((path) => path !== memoryFile && !personal.has(path))
  const isGone = (skill: string): boolean => {
    const files = published.filter((path) => skillOf(path) === skill).map((path) => texts.get(path) ?? "")
    return (
      files.every((text) => citationsIn(text).length === 0) ||
      files.some((text) => text.split("\n").some((line) => isForgotten(line, rule)))
    )
  }
  const gone = new Set(published.flatMap((path) => skillOf(path) ?? []).filter(isGone))
  return published.filter((path) => gone.has(skillOf(path) ?? ""))
}
