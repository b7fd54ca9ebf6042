import type { Span } from "./Span.js"

/*
 * Finds secrets in escaped text: JSON within JSON, strings of scripts, percent encoding, coloured output. The text need
 * not parse: a string that was cut, or one within prose, is decoded too. A reading is the text decoded once; a secret
 * found in a reading is mapped back to whole escapes of the text, so that valid JSON stays valid without being written
 * again.
 */

/** A way to decode text. It replaces each match of `pattern` by at most one UTF-16 unit. */
interface Decoding {
  readonly pattern: RegExp
  readonly decode: (escape: string) => string
}

const control = String.fromCharCode(27)

/**
 * Matches an escape, a percent-encoded byte, or a terminal's control sequence. All backslashes before a letter belong
 * to one escape, since each level of JSON doubles them.
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

/**
 * Matches control characters, which are removed: a terminal shows a word as one even if its parts have different
 * colours.
 */
const controlCharacter = "[\\0-\\x08\\v\\f\\x0e-\\x1f\\x7f-\\x9f]"
const controls = new RegExp(`${control}\\[[0-?]*[ -/]*[@-~]|${controlCharacter}`, "g")
const anyControl = new RegExp(controlCharacter)

const decoded: Decoding = { pattern: escapes, decode: decodeEscape }
const shown: Decoding = { pattern: controls, decode: () => "" }
/**
 * Matches terminal sequences that are removed without a space: the reset of the colour and the erasing of a line. Every
 * other sequence becomes a space, since a coloured word may follow another word directly.
 */
const reset = new RegExp(`^${control}\\[(?:0*m|0?K)$`)
const spaced: Decoding = {
  pattern: controls,
  decode: (sequence) => (sequence.startsWith(control) && !reset.test(sequence) ? " " : "")
}

interface Replaced {
  readonly start: number
  readonly end: number
  readonly sourceEnd: number
}

const replacedIn = (text: string, { decode, pattern }: Decoding): ReadonlyArray<Replaced> => {
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

/**
 * Returns the last replacement that meets a condition, by binary search. The replacements that meet it must come first.
 */
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

/** Converts the places of secrets in a decoded text to their places in the original text. */
const spansInText = (text: string, decoding: Decoding, spans: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  const replaced = replacedIn(text, decoding)
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

/**
 * The maximum number of times that a text is decoded, since decoded text may contain other escapes, as percent encoding
 * in JSON.
 */
const deepest = 4

interface Part {
  readonly start: number
  readonly end: number
}

/**
 * Finds the lines that contain escapes, each with the line before it, which may name its secret. All other lines are
 * the same in every reading.
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

const findDecoded = (text: string, decoding: Decoding, find: Find): ReadonlyArray<Span> =>
  partsToRead(text, decoding.pattern).flatMap(({ end, start }) => {
    const part = text.slice(start, end)
    const spans = find(part.replace(decoding.pattern, decoding.decode))
    return spans.length === 0
      ? spans
      : spansInText(part, decoding, spans).map((span) => ({
          ...span,
          start: start + span.start,
          end: start + span.end
        }))
  })

/**
 * Runs a finder on a text and on every decoded form of it, and returns the places of the secrets in the text itself.
 */
export const findInReadings = (text: string, find: Find, depth = 0): ReadonlyArray<Span> => {
  const found = find(text)
  const decodedToo =
    depth < deepest && (text.includes("\\") || text.includes("%") || text.includes(control))
      ? findDecoded(text, decoded, (read) => findInReadings(read, find, depth + 1))
      : []
  const shownToo = anyControl.test(text) ? [shown, spaced].flatMap((decoding) => findDecoded(text, decoding, find)) : []
  return decodedToo.length + shownToo.length === 0 ? found : [...found, ...decodedToo, ...shownToo]
}
