import { cutText, inCode, oneLine } from "./Wording.js"

/* Makes short names of errors, as a person writes them in a heading or searches for them. */

/** The parts of a Node.js error about a missing module. */
interface MissingModule {
  readonly code: string
  readonly module: string
  readonly importer: string | undefined
}

const missingModule =
  /\[(ERR_[A-Z_]{3,60})\]: Cannot find (?:module|package) '([^']{1,300})'(?: imported from (\S{1,300}))?/

/**
 * Reads the error code, the missing module and the importing file from a Node.js error about a missing module;
 * undefined for any other error.
 */
export const missingModuleIn = (error: string): MissingModule | undefined => {
  const match = missingModule.exec(error.slice(0, 2_000))
  const [, code, module, importer] = match ?? []
  return code === undefined || module === undefined ? undefined : { code, module, importer }
}

const panic = /^thread '([^']{1,160})'(?: \(\d{1,12}\))? panicked at \S{1,200}:\d{1,9}:\d{1,9}: /

/**
 * Cuts a text to `limit` characters. If the cut would be inside a quotation, the whole quotation is dropped, provided
 * that it begins in the second half.
 */
const cutOutsideQuotes = (text: string, limit: number): string => {
  const cut = cutText(text, limit)
  if (cut === text) {
    return text
  }
  const opened = /(?<=^|[\s([{=:])(["'])(?!.*\1(?:$|[\s)\]},.;:]))/.exec(cut)
  return opened !== null && opened.index > limit / 2 ? `${cut.slice(0, opened.index).trimEnd()}…` : cut
}

/** Names an error without markup: `ERR_MODULE_NOT_FOUND for lib/router.js`, or the beginning of the error line. */
export const plainErrorName = (error: string, limit: number): string => {
  const missing = missingModuleIn(error)
  return missing === undefined
    ? cutOutsideQuotes(oneLine(error).replace(panic, "$1 panicked: ").replaceAll("`", "'"), limit).replace(/[.;,]$/, "")
    : `${missing.code} for ${missing.module}`
}

/** The maximum length of the name of an error, in characters. */
const nameCharacters = 160

/** Matches a hash, of which the beginning is enough. */
const hash = /\b([0-9a-f]{7})[0-9a-f]{17,}\b/g

/** Writes the name of an error with code spans, in words that people search for. */
export const errorName = (error: string): string => {
  const missing = missingModuleIn(error)
  if (missing === undefined) {
    return inCode(error.replace(hash, "$1…"), nameCharacters)
  }
  const importer = missing.importer === undefined ? "" : ` in ${inCode(missing.importer, 160)}`
  return `${inCode(missing.code, 80)} for ${inCode(missing.module, 160)}${importer}`
}

/**
 * Normalises an error into a key that is equal for all its occurrences: case, numbers and most punctuation do not
 * count.
 */
export const errorSignature = (error: string): string =>
  error
    .slice(0, 400)
    .toLowerCase()
    .replace(/0x[0-9a-f]{1,16}|\d{1,20}/g, "0")
    .replace(/[^\p{L}\p{N}_./]+/gu, " ")
    .trim()
