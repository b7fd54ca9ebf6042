import { identifierAt, isInterpolated, quotes, readString, skipSpace, skipValue } from "./ScriptText.js"

/*
 * Reads literals of JavaScript without running them: objects, lists, strings and booleans, and variables that are
 * declared with one. Anything else is undefined. Pure and total; a hostile script costs little.
 */

const deepest = 8
/** The maximum number of values that are read; a question to the user has far fewer. */
const mostValues = 2_000

/** Reads the literal at an index of a script; undefined if there is none, or in the place of a value without one. */
export const literalAt = (source: string, start: number): unknown => {
  let left = mostValues
  const read = (at: number, depth: number): unknown => {
    left--
    const character = source[at] ?? ""
    if (depth > deepest || left < 0) {
      return undefined
    }
    if (quotes.includes(character)) {
      const text = readString(source, at)
      const isWhole = text !== undefined && /^\s*(?:[,;)\]}]|$|\n)/.test(source.slice(text.end, text.end + 200))
      return isWhole && !isInterpolated(source, at, text.end) ? text.value : undefined
    }
    if (character === "[") {
      return items(at + 1).map((item) => read(item, depth + 1))
    }
    if (character === "{") {
      return Object.fromEntries(items(at + 1).flatMap((item) => entry(item, depth + 1)))
    }
    const name = identifierAt(source, at)
    switch (name) {
      case "":
        return undefined
      case "true":
      case "false":
        return name === "true"
      default:
        return named(name, depth)
    }
  }
  /** Lists the indexes at which the values between two brackets begin. */
  const items = (first: number): ReadonlyArray<number> => {
    const found: Array<number> = []
    let at = skipSpace(source, first)
    while (at < source.length && !/[\])}]/.test(source[at] ?? "") && found.length < left) {
      found.push(at)
      at = skipValue(source, at)
      at = source[at] === "," ? skipSpace(source, at + 1) : at
    }
    return found
  }
  const entry = (at: number, depth: number): ReadonlyArray<readonly [string, unknown]> => {
    const quoted = readString(source, at)
    const key = quoted?.value ?? identifierAt(source, at)
    const colon = skipSpace(source, quoted?.end ?? at + key.length)
    const isShorthand = source[colon] !== ":"
    return key === "" ? [] : [[key, isShorthand ? named(key, depth) : read(skipSpace(source, colon + 1), depth)]]
  }
  const named = (name: string, depth: number): unknown => {
    const declaration = new RegExp(
      `\\b(?:const|let|var)\\s{1,4}${name.replaceAll("$", "\\$")}\\s{0,4}=(?![=>])\\s{0,4}`
    ).exec(source)
    return declaration === null ? undefined : read(declaration.index + declaration[0].length, depth + 1)
  }
  return read(skipSpace(source, start), 0)
}
