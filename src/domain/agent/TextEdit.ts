import * as Either from "effect/Either"
import { ToolRefusal } from "./ToolRefusal.js"

/** Limits of one read of a file by an agent: its lines, and its characters. */
const readLines = 2_000
const readCharacters = 60_000

/** The number of characters that a search result shows of a line. */
const hitCharacters = 300

const refuse = (reason: string) => Either.left(new ToolRefusal({ reason }))

/**
 * Lines `first` to `last` of a text, each after its number, counted from 1. Says where to read on when the limits cut
 * the range short.
 */
export const readRange = (text: string, first: number, last: number): Either.Either<string, ToolRefusal> => {
  const lines = text.split("\n")
  if (first < 1 || last < first || first > lines.length) {
    return refuse(`there are lines 1 to ${lines.length}; first_line to last_line must be among them`)
  }
  const shown: Array<string> = []
  let characters = 0
  for (const [index, line] of lines.slice(first - 1, Math.min(last, first - 1 + readLines)).entries()) {
    const numbered = `${first + index}\t${line}`
    if (shown.length > 0 && characters + numbered.length > readCharacters) {
      break
    }
    characters += numbered.length + 1
    shown.push(numbered.slice(0, readCharacters))
  }
  const end = first + shown.length - 1
  const rest = end < Math.min(last, lines.length) ? `\n(${lines.length} lines in all; read on from ${end + 1})` : ""
  return Either.right(shown.join("\n") + rest)
}

/** Replaces the only occurrence of `old`; refuses when there is none, or more than one. */
export const replaceOnce = (text: string, old: string, replacement: string): Either.Either<string, ToolRefusal> => {
  const at = old === "" ? -1 : text.indexOf(old)
  if (at === -1) {
    return refuse("old does not stand in the file; read the file and copy it exactly, white space included")
  }
  return text.includes(old, at + 1)
    ? refuse("old stands in the file more than once; make it longer until it is the only one")
    : Either.right(text.slice(0, at) + replacement + text.slice(at + old.length))
}

/** Inserts text after a line; 0 inserts before the first line. */
export const insertAfter = (text: string, line: number, added: string): Either.Either<string, ToolRefusal> => {
  const lines = text.split("\n")
  const count = text.endsWith("\n") ? lines.length - 1 : lines.length
  return line < 0 || line > count
    ? refuse(`after_line must be from 0 to ${count}`)
    : Either.right([...lines.slice(0, line), added.replace(/\n$/, ""), ...lines.slice(line)].join("\n"))
}

/** Finds the lines that contain a text, ignoring case. Returns at most `limit` of them, as `path:line: text`. */
export const searchText = (path: string, text: string, wanted: string, limit: number): ReadonlyArray<string> => {
  const needle = wanted.toLowerCase()
  const hits: Array<string> = []
  for (const [index, line] of text.split("\n").entries()) {
    if (hits.length >= limit) {
      break
    }
    if (line.toLowerCase().includes(needle)) {
      hits.push(`${path}:${index + 1}: ${line.slice(0, hitCharacters)}`)
    }
  }
  return hits
}
