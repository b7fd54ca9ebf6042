import type { Finder, Span } from "./Span.js"
import { isNoSecret, isTokenShaped, isWords, judgedEnd, looksRandom, wholeEnd } from "./Values.js"

/*
 * Finds secrets by the name beside them: `NAME=value` in shell, .env, JSON, JSON in JSON, YAML, TOML and on command
 * lines. The name decides which values count. After one of six common names, or a name that only secrets have, any
 * value that is not code is a secret. After other names in `key` or `token`, which are often harmless, only a value
 * that looks random is one.
 */

/** Matches the ends of names that secrets have, such as `API_KEY` or `password`. */
const nameEnd =
  /key|token|secret|passw(?:or)?d|passphrase|pwd|credentials?|authorization|_(?:pass|private)(?![A-Za-z0-9])|auth(?![A-Za-z0-9])/gi

const isNamePart = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95

/** True for the code of `-` or `.`, which a name may contain: `api-key`, `spring.datasource.password`. */
const isJoint = (code: number): boolean => code === 45 || code === 46

/** The maximum length of a name beside a secret. */
const nameCharacters = 80

const nameStart = (text: string, from: number): number => {
  let start = from
  while (start > 0 && from - start < nameCharacters) {
    const code = text.charCodeAt(start - 1)
    if (!isNamePart(code) && !isJoint(code)) {
      break
    }
    start--
  }
  return start
}

const suffix = /(?:_(?:BASE|PROD|PRODUCTION|DEV|STAGING|TEST|LIVE|OLD|NEW|VALUE|PLAIN|\d{1,3}))?(?![A-Za-z0-9_])/y

/**
 * Matches the text between a name and its value: the name's closing quote, the `=` or `:`, perhaps a type, and the
 * value's opening quote.
 */
const sign =
  /(\\*["'`])?\s*(?:=>|:=|\?=|[:=](?!=))(?:\s*(?:&?(?:'static )?str|[Ss]tring)\s*=)?\s*(?:\[\s*)?(\\*(?:"{3}|'{3}|"(?!")|'(?!')|`))?/y
/** Matches the space between a flag and its value (`--token abc`), with an opening quote if there is one. */
const gap = /[ \t]+(\\*["'`])?/y
/** Matches the text between a flag and its value in a list of arguments, as in `"--token", "abc"`. */
const nextElement = /\\*["'`]\s*,\s*(\\*["'`])/y
/**
 * Matches the words between a name and its value in prose, as in `the password is abc`, with an opening quote if there
 * is one.
 */
const said = /[ \t]+(?:is|was|of)?:?[ \t]*(\\*["'`])?/y
const scheme = /(?:token|apikey|digest|negotiate|aws4-hmac-sha256)\s+/iy

const commonName = /(?:^|[^A-Za-z0-9_])(?:api_key|api-key|apikey|token|secret|password)$/i
/**
 * Matches a name that is a whole word such as `password` or `access token`. Any value beside it is a secret, even a
 * UUID or a value that looks like a call of a function.
 */
const strongName = /(?:^|[^A-Za-z0-9_]|auth|access|refresh)(?:api[ _-]?key|token|secret|passw(?:or)?d|credentials?)$/i
/** The maximum length of a name that {@link strongName} matches, with the character before it. */
const strongNameCharacters = 16
const strongEnd =
  /(?:passw(?:or)?d|passphrase|pwd|secret|^_auth|(?:jwt|rsa|key|signing)_private|(?:^|[^a-z0-9])(?:access|account|admin|api|app|auth|bearer|bot|client|consumer|csrf|database|db|deploy|encryption|id|jwt|license|master|oauth|personal|private|refresh|registry|root|secret|service|session|shared|shared_access|signing|storage|subscription|user|webhook)[-_.]?(?:key|token))$/
const shouted = /^[-.]{0,2}[A-Z][A-Z0-9_]*$/
/** Matches names that end like the name of a secret but never name one, such as `primary key` or `cache_key`. */
const harmless =
  /(?:^|[^a-z0-9])(?:public|pub|foreign|primary|cache|sort|partition|hash|hot|map|object|translation|i18n|idempotency|next|page|next_page|continuation|syntax|cancel|cancellation|abort|max|min|num|total|input|output|prompt|completion|reasoning|cached|close|open|start|end|left|right|operator|punctuator|comma|eos|bos|pad|unk)[-_.]?(?:key|token)$/

/** Converts a name to lower case, with `_` at the start of each capitalised word: `apiKey` becomes `api_key`. */
const inWords = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase()

type Strength = "common" | "strong" | "shouted" | "weak"

const strengthOf = (name: string): Strength | undefined => {
  if (commonName.test(name)) {
    return "common"
  }
  const words = inWords(name)
  return words.endsWith("authorization") || harmless.test(words)
    ? undefined
    : strongEnd.test(words)
      ? "strong"
      : shouted.test(name)
        ? "shouted"
        : "weak"
}

const least = 8
/**
 * The minimum entropy, in bits per character, of a value that counts as random beside a name that is often harmless;
 * `proseBits` is the minimum beside a name in prose.
 */
const weakBits = 3
const proseBits = 3

const kindOf = (name: string): string => (/key$/i.test(name) ? "key" : /token$/i.test(name) ? "token" : "password")

interface Candidate {
  readonly start: number
  readonly end: number
  readonly isQuoted: boolean
  /** True if punctuation at the end of the value was removed. */
  readonly isTrimmed?: boolean
}

/** Reads the value that starts at an offset; undefined if there is none. */
const candidateAt = (text: string, start: number, isQuoted: boolean): Candidate | undefined => {
  const end = judgedEnd(text, start)
  return end === start ? undefined : { start, end, isQuoted }
}

const assigned = (text: string, end: number, name: string): Candidate | undefined => {
  const strength = strengthOf(name)
  sign.lastIndex = end
  const match = strength === undefined ? null : sign.exec(text)
  if (match === null) {
    return undefined
  }
  const candidate = candidateAt(text, sign.lastIndex, match[2] !== undefined)
  // After a quoted name, an unquoted value is a number or a variable, not text.
  const isValueOfKey = match[1] !== undefined && match[2] === undefined
  if (candidate === undefined || candidate.end - candidate.start < least || isValueOfKey) {
    return undefined
  }
  const found = text.slice(candidate.start, candidate.end)
  const isStrong = strongName.test(text.slice(Math.max(0, end - strongNameCharacters), end))
  if (found.startsWith("[REDACTED_SECRET") || isNoSecret(found, candidate.isQuoted, isStrong ? "strong" : "any")) {
    return undefined
  }
  if (!candidate.isQuoted && /\s/.test(match[0]) && isStatement.test(found)) {
    return undefined
  }
  const isShell = text[end] === "=" && match[0].length <= 1 + (match[2]?.length ?? 0)
  switch (strength) {
    case "common":
      return candidate
    case "strong":
      return isPath.test(found) && /pwd$/i.test(name)
        ? undefined
        : candidate.isQuoted || isShell || !isWords(found)
          ? candidate
          : undefined
    case "shouted":
      return isShell || !isIdentifier.test(found) ? candidate : undefined
    default:
      return isRandomToken(found) ||
        (isStrong && (found.includes("::") || !isIdentifier.test(found)) && !isWords(found))
        ? candidate
        : undefined
  }
}

/**
 * Matches a call of a function whose name has several words, or a path of names at the end of a statement
 * (`config.auth.token;`). Both are frequent in code, and passwords do not look like them.
 */
const isStatement =
  /^(?:\((?=[A-Za-z])|!?(?=[a-z]+(?:[A-Z_]|[?!]?\.|::)|[A-Z]\w*(?:[?!]?\.|::))[A-Za-z_$]+(?:(?:[?!]?\.|::)[A-Za-z_$]+)*(?:;$|(?:<[^(]*)?\())(?:[^)]*|.*\)[;,)}\]!]*)$/
/**
 * Matches the path of a directory or file. After the name `PWD` it is no secret, since that variable holds the working
 * directory.
 */
const isPath = /^(?:~|\.{1,2}|[A-Z]:)?(?:[\\/]+[\w.@ -]+)+[\\/]?[,;]?$/
const isIdentifier = /^[A-Za-z_$][A-Za-z_$./:@-]*\d{0,2}$/

const isRandomToken = (found: string): boolean => {
  const bare = found.replace(/[,;)\]}]+$/, "")
  return bare.length >= least && isTokenShaped(bare) && looksRandom(bare, weakBits)
}

/**
 * Finds the value of a flag in the next word or argument: `--password value`. The form `--token=value` is an
 * assignment, which other rules find.
 */
const flagged = (text: string, end: number, name: string): Candidate | undefined => {
  if (!/^--?[A-Za-z]/.test(name)) {
    return undefined
  }
  gap.lastIndex = end
  nextElement.lastIndex = end
  const match = gap.exec(text)
  const element = match === null ? nextElement.exec(text) : null
  const candidate =
    match !== null
      ? candidateAt(text, gap.lastIndex, match[1] !== undefined)
      : element !== null
        ? candidateAt(text, nextElement.lastIndex, true)
        : undefined
  if (candidate === undefined || candidate.end - candidate.start < least || text[candidate.start] === "-") {
    return undefined
  }
  const found = text.slice(candidate.start, candidate.end)
  const isTold =
    element !== null
      ? isRandomToken(found)
      : candidate.isQuoted
        ? !isWords(found) || strongEnd.test(inWords(name))
        : !/^[A-Za-z]+\W?$/.test(found)
  return isTold && !found.startsWith("[") && !isNoSecret(found, candidate.isQuoted) ? candidate : undefined
}

/** Finds a value of high entropy after a name in prose, without `=` or `:` between them. */
const beside = (text: string, end: number): Candidate | undefined => {
  said.lastIndex = end
  const match = said.exec(text)
  const candidate = match === null ? undefined : candidateAt(text, said.lastIndex, match[1] !== undefined)
  if (candidate === undefined || candidate.end - candidate.start < least) {
    return undefined
  }
  const found = text.slice(candidate.start, candidate.end)
  const bare = found.replace(/[.,;:!?)\]}>]+$/, "")
  const isPlain = /^[A-Za-z0-9+/=_!@#$%^&*~-]+$/.test(bare) && !/^[-/#@]|^\d+(?:[-./]\d+)*$|^\d+\w{0,4}$/.test(bare)
  return isPlain &&
    bare.length >= least &&
    /[a-z]/i.test(bare) &&
    !/^[A-Za-z]+[-_]?\d{1,4}$|^[A-Z_0-9]+$|^\w+-\d+(?:\.\d+)*$|^[\w-]+\/[\w/-]+$|^\w+=\w+$/.test(bare) &&
    looksRandom(bare, proseBits) &&
    !isNoSecret(bare, candidate.isQuoted)
    ? { ...candidate, end: candidate.start + bare.length, isTrimmed: true }
    : undefined
}

/**
 * Finds the value of an `Authorization` header with another scheme than `Bearer` and `Basic`, which have rules of their
 * own.
 */
const authorised = (text: string, end: number): Candidate | undefined => {
  sign.lastIndex = end
  if (sign.exec(text) === null) {
    return undefined
  }
  scheme.lastIndex = sign.lastIndex
  const start = scheme.exec(text) === null ? sign.lastIndex : scheme.lastIndex
  const candidate = candidateAt(text, start, false)
  const found = candidate === undefined ? "" : text.slice(candidate.start, candidate.end)
  return found.length >= 16 && !found.startsWith("[") && !isNoSecret(found, true) && looksRandom(found, weakBits)
    ? candidate
    : undefined
}

const wholeProseName =
  /(?:^|[^A-Za-z0-9_])(?:api[ _-]?key|access[ _-]?key|secret[ _-]?key|token|secret|password|passphrase|passwd|pwd)$/i

/** Finds secrets by the names beside them. */
export const findAssignments: Finder = (text) => {
  const spans: Array<Span> = []
  nameEnd.lastIndex = 0
  for (let match = nameEnd.exec(text); match !== null; match = nameEnd.exec(text)) {
    suffix.lastIndex = nameEnd.lastIndex
    if (suffix.exec(text) === null) {
      continue
    }
    const nameAt = nameStart(text, match.index)
    const name = text.slice(nameAt, nameEnd.lastIndex)
    const end = suffix.lastIndex
    const isHeader = match[0].toLowerCase() === "authorization"
    const candidate = isHeader
      ? authorised(text, end)
      : (assigned(text, end, name) ??
        flagged(text, end, name) ??
        (wholeProseName.test(text.slice(Math.max(0, nameEnd.lastIndex - 24), nameEnd.lastIndex))
          ? beside(text, end)
          : undefined))
    if (candidate !== undefined) {
      const wholeValue = candidate.isTrimmed === true ? candidate.end : wholeEnd(text, candidate.end)
      spans.push({ start: candidate.start, end: wholeValue, kind: isHeader ? "authorization" : kindOf(name) })
      nameEnd.lastIndex = wholeValue
    }
  }
  return spans
}
