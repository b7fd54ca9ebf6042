import type { Span } from "./Span.js"

/**
 * Reads text for what is written in it with escapes: JSON within JSON at any depth, strings of scripts, percent encoding,
 * coloured output. It needs no text that parses: a string that was cut, or one amid prose, is read too. What is found in a
 * reading is taken out of the text itself, whole escapes at a time, so that valid JSON stays valid without being written
 * anew.
 */

/** A way to read: what is replaced, and by what; never by more than one UTF-16 unit. */
interface Manner {
  readonly pattern: RegExp
  readonly decode: (escape: string) => string
}

const control = String.fromCharCode(27)

/**
 * An escape, a percent-encoded byte, or a terminal's control sequence. All backslashes before a letter are one escape: each
 * JSON that a text was put in has doubled them.
 */
const escapes = new RegExp(
  `(?<!\\\\)\\\\+(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|0?33|[bfnrtve"'\`/])|%[0-9A-Fa-f]{2}|${control}\\[[0-?]*[ -/]*[@-~]`,
  "g"
)

const letters: { readonly [letter: string]: string } = {
  b: "\n",
  e: control,
  f: "\n",
  n: "\n",
  r: "\n",
  t: "\t",
  v: "\n"
}

const decodeEscape = (escape: string): string => {
  const last = escape.at(-1) ?? ""
  if (escape.at(-2) === "\\") {
    return letters[last] ?? last
  }
  if (escape.startsWith(control)) {
    return " "
  }
  const isOctal = escape.startsWith("\\") && /\\0?33$/.test(escape)
  return isOctal ? control : String.fromCharCode(Number.parseInt(escape.slice(escape.at(-5) === "u" ? -4 : -2), 16))
}

/** A terminal shows a word whole whose parts have colours of their own; so does whoever takes its control characters out. */
const controlCharacter = "[\\0-\\x08\\v\\f\\x0e-\\x1f\\x7f-\\x9f]"
const controls = new RegExp(`${control}\\[[0-?]*[ -/]*[@-~]|${controlCharacter}`, "g")
const anyControl = new RegExp(controlCharacter)

const decoded: Manner = { pattern: escapes, decode: decodeEscape }
const shown: Manner = { pattern: controls, decode: () => "" }
/** A colour that begins right behind a word, and ends within the next. */
const reset = new RegExp(`^${control}\\[(?:0*m|0?K)$`)
const begun: Manner = {
  pattern: controls,
  decode: (sequence) => (sequence.startsWith(control) && !reset.test(sequence) ? " " : "")
}

interface Replaced {
  readonly start: number
  readonly end: number
  readonly sourceEnd: number
}

const replacedIn = (text: string, { decode, pattern }: Manner): ReadonlyArray<Replaced> => {
  const replaced: Array<Replaced> = []
  let shift = 0
  for (const match of text.matchAll(pattern)) {
    const sourceEnd = match.index + match[0].length
    const start = match.index - shift
    const end = start + decode(match[0]).length
    replaced.push({ start, end, sourceEnd })
    shift = sourceEnd - end
  }
  return replaced
}

/** Where the last of what was replaced stands that fulfils a condition which, once unfulfilled, stays so. */
const lastWhere = (replaced: ReadonlyArray<Replaced>, isMet: (one: Replaced) => boolean): Replaced => {
  let [low, high] = [0, replaced.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const one = replaced[middle]
    if (one !== undefined && isMet(one)) {
      low = middle + 1
    } else {
      high = middle
    }
  }
  return replaced[low - 1] ?? { start: 0, end: 0, sourceEnd: 0 }
}

/** Where what was found in a reading stands in the text that was read. */
const placesIn = (text: string, manner: Manner, spans: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  const replaced = replacedIn(text, manner)
  return spans.map((span) => {
    const first = lastWhere(replaced, ({ end }) => end <= span.start)
    const last = lastWhere(replaced, ({ start }) => start < span.end)
    return {
      ...span,
      start: first.sourceEnd + span.start - first.end,
      end: last.sourceEnd + span.end - last.end
    }
  })
}

/** What was escaped may hold escapes of another kind, as percent encoding in JSON does. */
const deepest = 4

interface Part {
  readonly start: number
  readonly end: number
}

/**
 * The lines that hold something to read, each with the line before it, which may name what it holds: the others say the
 * same in every reading.
 */
const partsToRead = (text: string, pattern: RegExp): ReadonlyArray<Part> => {
  const parts: Array<{ start: number; end: number }> = []
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const lineStart = text.lastIndexOf("\n", match.index) + 1
    const start = lineStart < 2 ? 0 : text.lastIndexOf("\n", lineStart - 2) + 1
    const next = text.indexOf("\n", pattern.lastIndex)
    const end = next === -1 ? text.length : next
    const last = parts.at(-1)
    if (last !== undefined && start <= last.end + 1) {
      last.end = end
    } else {
      parts.push({ start, end })
    }
    pattern.lastIndex = end
  }
  return parts
}

type Find = (text: string) => ReadonlyArray<Span>

const findInManner = (text: string, manner: Manner, find: Find): ReadonlyArray<Span> =>
  partsToRead(text, manner.pattern).flatMap(({ end, start }) => {
    const part = text.slice(start, end)
    const spans = find(part.replace(manner.pattern, manner.decode))
    return spans.length === 0
      ? spans
      : placesIn(part, manner, spans).map((span) => ({ ...span, start: start + span.start, end: start + span.end }))
  })

/** Finds in every reading of a text what a finder finds in plain text; the text as it stands is one of them. */
export const findInReadings = (text: string, find: Find, depth = 0): ReadonlyArray<Span> => {
  const found = find(text)
  const decodedToo =
    depth < deepest && (text.includes("\\") || text.includes("%") || text.includes(control))
      ? findInManner(text, decoded, (read) => findInReadings(read, find, depth + 1))
      : []
  const shownToo = anyControl.test(text) ? [shown, begun].flatMap((manner) => findInManner(text, manner, find)) : []
  return decodedToo.length + shownToo.length === 0 ? found : [...found, ...decodedToo, ...shownToo]
}
