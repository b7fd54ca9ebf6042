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

/**
 * Replaces the text of comments and strings by spaces of the same length, so that what is left is code. The code inside
 * a template literal stays.
 */
export const codeOf = (source: string): string => {
  const blank = (text: string): string => text.replace(/[^\n]/g, " ")
  let code = ""
  let at = 0
  /** The number of open brackets at each template literal whose substitution is being read, innermost last. */
  const templates: Array<number> = []
  let depth = 0
  /** Reads the text of a template literal up to its end or its next substitution. */
  const readTemplate = (): void => {
    const start = at
    while (at < source.length && source[at] !== "`" && !source.startsWith("${", at)) {
      at += source[at] === "\\" ? 2 : 1
    }
    code += blank(source.slice(start, at))
    if (source[at] === "$") {
      templates.push(depth)
      code += "${"
      at += 2
    } else if (at < source.length) {
      code += "`"
      at++
    }
  }
  while (at < source.length) {
    const character = source[at] ?? ""
    const string = character === "'" || character === '"' ? readString(source, at) : undefined
    const next = source[at + 1]
    if (string !== undefined && !source.slice(at, string.end).includes("\n")) {
      code += character + blank(source.slice(at + 1, string.end - 1)) + character
      at = string.end
    } else if (character === "/" && (next === "/" || next === "*")) {
      const end = source.indexOf(next === "/" ? "\n" : "*/", at + 2)
      const after = end === -1 ? source.length : end + (next === "/" ? 0 : 2)
      code += blank(source.slice(at, after))
      at = after
    } else if (character === "`") {
      code += character
      at++
      readTemplate()
    } else if (character === "}" && templates.at(-1) === depth) {
      templates.pop()
      code += character
      at++
      readTemplate()
    } else {
      depth += character === "{" ? 1 : character === "}" ? -1 : 0
      code += character
      at++
    }
  }
  return code.slice(0, source.length)
}
