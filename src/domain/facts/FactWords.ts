import { withoutCitations } from "../memory/Citation.js"
import { fold } from "../memory/Search.js"
import type { FactContent, SessionFact } from "./Fact.js"
import { isUnspaced } from "./FactQuery.js"

/* Finds the lines that state a given fact, and removes its words from them when the fact is forgotten. */

const wordsIn = (text: string): ReadonlyArray<string> => fold(text).match(/[\p{L}\p{N}]+/gu) ?? []

/** The user's or the assistant's words that a fact quotes; undefined for a fact that the program words itself. */
const quotedIn = (content: FactContent): string | undefined => {
  switch (content._tag) {
    case "Wish":
      return content.words
    case "Decision":
      return content.answer
    case "Finding":
      return content.claim
    case "Outcome":
      return content.title
    default:
      return undefined
  }
}

/** The minimum number of words in a row that identify a quotation; fewer may occur in any text. */
const tellingWords = 4
/** The minimum number of letters that identify a quotation in a script without spaces. */
const tellingLetters = 6
/**
 * The maximum number of words of a quotation that are compared. `wordsBeforeCut` is the number of words that a
 * shortened quotation must have before its `…`.
 */
const mostWords = 24
const wordsBeforeCut = 5

/** Polite words, which a title omits at either end, so that they need not be in a quotation of it. */
const courtesy: ReadonlySet<string> = new Set(
  "please pls hi hey hello ok okay so now then also and thanks thank you great perfect nice yes sure cool can could would will bitte".split(
    " "
  )
)

const isTelling = (words: ReadonlyArray<string>): boolean =>
  words.length >= tellingWords || words.some((word) => isUnspaced(word) && Array.from(word).length >= tellingLetters)

/** The operations that {@link withoutFacts} needs for one fact. */
interface Telling {
  /** True if the line states the fact. */
  readonly tells: (line: string) => boolean
  /** Replaces the words of the fact in a line by {@link forgottenWords}. */
  readonly withoutWords: (line: string) => string
}

/** The text that replaces the words of a forgotten fact. */
const forgottenWords = "(forgotten)"

const gap = "[^\\p{L}\\p{N}]+"

/** Splits words into the polite words at the beginning, the words between, and the polite words at the end. */
const partsOf = (words: ReadonlyArray<string>) => {
  const from = words.findIndex((word) => !courtesy.has(word))
  const to = words.findLastIndex((word) => !courtesy.has(word)) + 1
  const parts = { before: words.slice(0, from), core: words.slice(from, to), after: words.slice(to) }
  return from !== -1 && isTelling(parts.core) ? parts : { before: [], core: words, after: [] }
}

/**
 * Returns the source of a pattern that matches the words in order, with any punctuation between them. After the first
 * few words it also matches a text that was cut with `…`.
 */
const sequenceOf = (words: ReadonlyArray<string>): string => {
  const { after, before, core } = partsOf(words)
  const compared = core.slice(0, mostWords)
  const end = `(?:${after.map((word) => gap + word).join("")})?(?![\\p{L}\\p{N}])`
  const rest = compared
    .slice(wordsBeforeCut)
    .reduceRight((tail, word) => `(?:[^\\p{L}\\p{N}]{0,3}…|${gap}${word}${tail})`, core.length > mostWords ? ".*" : end)
  const courteous = before.map((word) => word + gap).join("")
  return `(?<![\\p{L}\\p{N}])(?:${courteous})?${compared.slice(0, wordsBeforeCut).join(gap)}${rest}`
}

const lineMark = /^\s*(?:[-*•+]|\d{1,3}[.)])\s+/
const linePointer = /\s*\((?:edited, )?L\d[^)]{0,40}\)/g

/**
 * Returns the words of a line in a form for comparison, without its bullet, its citations and its references to lines
 * of a session.
 */
const statementOf = (line: string): string =>
  wordsIn(withoutCitations(line).replace(lineMark, "").replace(linePointer, "")).join(" ")

/** Returns the pattern that finds words in a line, with the quotation marks around them. */
const everyOf = (sequence: string): RegExp => new RegExp(`["“„«「\`]{0,2}${sequence}[.!?。！？]?["”“»」\`]{0,2}`, "giu")

/** Makes the test for lines with the same text as the fact's own line. */
const lineTelling = (text: string): Telling => {
  const statement = statementOf(text)
  const isIt = (line: string): boolean => statement !== "" && statementOf(line) === statement
  return { tells: isIt, withoutWords: (line) => (isIt(line) ? forgottenWords : line) }
}

/** Makes the test for lines that quote words. */
const quoteTelling = (words: ReadonlyArray<string>): Telling => {
  const sequence = sequenceOf(words)
  const pattern = new RegExp(sequence, "iu")
  const every = everyOf(sequence)
  return {
    tells: (line) => pattern.test(line.normalize("NFC")),
    withoutWords: (line) => line.normalize("NFC").replace(every, forgottenWords)
  }
}

/**
 * Makes the test for lines that name an error. Other commands may give the same short error, so its own command must
 * then stand in the line too.
 */
const errorTelling = (error: string, command: string): ReadonlyArray<Telling> => {
  const words = wordsIn(error)
  if (words.length === 0) {
    return []
  }
  const quote = quoteTelling(words)
  const commandWords = wordsIn(command)
  const named = new RegExp(sequenceOf(commandWords), "iu")
  const isIt = (line: string): boolean => quote.tells(line) && commandWords.length > 0 && named.test(line)
  return isTelling(words.filter((word) => !/^\p{N}+$/u.test(word)))
    ? [quote]
    : [{ tells: isIt, withoutWords: (line) => (isIt(line) ? quote.withoutWords(line) : line) }]
}

/** The minimum number of letters that identify a command which was cut with `…`. */
const beginningOfCommand = 12

const quotations = /("[^"]*"|“[^”]*”)/u

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

/**
 * Makes the test for lines about a command: items that begin with it or name its purpose, procedures that list it, and sentences
 * that name it. The user's words, its failures and what it verified belong to other facts.
 */
const commandTelling = (command: string): Telling => {
  const isIt = (code: string): boolean =>
    code === command ||
    (code.length > beginningOfCommand && code.endsWith("…") && command.startsWith(code.slice(0, -1)))
  const name = `(?<![\\p{L}\\p{N}./_-])\`?${escaped(command)}\`?(?![\\p{L}\\p{N}/_-])`
  const every = new RegExp(
    /\s/.test(command) ? name : `${name}(?= (?:passe[sd]|fail(?:s|ed)))|(?<=run with )${name}`,
    "giu"
  )
  const unquoted = (line: string): ReadonlyArray<string> => line.split(quotations).filter((_, at) => at % 2 === 0)
  return {
    tells: (line) => {
      if (!lineMark.test(line)) {
        return unquoted(line).some((part) => part.search(every) !== -1)
      }
      const item = line.replace(lineMark, "")
      const [, first] = /^(?:[^`"“]{1,80}: )?`([^`]+)`(?! failed)/u.exec(item) ?? []
      return (
        (first !== undefined && isIt(first)) ||
        (item.includes("`skills/") && [...item.matchAll(/`([^`]+)`/gu)].some(([, code = ""]) => isIt(code)))
      )
    },
    withoutWords: (line) =>
      line
        .split(quotations)
        .map((part, at) => (at % 2 === 0 ? part.replace(every, forgottenWords) : part))
        .join("")
  }
}

/** Makes the tests for lines that name an error of a fact. */
const errorsIn = ({ content, text }: Pick<SessionFact, "content" | "text">): ReadonlyArray<Telling> => {
  switch (content._tag) {
    case "Failure":
      return content.errors
        .filter((error, at) => at === 0 || text.includes(error))
        .flatMap((error) => errorTelling(error, content.command))
    case "Limit":
      return errorTelling(content.error, content.subject)
    case "Open":
      return content.error === null ? [] : errorTelling(content.error, content.command ?? "")
    default:
      return []
  }
}

/** Makes the test of the lines that tell a fact: those that quote its words, name its error or command, or say the very line. */
export const tellingOf = (fact: Pick<SessionFact, "content" | "text">): Telling => {
  const { content, text } = fact
  const quoted = wordsIn(quotedIn(content) ?? (content._tag === "Failure" || content._tag === "Open" ? text : ""))
  const tellings = [
    ...(isTelling(quoted) ? [quoteTelling(quoted)] : []),
    ...errorsIn(fact),
    ...(content._tag === "Command" ? [commandTelling(content.command)] : [])
  ]
  const all = [...tellings, lineTelling(text)]
  return {
    tells: (line) => all.some(({ tells }) => tells(line)),
    withoutWords: (line) => all.reduce((left, { withoutWords }) => withoutWords(left), line)
  }
}

/**
 * Removes facts from a trace or a summary. List items that state one are dropped; in headings and other lines only the
 * words of the fact are replaced. A text that states none of the facts stays the same, byte for byte.
 */
export const withoutFacts = (text: string, facts: ReadonlyArray<Pick<SessionFact, "content" | "text">>): string => {
  const tellings = facts.map(tellingOf)
  const lines = text.split("\n")
  const isTold = (line: string): boolean => tellings.some(({ tells }) => tells(line))
  return tellings.length === 0 || !lines.some(isTold)
    ? text
    : lines
        .flatMap((line) =>
          !isTold(line)
            ? [line]
            : lineMark.test(line)
              ? []
              : [tellings.reduce((left, { withoutWords }) => withoutWords(left), line)]
        )
        .join("\n")
}

/**
 * Lists the other facts that repeat the words of a forgotten one: the title of its task, or a conclusion; of a failure also
 * the limits and failures with its error.
 */
export const alsoTold = <A extends SessionFact>(
  facts: ReadonlyArray<A>,
  forgotten: ReadonlyArray<SessionFact>
): ReadonlyArray<A> => {
  const ids = new Set(forgotten.map(({ id }) => id))
  const quoting = forgotten.filter(({ content }) => isTelling(wordsIn(quotedIn(content) ?? ""))).map(tellingOf)
  const errors = forgotten.flatMap(errorsIn)
  return facts.filter(
    ({ content, id, text }) =>
      !ids.has(id) &&
      content._tag !== "Command" &&
      (errors.some(({ tells }) => tells(text)) ||
        (content._tag !== "Failure" && content._tag !== "Limit" && quoting.some(({ tells }) => tells(text))))
  )
}
