import { stripVTControlCharacters } from "node:util"
import stringWidth from "string-width"
import wrapAnsi from "wrap-ansi"

/** Returns the number of terminal columns that a text takes. */
export const columnsOf = (text: string): number => stringWidth(text)

const graphemes = new Intl.Segmenter()

/** Cuts a text to a number of columns; `…` marks the cut. */
export const fitText = (text: string, width: number): string => {
  if (columnsOf(text) <= width) {
    return text
  }
  let kept = ""
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    const next = columnsOf(segment)
    if (used + next > width - 1) {
      break
    }
    kept += segment
    used += next
  }
  return `${kept}…`
}

/**
 * Breaks a line between its words into lines of at most `width` columns. A longer word, such as a path, stays whole.
 */
export const wrapText = (line: string, width: number): ReadonlyArray<string> => wrapAnsi(line, width).split("\n")

/**
 * Breaks a line as {@link wrapText} does. Continuation lines are indented like the first one, or like the text of a
 * list item.
 */
export const wrapLine = (line: string, width: number): ReadonlyArray<string> => {
  if (columnsOf(line) <= width) {
    return [line]
  }
  const [prefix = "", indent = "", bullet = ""] = /^( *)(- )?/.exec(stripVTControlCharacters(line)) ?? []
  // Escape sequences before the prefix have no space in them, so its first occurrence is the prefix itself.
  return wrapText(line.replace(prefix, ""), width - prefix.length).map(
    (text, index) => `${indent}${index === 0 ? bullet : " ".repeat(bullet.length)}${text}`
  )
}
