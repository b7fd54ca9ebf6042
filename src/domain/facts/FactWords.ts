import { withoutCitations } from "../memory/Citation.js"
import { fold } from "../memory/Search.js"
import type { FactContent, SessionFact } from "./Fact.js"
import { isUnspaced } from "./FactQuery.js"

/** Finds the lines of a text that tell a fact, so that they can be taken out with it. */

const wordsIn = (text: string): ReadonlyArray<string> => fold(text).match(/[\p{L}\p{N}]+/gu) ?? []

/** The verbatim words that a fact quotes; undefined for a fact that is worded by rule. */
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

/** The number of words from which on their sequence is nobody else's. */
const tellingWords = 4
/** The number of letters that do the same in a script without spaces. */
const tellingLetters = 6
/** The number of words that are compared, and those that must stand before a cut: a long text may be cut where it is quoted. */
const mostWords = 24
const wordsBeforeCut = 5

/** Words of courtesy, which a title leaves out at either end. */
const courtesy: ReadonlySet<string> = new Set(
  "please pls hi hey hello ok okay so now then also and thanks thank you great perfect nice yes sure cool can could would will bitte".split(
    " "
  )
)

const isTelling = (words: ReadonlyArray<string>): boolean =>
  words.length >= tellingWords || words.some((word) => isUnspaced(word) && Array.from(word).length >= tellingLetters)

/** A test of lines, and a removal of the words from a line. */
interface Telling {
  /** True if the line tells the fact. */
  readonly tells: (line: string) => boolean
  /** Replaces the words of the fact in a line. */
  readonly withoutWords: (line: string) => string
}

/** The text that stands where the words of a forgotten fact stood. */
const forgottenWords = "(forgotten)"

const gap = "[^\\p{L}\\p{N}]+"

/** Splits words into the courtesy at the beginning, the matter, and the courtesy at the end. */
const partsOf = (words: ReadonlyArray<string>) => {
  const from = words.findIndex((word) => !courtesy.has(word))
  const to = words.findLastIndex((word) => !courtesy.has(word)) + 1
  const parts = { before: words.slice(0, from), core: words.slice(from, to), after: words.slice(to) }
  return from !== -1 && isTelling(parts.core) ? parts : { before: [], core: words, after: [] }
}

/** Makes the pattern of words in their order, with any signs between them; after enough of them they may be cut. */
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

/** The words of a line without its mark, its citations and its pointers into a session. */
const statementOf = (line: string): string =>
  wordsIn(withoutCitations(line).replace(lineMark, "").replace(linePointer, "")).join(" ")

/** Makes the pattern that takes words out of a line, with the quotation marks around them. */
const everyOf = (sequence: string): RegExp => new RegExp(`["“„«「\`]{0,2}${sequence}[.!?。！？]?["”“»」\`]{0,2}`, "giu")

/** Tests for the very line of a fact. */
const lineTelling = (text: string): Telling => {
  const statement = statementOf(text)
  const isIt = (line: string): boolean => statement !== "" && statementOf(line) === statement
  return { tells: isIt, withoutWords: (line) => (isIt(line) ? forgottenWords : line) }
}

/** Tests for lines that quote words; they must be enough to be nobody else's. */
const quoteTelling = (words: ReadonlyArray<string>): Telling => {
  const sequence = sequenceOf(words)
  const pattern = new RegExp(sequence, "iu")
  const every = everyOf(sequence)
  return {
    tells: (line) => pattern.test(line.normalize("NFC")),
    withoutWords: (line) => line.normalize("NFC").replace(every, forgottenWords)
  }
}

/** Tests for lines that name an error. A short one, or one of numbers, may be any command's, so its own must stand there too. */
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

/** The letters from which on the beginning of a command that was cut is nobody else's. */
const beginningOfCommand = 12

const quotations = /("[^"]*"|“[^”]*”)/u

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

/**
 * Tests for the lines about a command: items that begin with it or name its purpose, procedures that list it, and sentences
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

/** The errors that a fact names, and the command that gave them. */
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
 * Takes the words of facts out of a trace or a summary: an item that tells one goes as a whole; in headings and other lines
 * the words are replaced. A text that tells none stays byte for byte.
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
