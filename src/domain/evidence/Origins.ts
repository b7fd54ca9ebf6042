import { meaningfulWords } from "../offline/consolidating/SameMeaning.js"
import { actionsIn } from "./ActionsInText.js"
import {
  claimsAuthority,
  givesWords,
  insists,
  isOrder,
  isSetOff,
  leadsIn,
  orderOpening,
  saysMoreOfPerson,
  statesWill,
  statesWords,
  withoutDiagnoses,
  withoutRefusal
} from "./Attribution.js"
import { type CommandOrigins, isTraced } from "./CommandOrigins.js"
import { contradicts } from "./Contradiction.js"
import {
  hasNegation,
  hasQuotation,
  inUserWords,
  isOnlyQuotation,
  isReordered,
  printedWordsOf,
  quotingOf,
  repeats,
  type UserWords
} from "./UserWords.js"

/*
 * Decides by their origin which words of a model may stand, in a trace memory as in published files. What the user typed
 * stands as a quotation, whatever explains it. Of the words that the model added nothing is attributed to the user, and
 * no order, command, URL or path among them stands without an origin.
 */

/** The origins that the words of a model are compared with. */
export interface Origins {
  readonly words: UserWords
  readonly commands: CommandOrigins
  /** True if a tool printed a text that says the same. */
  readonly isPrinted: (text: string) => boolean
  /** True if a tool printed a line with an order to agents, or in a person's name, that says the same. */
  readonly isPrintedOrder: (text: string) => boolean
  /** True if a record that was checked before says the same, so that an order may stand. */
  readonly isRecorded: (text: string) => boolean
  /** True if a session touched a path. */
  readonly hasPath: (path: string) => boolean
  /** True if a text is a question that the user was asked. */
  readonly isQuestion: (text: string) => boolean
  /** True if every text that sounds binding counts as an order, and not only one that a tool printed. */
  readonly isStrict: boolean
}

/** The verdict on a line: its text as it may stand, or the reason why it may not. */
export type Judged =
  | { readonly _tag: "Kept"; readonly text: string }
  | { readonly _tag: "NotConfirmed" }
  | { readonly _tag: "Dropped" }

const kept = (text: string): Judged => ({ _tag: "Kept", text })
const dropped: Judged = { _tag: "Dropped" }
const unconfirmed: Judged = { _tag: "NotConfirmed" }

/** The share of a text's meaningful words that another text must contain for both to say the same. */
const sharedWords = 0.6

/** Indexes texts, and returns a test: true if one of them contains enough of a text's words to say the same. */
export const sayingSame = (texts: () => Iterable<string>): ((text: string) => boolean) => {
  let known: ReadonlyArray<ReadonlySet<string>> | undefined
  return (text) => {
    const words = [...meaningfulWords(text)]
    if (words.length < 2) {
      return false
    }
    known ??= Array.from(texts(), meaningfulWords)
    return known.some((other) => words.filter((word) => other.has(word)).length >= words.length * sharedWords)
  }
}

const clauses = /[.;:。；：，]\s*|,\s+|\s→\s/u

const withClauses = (text: string): ReadonlyArray<string> => [text, ...text.split(clauses)]

/**
 * True if a clause of a text is an order that a tool printed. What stands in code marks is compared with the commands that
 * were run.
 */
const repeatsPrintedOrder = (text: string, { isPrinted, isPrintedOrder }: Origins): boolean =>
  withClauses(withoutDiagnoses(text)).some((clause) => (isOrder(clause) || insists(clause)) && isPrinted(clause)) ||
  withClauses(text.replace(/`[^`]*`/g, " ")).some(isPrintedOrder)

const hasPaths = (text: string, { hasPath }: Origins): boolean => actionsIn(text).paths.every(hasPath)

/** True if a line tells what happened, with words of the user in it, and not what the user wants or said. */
const isNarrated = (line: string): boolean => givesWords(line) && !statesWill(line) && !statesWords(line)

/**
 * True if a line quotes the user word for word, and if the rest of it only explains the quotation: when it was said, and
 * what it asks for.
 */
const isExplained = (line: string, origins: Origins): boolean => {
  const { around, quotations } = quotingOf(line, origins.words, origins.isQuestion) ?? { around: [], quotations: [] }
  const [before = ""] = around
  const rest = around.join(" “…” ").replace(/\s+/g, " ")
  const said = quotations.every(hasNegation) ? withoutRefusal(rest) : rest
  return (
    around.length > 1 &&
    ((leadsIn(before) && around.slice(1).every(isSetOff)) || isNarrated(line)) &&
    !saysMoreOfPerson(said) &&
    !around.slice(1).some((text) => contradicts(text, quotations)) &&
    !around.some((text) => repeatsPrintedOrder(text, origins)) &&
    isTraced(rest, false, origins.commands) &&
    hasPaths(rest, origins)
  )
}

/** True if the orders in a text repeat the user's words and nothing else, as the name of a task does. */
export const isTypedWhole = (text: string, { words }: Origins): boolean =>
  text
    .split(clauses)
    .filter((clause) => isOrder(clause) || insists(clause))
    .every((clause) => repeats(clause, words, 1))

/** Reduces a text about a wish to the user's typed words, if it does not quote them; undefined if the user typed none. */
export const asWish = (said: string, origins: Origins): string | undefined =>
  isExplained(said, origins) ? said : inUserWords(said, origins.words)

/**
 * Reduces a text about the user's will or words to the user's typed words; undefined if the user typed none of it. A
 * text about anything else is returned as it is.
 */
export const asTold = (said: string, origins: Origins): string | undefined => {
  if (!statesWill(said) && !statesWords(said) && !givesWords(said)) {
    return said
  }
  const typed = asWish(said, origins)
  return typed === undefined || typed === said ? typed : `the user: ${typed}`
}

/** Judges a text outside the user's wishes. `isFailing` says that its commands may have failed. */
export const judged = (said: string, isFailing: boolean, origins: Origins): Judged => {
  const told = asTold(said, origins)
  if (told === undefined) {
    return statesWill(said) || hasQuotation(said) || isOrder(said) || origins.isPrinted(said) ? dropped : unconfirmed
  }
  if (told !== said) {
    return kept(told)
  }
  if (isExplained(said, origins)) {
    return kept(said)
  }
  if (origins.isStrict && isOnlyQuotation(said)) {
    const typed = inUserWords(said, origins.words)
    return typed === undefined ? dropped : kept(typed)
  }
  const stated = withoutDiagnoses(said)
  if (isOrder(said) || (insists(stated) && (origins.isStrict || origins.isPrinted(said)))) {
    const typed = inUserWords(said, origins.words, orderOpening(said))
    if (typed !== undefined) {
      return kept(typed)
    }
    if (!origins.isRecorded(said)) {
      return origins.isPrinted(said) ? dropped : unconfirmed
    }
  }
  return repeatsPrintedOrder(said, origins) || isReordered(said, origins.words)
    ? dropped
    : isTraced(said, isFailing, origins.commands)
      ? kept(said)
      : unconfirmed
}

/** Indexes the output of tools, and returns a test: true if most of a text was printed, word for word or in other words. */
export const printedTest = (outputs: ReadonlyArray<string>): ((text: string) => boolean) => {
  const isSaid = sayingSame(() => outputs.flatMap((output) => output.split("\n")))
  let words: UserWords | undefined
  return (text) => {
    if (isSaid(text)) {
      return true
    }
    words ??= printedWordsOf(outputs)
    return repeats(text, words)
  }
}

/** The maximum number of characters of a printed line that is read as an order. */
const orderCharacters = 400
/** The minimum number of meaningful words with which a text can repeat a printed order. */
const orderWords = 3

/**
 * Indexes the lines of tool output that speak to agents or claim a person's authority, and returns a test: true if a text
 * says the same as one of them.
 */
export const printedOrderTest = (outputs: ReadonlyArray<string>): ((text: string) => boolean) => {
  const isSaid = sayingSame(() =>
    outputs
      .flatMap((output) => output.split("\n"))
      .filter((line) => line.length <= orderCharacters && claimsAuthority(line))
  )
  return (text) => meaningfulWords(text).size >= orderWords && isSaid(text)
}
