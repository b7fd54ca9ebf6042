import { plain, rankOf, wrapUpRank } from "./ErrorLine.js"

/*
 * Finds the lines of an output that tell more about an error than its first line: the place, and the values that were
 * expected and received. Pure, and linear in the output.
 */

/** The maximum number of lines that are quoted about one error, with the error line itself. */
const mostLines = 4

/**
 * The highest rank (see {@link rankOf}) of a line that surely names an error or a failed test; lines with a higher rank
 * may be something else.
 */
const lastNamingRank = 3

/** The number of lines after an error in which details of it are searched; `linesBefore` is the number before it. */
const linesBehind = 16
const linesBefore = 3

/**
 * Matches a line with a value of a failed assertion, such as `expected: 3`, as test runners of many languages print it.
 */
const values =
  /^(?:[-+] ?)?(?:expected(?: (?:value|result))?|actual(?: (?:value|result))?|received|got|want(?:ed)?|left|right|to equal|but (?:was|got))\s{0,12}[:=]\s{0,12}\S/i
const compared =
  /^(?:Failure\/Error: |Failed asserting that |assert(?:ion)?\b.{0,60}(?:==|!=|failed)|AssertionError: |expect\((?!received\)).{1,120}\)\.\w|.{1,80}\b(?:got|want|expected)\b.{1,120}\b(?:want|got|but (?:was|got)|received)\b)/i

/** Matches the place of an error in a file, such as `src/a.ts:12`. */
const place =
  /(?:^|[\s("'[])((?:\.{0,2}[\\/])?(?:[\w@.+-]{1,80}[\\/]){0,12}[\w@.+-]{1,80}\.[A-Za-z]\w{0,7})(?::|\()\d{1,7}/
const foreign =
  /node_modules|site-packages|dist-packages|[\\/]\.(?:cargo|rustup|gem|m2|gradle|hex)[\\/]|^(?:.{0,40}[\s("'])?\/(?:usr|opt|lib|nix)\/|\bnode:internal|<frozen|(?:^|[\\/ (])(?:go\d[\d.]*|testing\.go|deps)[\\/:]/

const pathIn = (line: string): string =>
  line.length > 200 || foreign.test(line) || rankOf(line) === wrapUpRank ? "" : (place.exec(line)?.[1] ?? "")

const wordsOf = (text: string, word: RegExp): ReadonlyArray<string> => text.toLowerCase().match(word) ?? []

const anyWord = /[\p{L}\p{N}_]{1,60}/gu
const longWord = /(?=\w{0,60}\p{L})[\p{L}\p{N}_]{3,60}/gu

/** Returns the number of longer words in a line that the other lines do not contain. */
const newWords = (line: string, others: ReadonlyArray<string>): number => {
  const known = new Set(others.flatMap((other) => wordsOf(other, anyWord)))
  return new Set(wordsOf(line, longWord).filter((one) => !known.has(one))).size
}

/**
 * A kind of lines that are quoted about an error. `saysMore` is true for a line that adds something to the lines before
 * it.
 */
interface Kind {
  readonly most: number
  readonly isNearby: boolean
  readonly isOne: (line: string) => boolean
  readonly saysMore: (line: string, others: ReadonlyArray<string>) => boolean
}

const kinds: ReadonlyArray<Kind> = [
  {
    most: 2,
    isNearby: true,
    isOne: (line) => values.test(line) || compared.test(line),
    saysMore: (line, others) => !others.some((other) => other.includes(line))
  },
  {
    most: 1,
    isNearby: true,
    isOne: (line) => pathIn(line) !== "",
    saysMore: (line, others) => !others.some((other) => other.includes(pathIn(line)))
  },
  {
    most: mostLines,
    isNearby: false,
    isOne: (line) => rankOf(line) <= lastNamingRank,
    saysMore: (line, others) => newWords(line, others) > Math.max(1, new Set(wordsOf(line, longWord)).size / 2)
  }
]

/**
 * Returns lines of an output that say more about an error than its error line: the values and the place near it, then
 * other error lines.
 */
export const errorDetails = (output: string, error: string): ReadonlyArray<string> => {
  const lines = output.split("\n").map(plain)
  const at = lines.findIndex((line) => line !== "" && error.startsWith(line))
  const near = at === -1 ? [] : lines.slice(Math.max(0, at - linesBefore), at + linesBehind)
  const kept: Array<string> = []
  for (const { isNearby, isOne, most, saysMore } of kinds) {
    let count = 0
    for (const line of isNearby ? near : lines) {
      const isKept =
        kept.length < mostLines - 1 &&
        count < most &&
        line.length <= 400 &&
        isOne(line) &&
        saysMore(line, [error, ...kept])
      if (isKept) {
        kept.push(line)
        count++
      }
    }
  }
  return kept
}
