import { withoutDirectionControls } from "../../text/WritingDirection.js"

/*
 * Converts text of a session to one line of Markdown that cannot end the structure around it, whatever the text
 * contains. The limits bound the work too: a line of megabytes costs no more than a short one.
 */

/** The number of characters of a text that are examined, before the text is cut to its limit. */
const readCharacters = 4_000

/** Cuts a text to at most `limit` characters, at a space if one is near, and never inside a surrogate pair. */
export const cutText = (text: string, limit: number): string => {
  if (text.length <= limit) {
    return text
  }
  const end = limit - 1
  const space = text.lastIndexOf(" ", end)
  const cut = text.slice(0, space > end * 0.7 ? space : end)
  return `${cut.replace(/[\uD800-\uDBFF]$/, "").replace(/[\s,;:.([{]+$/, "")}…`
}

/** Makes one line of a text, without control characters, lone surrogates and repeated white space. */
export const oneLine = (text: string): string =>
  withoutDirectionControls(text.slice(0, readCharacters))
    .replace(/\p{Cs}/gu, "\uFFFD")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim()

/** Takes the markup out of a line that would end the structure around it: fences, comments, closing tags, variables. */
export const withoutBreakingMarkup = (line: string): string =>
  line
    .replace(/`{3,}|~{3,}/g, "'")
    .replace(/<(?=[!/])/g, "< ")
    .replace(/--+>/g, "-- >")
    .replace(/\{\{+/g, "{ {")
    .replace(/\}\}+/g, "} }")

/**
 * Makes one line of a text that is never read as markup: no heading, list, fence, comment, closing tag or template
 * variable.
 */
export const plainLine = (text: string, limit: number): string => {
  const line = withoutBreakingMarkup(oneLine(text).replace(/^(?:[#>*+-]+ ?|\d{1,3}[.)] )+/, "")).replace(
    /\[(?=x?\] )/g,
    "("
  )
  return cutText(line.trim(), limit)
}

/** Quotes the text on one line. */
export const quoted = (text: string, limit: number): string => `"${plainLine(text, limit).replaceAll('"', "'")}"`

/** Makes a code span of the text, with a fence that is longer than the backticks in it. */
export const inCode = (text: string, limit: number): string => {
  const line = cutText(oneLine(text).replace(/`{3,}/g, "``"), limit)
  return line.includes("``") ? `\`\`\` ${line} \`\`\`` : line.includes("`") ? `\`\` ${line} \`\`` : `\`${line}\``
}

/** A passage of a text: a heading, a list item or the lines of a paragraph, as sentences. */
export interface Passage {
  /** The level of a heading, from 1 to 6; undefined for text that is no heading. */
  readonly level: number | undefined
  readonly sentences: ReadonlyArray<string>
}

const headingMark = /^\s{0,3}(#{1,6})\s+/
const itemMark = /^\s{0,12}(?:\d{1,3}[.)]|[-*•+])\s+/

/** Splits a text into passages. Fenced code is left out: a pasted listing is not in its author's own words. */
export const passagesOf = (text: string): ReadonlyArray<Passage> => {
  const passages: Array<{ readonly level: number | undefined; readonly sentences: Array<string> }> = []
  let inFence = false
  let isOpen = false
  for (const line of text.slice(0, 20_000).split("\n")) {
    if (/^\s{0,3}(?:`{3}|~{3})/.test(line)) {
      inFence = !inFence
    } else if (!inFence) {
      const level = headingMark.exec(line)?.[1]?.length
      const begins = !isOpen || level !== undefined || itemMark.test(line)
      const item = line.slice(0, readCharacters).replace(itemMark, "")
      const sentences = item
        .split(/(?<=(?<!\b(?:e\.g|i\.e|vs|cf))[.!?。!?])(?=\s|$)|(?<=[。!?])/)
        .map((sentence) => sentence.trim())
        .filter((sentence) => sentence !== "")
      isOpen = sentences.length > 0 && level === undefined
      if (begins && sentences.length > 0) {
        passages.push({ level, sentences })
      } else {
        passages.at(-1)?.sentences.push(...sentences)
      }
    }
  }
  return passages
}

/** Splits a text into sentences, without fenced code. */
export const sentencesOf = (text: string): ReadonlyArray<string> =>
  passagesOf(text).flatMap(({ sentences }) => sentences)

/** Joins items to a list in prose: `a`, `a and b`, `a, b and c`. */
export const listed = (items: ReadonlyArray<string>): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1) ?? ""}`

/** Counts a noun: `1 test`, `2 tests`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

/** Lowers the first letter of a sentence that continues after a colon or a semicolon; names such as `README` stay. */
export const lowered = (text: string): string => text.replace(/^[A-Z](?=[a-z]+ )/, (letter) => letter.toLowerCase())

/** Capitalises the first letter; a code span or a quotation stays as it is. */
export const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
