/* Functions that read pieces of JavaScript without running it: strings, and the ends of brackets. Pure and total. */

/** The characters that can begin a string literal. */
export const quotes = "\"'`"
const simpleEscapes: { readonly [key: string]: string } = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  v: "\v",
  "0": "\0"
}

/** A value that was read from a source text, and the index after it. */
export interface Read<A> {
  readonly value: A
  readonly end: number
}

/**
 * Reads the string literal at an index, with its escapes decoded; undefined if there is none, or if it does not end.
 */
export const readString = (source: string, start: number): Read<string> | undefined => {
  const quote = source[start] ?? ""
  if (quote === "" || !quotes.includes(quote)) {
    return undefined
  }
  let value = ""
  for (let at = start + 1; at < source.length; at++) {
    const character = source[at] ?? ""
    if (character === quote) {
      return { value, end: at + 1 }
    }
    if (character !== "\\") {
      value += character
      continue
    }
    at++
    const escaped = source[at] ?? ""
    const code = /^(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/.exec(source.slice(at, at + 9))
    const point = Number.parseInt(code?.[1] ?? code?.[2] ?? code?.[3] ?? "", 16)
    if (code !== null && point <= 0x10ffff) {
      value += String.fromCodePoint(point)
      at += code[0].length - 1
    } else if (escaped !== "\n") {
      value += simpleEscapes[escaped] ?? escaped
    }
  }
  return undefined
}

/** Returns the index of the first character at or after an index that is not white space. */
export const skipSpace = (source: string, start: number): number => {
  let at = start
  while (/\s/.test(source[at] ?? "")) {
    at++
  }
  return at
}

/** Returns the identifier at an index; empty if there is none. */
export const identifierAt = (source: string, start: number): string =>
  /^[A-Za-z_$][\w$]*/.exec(source.slice(start, start + 64))?.[0] ?? ""

/** Returns the index of the comma or bracket that ends the value at an index. */
export const skipValue = (source: string, start: number): number => {
  let depth = 0
  let at = start
  while (at < source.length) {
    const character = source[at] ?? ""
    if (quotes.includes(character)) {
      at = readString(source, at)?.end ?? source.length
      continue
    }
    if (depth === 0 && /[,)\]}]/.test(character)) {
      return at
    }
    depth += /[([{]/.test(character) ? 1 : /[)\]}]/.test(character) ? -1 : 0
    at++
  }
  return at
}

/** Returns the index of the bracket that closes the one before an index; the end of the text if there is none. */
export const closeOf = (source: string, start: number): number => {
  let at = skipValue(source, start)
  while (source[at] === ",") {
    at = skipValue(source, at + 1)
  }
  return at
}

/** True if the template literal between two indexes contains a substitution, so that its text is not known. */
export const isInterpolated = (source: string, start: number, end: number): boolean =>
  source[start] === "`" && /(?:^|[^\\])(?:\\\\)*\$\{/.test(source.slice(start, end))

/** Splits a sum or a list at an operator that is outside strings and brackets. */
export const splitAt = (text: string, operator: string): ReadonlyArray<string> => {
  const terms: Array<string> = []
  let depth = 0
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ""
    if (quotes.includes(character)) {
      at = (readString(text, at)?.end ?? text.length) - 1
    } else if (character === operator && depth === 0) {
      terms.push(text.slice(start, at))
      start = at + 1
    } else {
      depth += /[([{]/.test(character) ? 1 : /[)\]}]/.test(character) ? -1 : 0
    }
  }
  return [...terms, text.slice(start)]
}
