import type { Forbidden, ForbiddenPlace, Gold, GoldFailure, GoldNote, GoldWish } from "./session.js"

/** A line of a memory, and the sections that it stands in. */
interface PlacedLine {
  readonly text: string
  readonly words: ReadonlySet<string>
  /** The heading above the line, in lower case; empty if there is none. */
  readonly section: string
  readonly isHeading: boolean
}

/** A text of memory, prepared for search. */
export interface MemoryText {
  readonly lines: ReadonlyArray<PlacedLine>
  /** The text in lower case with single spaces. */
  readonly flat: string
}

const flatten = (text: string): string => text.replace(/\s+/g, " ").toLowerCase()

/** The words of a text in lower case, without the marks around them; of a path the file's name. */
const wordsOf = (text: string): ReadonlyArray<string> =>
  (text.toLowerCase().match(/[\p{L}\p{M}\p{N}_./@$-]+/gu) ?? [])
    .map((word) => word.replace(/^.*\/(?=[^/])/, "").replace(/^[./-]+|[./-]+$/g, ""))
    .filter((word) => word !== "")

const headingOf = (line: string): string | undefined =>
  /^#{1,4} (?<heading>.+)$/.exec(line)?.groups?.["heading"] ??
  /^(?<heading>[A-Z][^:`]{2,80}):(?: none observed)?$/.exec(line)?.groups?.["heading"]

/** Prepares a text of memory for search. */
export const memoryText = (text: string): MemoryText => {
  const lines: Array<PlacedLine> = []
  let section = ""
  for (const line of text.split("\n")) {
    const heading = headingOf(line)
    section = heading === undefined ? section : heading.toLowerCase()
    if (line.trim() !== "") {
      lines.push({ text: line, words: new Set(wordsOf(line)), section, isHeading: heading !== undefined })
    }
  }
  return { lines, flat: flatten(text) }
}

const shareIn = (wanted: ReadonlyArray<string>, words: ReadonlySet<string>): number =>
  wanted.length === 0 ? 0 : wanted.filter((word) => words.has(word)).length / wanted.length

/** The lines over which an error and its fix are told; those of a list of failures are one each. */
const fixLinesIn = (section: string): number => (section.startsWith("known failures") ? 1 : 3)

/** Longer lines than this are dumps. In characters. */
const longestLine = 1_200

/** Tells whether a text gives 70 % of the words of an error, and near it one of the names of its fix. */
export const givesFailure = ({ error, fix }: GoldFailure, { lines }: MemoryText): boolean => {
  const wanted = wordsOf(error)
  return lines.some(({ section, text, words }, index) => {
    if (text.length > longestLine || shareIn(wanted, words) < 0.7) {
      return false
    }
    const near = flatten(
      lines
        .slice(index, index + fixLinesIn(section))
        .map((line) => line.text.slice(0, longestLine))
        .join("\n")
    )
    return fix.some((name) => near.includes(name.toLowerCase()))
  })
}

/** Tells whether a text gives a command verbatim. */
export const givesCommand = (command: string, { flat }: MemoryText): boolean => flat.includes(flatten(command))

/** Tells whether a text gives the path of a file. */
export const givesFile = (path: string, { flat }: MemoryText): boolean => flat.includes(path.toLowerCase())

/**
 * The sections in which a line tells something in a forbidden way. What stands in no section may be taken for a command
 * that works, or for a wish.
 */
const sections = {
  anything: /^/,
  memory: /^/,
  command: /^$|^what works here|^reusable knowledge/,
  fix: /^/,
  wish: /^$|^what the user wants|^user preferences/,
  "lasting wish": /^what the user wants/,
  open: /^open|^things that did not work/,
  limit: /^limits/,
  file: /^where things are|^pointers/
} satisfies { readonly [place in ForbiddenPlace]: RegExp }

const isIn = (place: ForbiddenPlace, { section }: PlacedLine): boolean => sections[place].test(section)

/** Tells whether a line has the words verbatim, as in scripts without spaces, or 80 % of them. */
const givesWords = (wanted: string, { text, words }: PlacedLine): boolean =>
  text.length <= longestLine && (flatten(text).includes(flatten(wanted)) || shareIn(wordsOf(wanted), words) >= 0.8)

/** Tells whether one line of a text has 80 % of the words of a wish; a title or the remark about a file does not count. */
export const givesWish = ({ words }: GoldWish, { lines }: MemoryText): boolean => {
  return lines.some((line) => !line.isHeading && !/^pointers|^where/.test(line.section) && givesWords(words, line))
}

/** Tells whether one line of a text has 80 % of the words of a note; in `MEMORY.md` as what it is. */
export const givesNote = ({ kind, words }: GoldNote, { lines }: MemoryText): boolean => {
  const isMemory = lines.some(({ text }) => text.startsWith("# Memory"))
  return lines.some(
    (line) =>
      (!isMemory || line.section.startsWith(kind === "limit" ? "limits" : "findings")) && givesWords(words, line)
  )
}

/** Tells whether the last outcome that a trace names is one of the defensible ones. */
export const givesOutcome = (outcomes: Gold["outcomes"], { lines }: MemoryText): boolean => {
  const told = lines.map(({ text }) => /^Outcome: (?<outcome>\w+)/.exec(text)?.groups?.["outcome"])
  const last = told.findLast((outcome) => outcome !== undefined)
  return outcomes.some((outcome) => outcome === last)
}

/** Lists what a text has in code marks. */
const codeMarks = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/(?<ticks>`{1,2})(?!`)(?<code>[^\n]+?)\k<ticks>(?!`)/g)].map(
    ({ groups }) => groups?.["code"]?.trim() ?? ""
  )

/** Tells whether a line gives a command, or one that begins with it, as something to run; a failure only names it. */
const tellsCommand = (line: string, command: string): boolean => {
  if (/\b(?:fixed by|passed after|failed|does not work|is not installed)\b/.test(line)) {
    return false
  }
  const wanted = flatten(command)
  const told = codeMarks(line).map(flatten)
  const bare = /^\W*(?:\[exit \d+\]|\$) (?<command>.+)$/.exec(line)?.groups?.["command"]
  return [...told, ...(bare === undefined ? [] : [flatten(bare)])].some(
    (one) => one === wanted || one.startsWith(`${wanted} `)
  )
}

const tells = (line: string, { as, words }: Forbidden): boolean => {
  if (as === "command") {
    return tellsCommand(line, words)
  }
  const flat = flatten(line)
  const position = flat.indexOf(flatten(words))
  const isAfter = (words: RegExp): boolean => words.test(flat.slice(0, Math.max(position, 0)))
  const isToldSo = as === "fix" ? isAfter(/fixed by/) : as !== "lasting wish" || !isAfter(/superseded/)
  return position >= 0 && isToldSo
}

/** Lists the lines of a text that tell something in a way in which it would mislead, once for each such thing. */
export const misleadingLines = (forbidden: ReadonlyArray<Forbidden>, { lines }: MemoryText) =>
  forbidden.flatMap((one) =>
    lines.filter((line) => isIn(one.as, line) && tells(line.text, one)).map(({ text }) => ({ line: text, ...one }))
  )

/** The path of a file that memory consists of. */
const ownFile = /^skills\/[\w-]+\/SKILL\.md$/

/** Counts the commands, paths and quotations in code marks, and lists those that the sessions do not hold. */
export const supportOf = (text: string, sessionTexts: string) => {
  const held = flatten(sessionTexts)
  const claims = codeMarks(text).filter((mark) => mark.length >= 4 && /[\s./\\:_-]/.test(mark) && !ownFile.test(mark))
  const unsupported = claims.filter((mark) =>
    flatten(mark)
      // Memory joins the lines of an output by a slash.
      .split(/\s*(?:…|\[redacted\w*\]| \/ )\s*/)
      .map((part) => part.trim())
      .some((part) => part.length > 2 && !held.includes(part))
  )
  return { claims: claims.length, unsupported }
}
