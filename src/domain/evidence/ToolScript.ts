/**
 * Reads the tool calls out of an `exec` script: from 0.144 on nearly all of Codex's work is JavaScript that calls
 * `tools.exec_command({cmd: …})` and the like. The script is never run and need not be whole (a rollout may be cut in
 * its middle): only literals, and names bound to a literal, are understood; any other argument is left out.
 */

/** A hostile script must not cost a pass: beyond these sizes no script written by a model has been met. */
const scriptCharacters = 262_144
const scriptCallsRead = 200
/** What all arguments together may come to: those of calls that never close would each reach to the script's end. */
const argumentCharacters = 2 * scriptCharacters

/** One `tools.<name>(…)` call of a script. */
export interface ScriptCall {
  readonly tool: string
  /** The first argument, where it is a string. */
  readonly text: string | undefined
  /** The string and string-list properties of the first argument, where it is an object. */
  readonly properties: ReadonlyMap<string, string | ReadonlyArray<string>>
}

const quotes = "\"'`"
const simpleEscapes: { readonly [key: string]: string } = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  v: "\v",
  "0": "\0"
}

interface Read<A> {
  readonly value: A
  readonly end: number
}

const readString = (source: string, start: number): Read<string> | undefined => {
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

const skipSpace = (source: string, start: number): number => {
  let at = start
  while (/\s/.test(source[at] ?? "")) {
    at++
  }
  return at
}

const identifierAt = (source: string, start: number): string =>
  /^[A-Za-z_$][\w$]*/.exec(source.slice(start, start + 64))?.[0] ?? ""

const readStrings = (source: string, start: number): Read<ReadonlyArray<string>> | undefined => {
  if (source[start] !== "[") {
    return undefined
  }
  const values: Array<string> = []
  let at = skipSpace(source, start + 1)
  while (source[at] !== "]") {
    const item = readString(source, at)
    if (item === undefined) {
      return undefined
    }
    values.push(item.value)
    at = skipSpace(source, item.end)
    at = source[at] === "," ? skipSpace(source, at + 1) : at
  }
  return { value: values, end: at + 1 }
}

/** Whether a value ends where a literal or a name does: `"a" + b` is not `"a"`. */
const isWholeValue = (source: string, end: number): boolean => {
  const at = skipSpace(source, end)
  const next = source[at]
  return next === undefined || /[,;)\]}]/.test(next) || (/[^+.?]/.test(next) && source.slice(end, at).includes("\n"))
}

type Names = ReadonlyMap<string, string>

const readValue = (source: string, start: number, names: Names): Read<string | ReadonlyArray<string>> | undefined => {
  const name = identifierAt(source, start)
  const bound = names.get(name)
  const read =
    readString(source, start) ??
    readStrings(source, start) ??
    (bound === undefined ? undefined : { value: bound, end: start + name.length })
  return read !== undefined && isWholeValue(source, read.end) ? read : undefined
}

/** Steps over a value that is not understood, to the comma or bracket that ends it. */
const skipValue = (source: string, start: number): number => {
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

const readProperties = (source: string, start: number, names: Names): Read<ScriptCall["properties"]> => {
  const properties = new Map<string, string | ReadonlyArray<string>>()
  let at = skipSpace(source, start + 1)
  while (at < source.length && source[at] !== "}") {
    const quoted = readString(source, at)
    const key = quoted?.value ?? identifierAt(source, at)
    const afterKey = skipSpace(source, quoted?.end ?? at + key.length)
    const isShorthand = source[afterKey] !== ":"
    const valueAt = isShorthand ? at : skipSpace(source, afterKey + 1)
    const value = readValue(source, valueAt, names)
    if (key !== "" && value !== undefined) {
      properties.set(key, value.value)
    }
    at = skipValue(source, value?.end ?? valueAt)
    if (source[at] !== ",") {
      break
    }
    at = skipSpace(source, at + 1)
  }
  return { value: properties, end: at }
}

const namesIn = (source: string): Names => {
  const names = new Map<string, string>()
  for (const declaration of source.matchAll(/\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=\s*/g)) {
    const value = readString(source, declaration.index + declaration[0].length)
    if (value !== undefined && declaration[1] !== undefined && isWholeValue(source, value.end)) {
      names.set(declaration[1], value.value)
    }
  }
  return names
}

/** The tool calls of a script, in the order they stand; the first 200 of its first 262,144 characters. */
export const scriptCalls = (script: string): ReadonlyArray<ScriptCall> => {
  const source = script.slice(0, scriptCharacters)
  const names = namesIn(source)
  const calls: Array<ScriptCall> = []
  let left = argumentCharacters
  for (const call of source.matchAll(/\btools\.([A-Za-z_$][\w$]*)\s*\(\s*/g)) {
    const at = call.index + call[0].length
    const isObject = source[at] === "{"
    const argument = isObject ? undefined : readValue(source, at, names)?.value
    const properties = isObject ? readProperties(source, at, names) : { value: new Map(), end: at }
    calls.push({
      tool: call[1] ?? "",
      text: typeof argument === "string" ? argument : undefined,
      properties: properties.value
    })
    left -= properties.end - at
    if (calls.length === scriptCallsRead || left < 0) {
      break
    }
  }
  return calls
}
