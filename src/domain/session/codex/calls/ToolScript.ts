import {
  closeOf,
  codeOf,
  identifierAt,
  isInterpolated,
  type Read,
  readString,
  skipSpace,
  skipValue
} from "./ScriptText.js"

/*
 * Reads the tool calls in an `exec` script. Since 0.144 nearly all of Codex's work is JavaScript that calls
 * `tools.exec_command({cmd: …})` and similar functions. The script is never run, and may be incomplete, since a rollout
 * may be cut in its middle. Only literals, and variables with a literal value, are understood; any other argument is
 * left out.
 */

/**
 * The maximum number of characters of a script that are read, so that a hostile one costs little. Scripts by a model
 * are shorter.
 */
export const scriptCharacters = 262_144
const scriptCallsRead = 200
/**
 * The maximum number of characters of all arguments together. Calls without a closing bracket would each reach to the
 * end of the script.
 */
const argumentCharacters = 2 * scriptCharacters

/** One `tools.<name>(…)` call of a script. */
export interface ScriptCall {
  readonly tool: string
  /** The first argument, if it is a string. */
  readonly text: string | undefined
  /** The properties of the first argument, if it is an object: strings, lists of strings, numbers and booleans. */
  readonly properties: ReadonlyMap<string, string | ReadonlyArray<string>>
  /** The variable that holds another call's result, if this call is given the `session_id` of that result. */
  readonly sessionOf: string | undefined
  /** The index of `tools` in the script; `end` is the index after the closing bracket. */
  readonly start: number
  readonly end: number
}

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

/** True if a literal or a name is the whole value: `"a" + b` is not `"a"`. */
const isWholeValue = (source: string, end: number): boolean => {
  const at = skipSpace(source, end)
  const next = source[at]
  return next === undefined || /[,;)\]}]/.test(next) || (/[^+.?]/.test(next) && source.slice(end, at).includes("\n"))
}

type Names = ReadonlyMap<string, string>

const substitution = /\$\{\s{0,4}([A-Za-z_$][\w$]{0,60})\s{0,4}\}/g

/** Reads a template literal whose substitutions are all names with one known value; undefined for any other text. */
const readTemplate = (source: string, start: number, names: Names): Read<string> | undefined => {
  const read = source[start] === "`" ? readString(source, start) : undefined
  if (read === undefined || !isInterpolated(source, start, read.end)) {
    return undefined
  }
  const written = source.slice(start, read.end).replace(substitution, (whole, name: string) => {
    const value = names.get(name)
    return value === undefined ? whole : value.replace(/[\\`$]/g, "\\$&")
  })
  const value = isInterpolated(written, 0, written.length) ? undefined : readString(written, 0)?.value
  return value === undefined ? undefined : { value, end: read.end }
}

/** Reads a string, and the strings and names that `+` joins to it. */
const readSum = (source: string, start: number, names: Names): Read<string> | undefined => {
  const first = readString(source, start)
  if (first === undefined) {
    return undefined
  }
  let { end, value } = first
  for (let at = skipSpace(source, end); source[at] === "+"; at = skipSpace(source, end)) {
    const next = skipSpace(source, at + 1)
    const name = identifierAt(source, next)
    const term = readString(source, next)
    const text = term?.value ?? names.get(name)
    if (text === undefined || (term !== undefined && isInterpolated(source, next, term.end))) {
      break
    }
    value += text
    end = term?.end ?? next + name.length
  }
  return { value, end }
}

const readValue = (source: string, start: number, names: Names): Read<string | ReadonlyArray<string>> | undefined => {
  const name = identifierAt(source, start)
  const bound = names.get(name)
  const bare = bareValue.exec(source.slice(start, start + 32))?.[0]
  const template = readTemplate(source, start, names)
  if (template !== undefined) {
    return isWholeValue(source, template.end) ? template : undefined
  }
  const read =
    readSum(source, start, names) ??
    readStrings(source, start) ??
    (bare === undefined ? undefined : { value: bare, end: start + bare.length }) ??
    (bound === undefined ? undefined : { value: bound, end: start + name.length })
  return read !== undefined && isWholeValue(source, read.end) && !isInterpolated(source, start, read.end)
    ? read
    : undefined
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

/** Matches a number or a boolean. */
const bareValue = /^(?:-?\d{1,15}(?:\.\d{1,9})?|true|false)(?![\w$])/

const namesIn = (source: string): Names => {
  const names = new Map<string, string>()
  for (const declaration of source.matchAll(/\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=\s*/g)) {
    const start = declaration.index + declaration[0].length
    const value = readValue(source, start, new Map())?.value
    if (typeof value === "string" && declaration[1] !== undefined) {
      names.set(declaration[1], value)
    }
  }
  for (const [name, count] of givenNames(source)) {
    if (count > 1) {
      names.delete(name)
    }
  }
  return names
}

const assignment = /(?<![\w$.])([A-Za-z_$][\w$]{0,60})\s{0,4}(?:[+?|&]{1,2})?=(?![=>])/g
const parameters = /\(([^()]{0,200})\)\s{0,4}=>|(?<![\w$.])([A-Za-z_$][\w$]{0,60})\s{0,4}=>/g
const loopVariable = /\b(?:const|let|var)\s{1,4}([A-Za-z_$][\w$]{0,60})\s{1,4}(?:of|in)\b/g

/**
 * Counts how often a script gives each name a value: as a variable, as a parameter, or by a loop. Only a name with one
 * value is understood.
 */
const givenNames = (source: string): ReadonlyMap<string, number> => {
  const given = [
    ...[...source.matchAll(assignment)].map((match) => match[1] ?? ""),
    ...[...source.matchAll(parameters)].flatMap(
      (match) => (match[1] ?? match[2] ?? "").match(/[A-Za-z_$][\w$]*/g) ?? []
    ),
    ...[...source.matchAll(loopVariable)].map((match) => match[1] ?? "")
  ]
  const counts = new Map<string, number>()
  given.forEach((name) => counts.set(name, (counts.get(name) ?? 0) + 1))
  return counts
}

/** Matches an argument whose value is the `session_id` of another call's result. */
const givenSession = /[{,\s]session_id\s*:\s*([A-Za-z_$][\w$]{0,60}(?:\[\d{1,3}\])?)\.session_id\b/

/** Finds the tool calls of a script, in order: at most 200, in the first 262,144 characters. */
export const scriptCalls = (script: string): ReadonlyArray<ScriptCall> => {
  const source = script.slice(0, scriptCharacters)
  const names = namesIn(source)
  const calls: Array<ScriptCall> = []
  let left = argumentCharacters
  for (const call of codeOf(source).matchAll(/\btools\.([A-Za-z_$][\w$]*)\s*\(/g)) {
    const at = skipSpace(source, call.index + call[0].length)
    const isObject = source[at] === "{"
    const argument = isObject ? undefined : readValue(source, at, names)?.value
    const properties = isObject ? readProperties(source, at, names) : { value: new Map(), end: at }
    const close = closeOf(source, at)
    calls.push({
      tool: call[1] ?? "",
      text: typeof argument === "string" ? argument : undefined,
      properties: properties.value,
      sessionOf: givenSession.exec(source.slice(at, Math.min(close, at + 2_000)))?.[1],
      start: call.index,
      end: Math.min(close + 1, source.length)
    })
    left -= close - at
    if (calls.length === scriptCallsRead || left < 0) {
      break
    }
  }
  return calls
}
