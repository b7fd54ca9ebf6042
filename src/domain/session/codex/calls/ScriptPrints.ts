import { isJsonObject } from "../../LenientField.js"
import { jsonList, jsonObject, readResult } from "./CallOutput.js"
import { withRounds } from "./ScriptLoops.js"
import { closeOf, codeOf, quotes, readString, skipSpace, splitAt } from "./ScriptText.js"
import { type ScriptCall, scriptCalls, scriptCharacters } from "./ToolScript.js"

/*
 * Assigns the texts that a script printed to its calls. A script prints with `text(…)`: the output of a call, its exit
 * code, its terminal session, its whole result, or a mixture of these with words of its own. The script gives a pattern
 * for each text, and the printed texts are matched against the patterns. Nothing is run; texts that do not match are
 * assigned to no call.
 */

/** The fields of one call's result that a script printed. */
export interface PrintedResult {
  /** The printed output; undefined if none was printed. */
  readonly text: string | undefined
  readonly exitCode: number | undefined
  /** The terminal session in which the command still runs. */
  readonly session: string | undefined
  /** True if the script printed that the call has no exit code yet. */
  readonly isRunning: boolean
}

const fields = { output: "output", stdout: "output", exit_code: "exitCode", session_id: "session" } as const

type Field = (typeof fields)[keyof typeof fields] | "result"

/**
 * A piece of a printed text: fixed words of the script, a field of a call's result, or an expression that is not
 * understood.
 */
type Piece =
  | { readonly _tag: "Words"; readonly words: string }
  | { readonly _tag: "Field"; readonly call: number; readonly field: Field }
  | { readonly _tag: "Object"; readonly entries: ReadonlyMap<string, Piece> }
  | { readonly _tag: "Unknown" }

/** One `text(…)` of a script. A loop is listed as one print for each round. */
interface Print {
  readonly pieces: ReadonlyArray<Piece>
  /** True if it is printed only under a condition. */
  readonly isOptional: boolean
}

/** A script with its calls and its prints. `prints` is undefined if they are not understood. */
export interface Script {
  readonly calls: ReadonlyArray<ScriptCall>
  readonly prints: ReadonlyArray<Print> | undefined
  /** True if the script goes on after a call that fails. */
  readonly catchesErrors: boolean
  /** Returns the number of the call whose result a variable holds at an index of the script. */
  readonly callNamed: (name: string, at: number) => number | undefined
}

/** The maximum number of prints, of rounds of a loop, and of pieces in a print. Scripts by a model have fewer. */
const mostPrints = 200
const mostLoops = 20
const mostPieces = 24

/** Character that replaces a call in a script, repeated to the length of the call, so that indexes stay valid. */
const callMark = "§"

const withMarks = (source: string, calls: ReadonlyArray<ScriptCall>): string => {
  let marked = ""
  let from = 0
  for (const [index, { end, start }] of calls.entries()) {
    // A call inside the arguments of another one is a part of it.
    if (start >= from) {
      marked += source.slice(from, start) + `${callMark}${index} `.padEnd(end - start).slice(0, end - start)
      from = end
    }
  }
  return marked + source.slice(from)
}

interface Binding {
  readonly at: number
  readonly calls: ReadonlyArray<number>
}

const name = String.raw`[A-Za-z_$][\w$]{0,60}`
const oneResult = new RegExp(`(${name})\\s*=\\s*(?:await\\s+)?${callMark}(\\d+)\\s*(?:;|\\n|$|[A-Za-z])`, "g")
const manyResults = new RegExp(
  `(\\[[^\\]=]{0,400}\\]|${name})\\s*=\\s*await\\s+Promise\\.all(?:Settled)?\\(\\s*\\[([^\\]]*)\\]`,
  "g"
)

const pushedResult = new RegExp(`(${name})\\.push\\(\\s*(?:(?:await\\s+)?${callMark}(\\d+)\\s*\\))?`, "g")

/** Returns the calls whose results each variable of a script holds, in the order of the assignments. */
const bindingsOf = (marked: string): ReadonlyMap<string, ReadonlyArray<Binding>> => {
  const found = new Map<string, Array<Binding>>()
  const bind = (to: string, at: number, calls: ReadonlyArray<number>): void => {
    const known = found.get(to) ?? []
    known.push({ at, calls })
    found.set(to, known)
  }
  for (const { 0: whole, 1: to = "", 2: call, index } of marked.matchAll(oneResult)) {
    bind(to, index + whole.length - 1, [Number(call)])
  }
  const pushed = new Map<string, ReadonlyArray<number>>()
  for (const { 1: to = "", 2: call, index } of marked.matchAll(pushedResult)) {
    const calls = [...(pushed.get(to) ?? []), ...(call === undefined ? [] : [Number(call)])]
    pushed.set(to, calls)
    bind(to, index, call === undefined ? [] : calls)
  }
  for (const { 1: to = "", 2: list = "", index } of marked.matchAll(manyResults)) {
    const items = list.split(",").map((item) => item.trim())
    const calls = items.flatMap((item) => (/^§\d+$/.test(item) ? [Number(item.slice(1))] : []))
    if (calls.length === items.filter((item) => item !== "").length) {
      const names = to.startsWith("[") ? to.slice(1, -1).split(",") : undefined
      calls.forEach((call, at) => bind(names === undefined ? `${to}[${at}]` : (names[at]?.trim() ?? ""), index, [call]))
      if (names === undefined) {
        bind(to, index, calls)
      }
    }
  }
  return found
}

interface Loop {
  readonly start: number
  readonly end: number
  readonly list: string
  /** The name of the loop variable for an item; `index` is the one for its index. */
  readonly item: string
  readonly index: string
}

const forEach = new RegExp(`(${name})\\.forEach\\(\\s*\\(?\\s*(${name})?\\s*(?:,\\s*(${name}))?\\s*\\)?\\s*=>`, "y")
const forOf = new RegExp(
  `for\\s*\\(\\s*(?:const|let|var)\\s+(?:\\[\\s*(${name})\\s*,\\s*(${name})\\s*\\]|(${name}))\\s+of\\s+(${name})(?:\\.entries\\(\\))?\\s*\\)`,
  "y"
)
const forIndex = new RegExp(
  `for\\s*\\(\\s*(?:let|var)\\s+(${name})\\s*=\\s*0\\s*;[^;]{0,40}?(${name})\\.length\\s*;[^)]{0,20}\\)`,
  "y"
)
const anyLoop = /(?:for|while)\s*\(|[\w$.]{0,80}\.(?:forEach|map|flatMap)\(/y

const loopAt = (source: string, at: number): Loop | undefined => {
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(source)
  }
  const body = (from: number): number => {
    const start = skipSpace(source, from)
    return source[start] === "{"
      ? closeOf(source, start + 1)
      : Math.max(start, source.slice(start).search(/[;\n]|$/) + start)
  }
  const each = match(forEach)
  if (each !== null) {
    const [whole, list = "", item = "", index = ""] = each
    return { start: at, end: closeOf(source, at + whole.indexOf("(") + 1), list, item, index }
  }
  const of = match(forOf)
  if (of !== null) {
    const [whole, index = "", pairItem = "", item = "", list = ""] = of
    return { start: at, end: body(at + whole.length), list, item: item || pairItem, index }
  }
  const counted = match(forIndex)
  if (counted !== null) {
    const [whole, index = "", list = ""] = counted
    return { start: at, end: body(at + whole.length), list, item: "", index }
  }
  if (match(anyLoop) === null) {
    return undefined
  }
  const open = source.indexOf("(", at) + 1
  const close = closeOf(source, open)
  const isCall = source.slice(at, open).includes(".")
  return { start: at, end: isCall ? close : body(close + 1), list: "", item: "", index: "" }
}

const unknown: Piece = { _tag: "Unknown" }

type Resolve = (reference: string) => number | undefined
/** Returns the calls whose results a variable holds, in order. */
type ResolveAll = (reference: string) => ReadonlyArray<number>

const reference = new RegExp(
  `^(?:\\(\\s*await\\s+)?(${callMark}\\d+|${name}(?:\\[(?:\\d+|${name})\\])?)\\s*\\)?(?:\\??\\.(\\w+))?(?:\\??\\.(?:trim|trimEnd|toString)\\(\\)|\\??\\.slice\\([^()]{0,40}\\)|\\s*(?:\\?\\?|\\|\\|)\\s*(?:""|''|\`\`))*$`
)

const fieldOf = (expression: string, resolve: Resolve): Piece => {
  const [, to = "", property] = reference.exec(expression) ?? []
  const call = to === "" ? undefined : resolve(to)
  const field = property === undefined ? "result" : Object.entries(fields).find(([own]) => own === property)?.[1]
  return call === undefined || field === undefined ? unknown : { _tag: "Field", call, field }
}

const objectOf = (expression: string, resolve: Resolve): Piece => {
  const entries = new Map<string, Piece>()
  for (const entry of splitAt(expression.slice(1, -1), ",")) {
    const [key = "", ...value] = splitAt(entry, ":")
    const named = key.trim().replace(/^["']|["']$/g, "")
    entries.set(named, fieldOf((value.length === 0 ? key : value.join(":")).trim(), resolve))
  }
  return { _tag: "Object", entries }
}

/** Reads a list of results, given by its items or by a variable that holds them, as an object with its indexes as keys. */
const listOf = (expression: string, resolve: Resolve, resolveAll: ResolveAll): Piece | undefined => {
  const isWritten = expression.startsWith("[") && expression.endsWith("]")
  const items: ReadonlyArray<Piece> = isWritten
    ? splitAt(expression.slice(1, -1), ",").map((item) => fieldOf(withoutAwait(item.trim()), resolve))
    : resolveAll(expression).map((call) => ({ _tag: "Field", call, field: "result" }))
  return isWritten || items.length > 1
    ? { _tag: "Object", entries: new Map(items.map((piece, index) => [String(index), piece])) }
    : undefined
}

const withoutAwait = (expression: string): string => expression.replace(/^await\s+/, "")

const stringified = /^JSON\.stringify\(([\s\S]*)\)$/
const eitherWay = new RegExp(
  `^typeof\\s+(${name})\\s*===?\\s*["']string["']\\s*\\?\\s*\\1\\s*:\\s*JSON\\.stringify\\(\\1\\b[^()]*\\)$`
)

const piecesOf = (expression: string, resolve: Resolve, resolveAll: ResolveAll, depth = 0): ReadonlyArray<Piece> => {
  const terms = splitAt(expression, "+").map((term) => term.trim())
  if (terms.length > 1) {
    return depth > 4 ? [unknown] : terms.flatMap((term) => piecesOf(term, resolve, resolveAll, depth + 1))
  }
  const whole = terms[0] ?? ""
  const literal = readString(whole, 0)
  if (literal?.end === whole.length) {
    return whole.startsWith("`")
      ? templatePieces(whole, resolve, resolveAll, depth)
      : [{ _tag: "Words", words: literal.value }]
  }
  const json = stringified.exec(whole)?.[1]
  const given = json === undefined ? undefined : withoutAwait((splitAt(json, ",")[0] ?? "").trim())
  return given === undefined
    ? [fieldOf(eitherWay.exec(whole)?.[1] ?? withoutAwait(whole), resolve)]
    : [
        given.startsWith("{") && given.endsWith("}")
          ? objectOf(given, resolve)
          : (listOf(given, resolve, resolveAll) ?? fieldOf(given, resolve))
      ]
}

const templatePieces = (
  template: string,
  resolve: Resolve,
  resolveAll: ResolveAll,
  depth: number
): ReadonlyArray<Piece> => {
  const pieces: Array<Piece> = []
  const words = (text: string): void => {
    const value = readString(`\`${text}\``, 0)?.value ?? ""
    if (value !== "") {
      pieces.push({ _tag: "Words", words: value })
    }
  }
  let from = 1
  for (let at = 1; at < template.length - 1; at++) {
    if (template[at] === "\\") {
      at++
    } else if (template.startsWith("${", at)) {
      words(template.slice(from, at))
      const close = closeOf(template, at + 2)
      pieces.push(...(depth > 4 ? [unknown] : piecesOf(template.slice(at + 2, close), resolve, resolveAll, depth + 1)))
      from = close + 1
      at = close
    }
  }
  words(template.slice(from, -1))
  return pieces
}

/** Returns the ranges of the blocks of a script that run only under a condition. */
const optionalBlocks = (source: string): ReadonlyArray<{ readonly start: number; readonly end: number }> =>
  [...codeOf(source).matchAll(/\bif\s*\(|\belse\s*(?=\{)/g)].slice(0, mostLoops).flatMap(({ 0: head, index }) => {
    const close = head.endsWith("(") ? closeOf(source, index + head.length) + 1 : index + head.length
    const start = skipSpace(source, close)
    return source[start] === "{" ? [{ start, end: closeOf(source, start + 1) }] : []
  })

const condition = /(?:\bif\s*\([^;{}]{0,200}\)\s*\{?|&&)\s*$/

/** Returns the prints of a script in the order in which they run; undefined if that cannot be determined. */
const printsOf = (
  source: string,
  resolve: (name: string, at: number) => ReadonlyArray<number>
): ReadonlyArray<Print> | undefined => {
  const prints: Array<Print> = []
  const loops: Array<Loop> = []
  const blocks = optionalBlocks(source)
  for (let at = 0; at < source.length; at++) {
    const character = source[at] ?? ""
    if (quotes.includes(character)) {
      at = (readString(source, at)?.end ?? source.length) - 1
      continue
    }
    if (character === "/" && /[/*]/.test(source[at + 1] ?? "")) {
      const end = source.indexOf(source[at + 1] === "/" ? "\n" : "*/", at + 2)
      at = end === -1 ? source.length : end
      continue
    }
    if (/[\w$]/.test(source[at - 1] ?? "")) {
      continue
    }
    const loop = /[.A-Za-z_$]/.test(character) && loops.length < mostLoops ? loopAt(source, at) : undefined
    if (loop !== undefined) {
      loops.push(loop)
      continue
    }
    if (!/^text\s*\(/.test(source.slice(at, at + 12)) || source[at - 1] === ".") {
      continue
    }
    const open = source.indexOf("(", at) + 1
    const close = closeOf(source, open)
    const around = loops.filter(({ end, start }) => start < at && at < end)
    const [around0] = around
    const items = around0 === undefined ? [undefined] : resolve(around0.list, at)
    if (around.length > 1 || items.length === 0 || prints.length + items.length > mostPrints) {
      return undefined
    }
    const isOptional =
      blocks.some(({ end, start }) => start < at && at < end) || condition.test(source.slice(Math.max(0, at - 260), at))
    const expression = source.slice(open, close).trim().replace(/,$/, "")
    for (const item of items) {
      const pieces = piecesOf(
        expression,
        (given) =>
          item !== undefined &&
          around0 !== undefined &&
          (given === around0.item || given === `${around0.list}[${around0.index}]`)
            ? item
            : given.startsWith(callMark)
              ? Number(given.slice(1))
              : resolve(given, at)[0],
        (given) => (item === undefined ? resolve(given, at) : [])
      )
      prints.push({ pieces: pieces.slice(0, mostPieces), isOptional })
    }
    at = close
  }
  return prints
}

/** Parses a script into its calls and prints. */
export const readScript = (text: string): Script => {
  const source = withRounds(text.slice(0, scriptCharacters))
  const calls = scriptCalls(source)
  const marked = withMarks(source, calls)
  const bindings = bindingsOf(marked)
  const resolve = (given: string, at: number): ReadonlyArray<number> =>
    bindings.get(given)?.findLast((binding) => binding.at <= at)?.calls ?? []
  return {
    calls,
    prints: printsOf(marked, resolve),
    catchesErrors: /\bcatch\b|\ballSettled\b/.test(text),
    callNamed: (given, at) => resolve(given, at)[0]
  }
}

const noResult: PrintedResult = { text: undefined, exitCode: undefined, session: undefined, isRunning: false }

const isNone = (text: string): boolean => /^(?:undefined|null)$/.test(text)

const readField = (field: Field, text: string, known: PrintedResult): Partial<PrintedResult> => {
  switch (field) {
    case "output":
      return { text: (known.text ?? "") + text }
    case "exitCode":
      return isNone(text) ? { isRunning: true } : { exitCode: Number(text), isRunning: false }
    case "session":
      return isNone(text) ? {} : { session: text, isRunning: true }
    case "result": {
      const { exitCode, session, text: output } = readResult(text)
      return {
        text: (known.text ?? "") + output,
        exitCode,
        session,
        isRunning: session !== undefined && exitCode === undefined
      }
    }
  }
}

/** True for a piece that may match any text. */
const isOpen = (piece: Piece): boolean =>
  piece._tag === "Unknown" ||
  piece._tag === "Object" ||
  (piece._tag === "Field" && /^(?:output|result)$/.test(piece.field))

const number = /^(?:-?\d{1,15}|undefined|null)/
const numberAtEnd = /(?:-?\d{1,15}|undefined|null)$/

/** A piece, and the text that matched it. */
type Found = readonly [Piece, string]

/**
 * Matches the fields of a printed object with the pieces that the script put into it; undefined for a text that is no
 * object.
 */
const entriesIn = (entries: ReadonlyMap<string, Piece>, text: string): ReadonlyArray<Found> | undefined => {
  const object = jsonObject(text) ?? jsonList(text)
  return object === undefined
    ? undefined
    : [...entries].flatMap(([key, piece]): ReadonlyArray<Found> => {
        const given = object[key]
        // `Promise.allSettled` wraps each result.
        const isSettled = isJsonObject(given) && given["status"] === "fulfilled" && "value" in given
        const value = isSettled ? given["value"] : given
        return isJsonObject(value)
          ? [[piece, JSON.stringify(value)]]
          : typeof value === "string" || typeof value === "number"
            ? [[piece, String(value)]]
            : piece._tag === "Field" && piece.field === "exitCode"
              ? [[piece, "undefined"]]
              : []
      })
}

/**
 * Matches a printed text with its pattern; undefined if it does not fit. Linear: numbers and words are read from both
 * ends up to the pieces that may be any text, and between two such pieces the first match counts.
 */
const readPrint = ({ pieces }: Print, text: string): ReadonlyArray<Found> | undefined => {
  const found: Array<Found> = []
  const isFixed = (index: number): boolean => !isOpen(pieces[index] ?? unknown)
  let from = 0
  let to = text.length
  let first = 0
  let last = pieces.length
  for (; first < last && isFixed(first); first++) {
    const piece = pieces[first] ?? unknown
    const own = piece._tag === "Words" ? piece.words : (number.exec(text.slice(from, from + 20))?.[0] ?? "")
    if (own === "" || !text.startsWith(own, from)) {
      return undefined
    }
    found.push([piece, own])
    from += own.length
  }
  for (; last > first && isFixed(last - 1); last--) {
    const piece = pieces[last - 1] ?? unknown
    const left = text.slice(from, to)
    const own = piece._tag === "Words" ? piece.words : (numberAtEnd.exec(left.slice(-20))?.[0] ?? "")
    if (own === "" || !left.endsWith(own)) {
      return undefined
    }
    found.push([piece, own])
    to -= own.length
  }
  let open: Piece | undefined
  for (const piece of pieces.slice(first, last)) {
    if (isOpen(piece)) {
      if (open !== undefined) {
        // Two texts with nothing between them: nobody can tell where the first one ends.
        return undefined
      }
      open = piece
    } else {
      const left = text.slice(from, to)
      const at = piece._tag === "Words" ? left.indexOf(piece.words) : left.search(/-?\d{1,15}|undefined|null/)
      if (at === -1) {
        return undefined
      }
      const own = piece._tag === "Words" ? piece.words : (number.exec(left.slice(at))?.[0] ?? "")
      found.push(...(open === undefined ? [] : [[open, left.slice(0, at)] as const]), [piece, own])
      from += at + own.length
      open = undefined
    }
  }
  if (open === undefined) {
    return from === to ? found : undefined
  }
  return [...found, [open, text.slice(from, to)]]
}

/**
 * Returns the pieces of a print with the texts that they matched in a printed text; undefined if the text does not
 * match.
 */
const fieldsIn = (print: Print, text: string): ReadonlyArray<Found> | undefined => {
  const found = readPrint(print, text)
  const fields = found?.map((one) => (one[0]._tag === "Object" ? entriesIn(one[0].entries, one[1]) : [one]))
  return fields?.includes(undefined) === true ? undefined : fields?.flatMap((some) => some ?? [])
}

/**
 * Returns the results that a script printed for its calls, by the calls' numbers; undefined if the texts do not fit the
 * prints. A script that still runs has not printed everything.
 */
export const resultsOf = (
  prints: ReadonlyArray<Print>,
  printed: ReadonlyArray<string>,
  hasEnded: boolean
): ReadonlyMap<number, PrintedResult> | undefined => {
  const results = new Map<number, PrintedResult>()
  let next = 0
  for (const text of printed) {
    let found: ReadonlyArray<Found> | undefined
    while (found === undefined) {
      const print = prints[next++]
      if (print === undefined) {
        return undefined
      }
      found = fieldsIn(print, text)
      if (found === undefined && !print.isOptional) {
        return undefined
      }
    }
    for (const [piece, own] of found) {
      if (piece._tag === "Field") {
        const known = results.get(piece.call) ?? noResult
        results.set(piece.call, { ...known, ...readField(piece.field, own, known) })
      }
    }
  }
  return hasEnded && prints.slice(next).some(({ isOptional }) => !isOptional) ? undefined : results
}
