import { citationsIn } from "./Citation.js"
import type { PersonEdits } from "./PersonEdits.js"
import { memoryFile, type PublicationRecord, skillFolder } from "./Publication.js"
import { fold } from "./Search.js"

/** The things to forget: threads, single lines and, where `text` is given, every line that contains it in any case. */
export interface ForgetRule {
  readonly threadIds: ReadonlySet<string>
  readonly lines: ReadonlySet<string>
  readonly text: string | undefined
}

/** True when a line is to be forgotten: it is listed, cites a forgotten thread, or contains the text. */
export const isForgotten = (line: string, { lines, text, threadIds }: ForgetRule): boolean =>
  lines.has(line.trimEnd()) ||
  (text !== undefined && fold(line).includes(fold(text))) ||
  citationsIn(line).some((cited) => [...threadIds].some((threadId) => threadId.startsWith(cited)))

const headingOf = (line: string): number => /^(#{1,6}) /.exec(line)?.[1]?.length ?? 0

/** Removes headings below level 1 that have nothing under them, and the repeated blank lines that result. */
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
 * Removes everything to be forgotten from a generated text. A line without a citation that no person wrote may stem
 * from a forgotten session, so it is removed too; the next consolidation restores what other traces still say. A text
 * that contains nothing to forget stays the same, byte for byte.
 */
export const withoutForgotten = (text: string, rule: ForgetRule, isPersonal: (line: string) => boolean): string => {
  const lines = text.split("\n")
  const isKept = (line: string): boolean =>
    line.trim() === "" ||
    (!isForgotten(line, rule) && (headingOf(line) > 0 || isPersonal(line.trimEnd()) || citationsIn(line).length > 0))
  return lines.every(isKept) ? text : withoutEmptySections(lines.filter(isKept))
}

/** The edits that people made by hand, without the lines to be forgotten. */
export const editsWithout = (edits: PersonEdits, rule: ForgetRule): PersonEdits => ({
  added: edits.added.filter(({ line }) => !isForgotten(line, rule)),
  removed: edits.removed.filter((line) => !isForgotten(line, rule))
})

/**
 * Returns a function that recognises the lines of `MEMORY.md` that people wrote: those recorded as their edits, and
 * those that are in the file but were never published.
 */
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
 * Lists the published skill files to remove. If one file of a skill contains something to be forgotten, the whole skill
 * is removed, since one missing step invalidates it. A skill without citations is removed as well, since it may come
 * from any session. `texts` maps paths below the memory root to file contents.
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
