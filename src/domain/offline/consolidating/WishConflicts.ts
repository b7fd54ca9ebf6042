import { meaningfulWords, similarity, tellingWords } from "./SameMeaning.js"

/* Detects wishes of a user that contradict each other, so that only the newer one is followed. */

interface Choice {
  readonly wanted: string | undefined
  readonly unwanted: string | undefined
}

const word = "[`\"']?([\\w@./+-]{1,40}(?: (?:quotes?|commas?|layout))?)[`\"']?"

const pairs: ReadonlyArray<readonly [RegExp, "wanted first" | "unwanted first"]> = [
  [new RegExp(`${word} (?:over|instead of|rather than) (?:root )?${word}`, "i"), "wanted first"],
  [new RegExp(`\\bprefer ${word} to ${word}`, "i"), "wanted first"],
  [new RegExp(`\\buse ${word}(?: \\w{1,20}){0,2},? (?:and )?not (?:root )?${word}`, "i"), "wanted first"],
  [new RegExp(`${word},? (?:and )?not ${word}`, "i"), "wanted first"],
  [new RegExp(`\\bnot ${word},? but ${word}`, "i"), "unwanted first"]
]
const wantedAlone = new RegExp(`\\b(?:use|prefer|with|want) (?:the )?${word}`, "i")
const language = /\b(?:answer|reply|respond|write|speak)\b.{0,24}\bin ([a-z]{4,12})\b/i
const unwantedAlone = new RegExp(`\\b(?:do not|don'?t|never|stop|avoid|no) (?:use |using |want )?${word}`, "i")

/** Sets of alternatives of which a project uses only one, such as package managers. */
const exclusive: ReadonlyArray<ReadonlySet<string>> = [
  ["npm", "pnpm", "yarn", "bun"],
  ["tabs", "spaces"],
  ["jest", "vitest", "mocha", "ava"],
  ["pip", "uv", "poetry", "pipenv", "pdm"],
  ["unittest", "pytest"],
  ["eslint", "oxlint", "biome"],
  ["prettier", "oxfmt", "dprint"],
  ["black", "yapf", "autopep8"],
  ["single", "double"],
  ["single quotes", "double quotes"],
  ["english", "german", "french", "spanish", "japanese", "chinese", "italian", "portuguese", "russian", "korean"],
  ["short", "long"],
  ["merge", "rebase", "squash"]
].map((names) => new Set(names))

const normal = (text: string | undefined): string | undefined =>
  text
    ?.toLowerCase()
    .replace(/[.,;:]+$/, "")
    .replace(/^(?:using|use) /, "")

/** Matches words that take a rule back, with the name of its subject: `forget the pnpm rule`. */
const takingBack = new RegExp(
  `^(?:(?:please|ok|and|now),? )*(?:forget|scrap|never ?mind)(?: about)? (?:the|that|my|our) ${word}(?: only)? (?:rule|wish|preference|convention|policy)(?=[,.;!]|$)`,
  "i"
)
/** Matches words that allow a thing again: `npm is fine again`. */
const allowedAgain = new RegExp(`${word} (?:is|are) (?:fine|ok|okay|allowed|good|welcome) (?:again|now)\\b`, "i")

const choiceIn = (wish: string): Choice => {
  const back = takingBack.exec(wish.slice(0, 400))?.[1]
  const again = allowedAgain.exec(wish.slice(0, 400))?.[1]
  if (back !== undefined || again !== undefined) {
    return { wanted: normal(again), unwanted: normal(back) }
  }
  for (const [pattern, order] of pairs) {
    const match = pattern.exec(wish.slice(0, 400))
    if (match !== null) {
      const [first, second] = [normal(match[1]), normal(match[2])]
      return order === "wanted first" ? { wanted: first, unwanted: second } : { wanted: second, unwanted: first }
    }
  }
  const unwanted = normal(unwantedAlone.exec(wish.slice(0, 400))?.[1])
  const wanted = language.exec(wish.slice(0, 400))?.[1] ?? wantedAlone.exec(wish.slice(0, 400))?.[1]
  return { wanted: unwanted === undefined ? normal(wanted) : undefined, unwanted }
}

const negation = /\b(?:never|don'?t|do not|no more|no|without|stop|avoid|not|nie|niemals|jamais|nunca)\b/i
const turns =
  /\b(?:never|always|ever|don'?t|do not|no more|no|without|stop|avoid|not|please|from now on|i|we|want|prefer|use|using)\b/gi

/** A wish, split into the parts that comparisons with other wishes need. */
export interface ReadWish {
  readonly choice: Choice
  /** The subject of a rule that the wish takes back, whatever the rule said of it. */
  readonly takenBack: string | undefined
  readonly isNegated: boolean
  /** The meaningful words of the wish, without those that say whether it wants or forbids something. */
  readonly subject: ReadonlySet<string>
  /** The subject without words that only introduce a wish, such as `in this project`. */
  readonly words: ReadonlySet<string>
  /**
   * The words before the first comma, after which people often give a reason; empty if there is no comma, or if the
   * words are too few.
   */
  readonly head: ReadonlySet<string>
}

const oppositeFrom = 0.7
const sameFrom = 0.75

const saysOpposite = (one: ReadWish, other: ReadWish): boolean =>
  one.isNegated !== other.isNegated && similarity(one.subject, other.subject) >= oppositeFrom

const excludes = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined &&
  other !== undefined &&
  one !== other &&
  exclusive.some((names) => names.has(one) && names.has(other))

const frame =
  /\b(?:in|for) (?:this|our|my) (?:repo(?:sitory)?|project|codebase|code)\b|\b(?:please|i(?:'d)? prefer|i want|we|always|from now on|also)\b/gi

/** Matches the beginning of the reason or remark that follows a wish, such as `, because`. */
const reason = /[,;]\s|\s(?:because|since|as it|weil|parce que|porque|потому что|bo|çünkü|vì)\s/i
const leastHead = 3

const wordsOfWish = (text: string): ReadonlySet<string> => meaningfulWords(text.replace(frame, " ").replace(turns, " "))

const headOf = (text: string): ReadonlySet<string> => {
  const end = reason.exec(text)?.index
  const head = end === undefined ? undefined : wordsOfWish(text.slice(0, end))
  return head === undefined || head.size < leastHead ? new Set() : head
}

/** Splits a wish into the parts that comparisons need. */
export const readWish = (text: string): ReadWish => ({
  choice: choiceIn(text),
  takenBack: normal(takingBack.exec(text.slice(0, 400))?.[1]),
  isNegated: negation.test(text),
  subject: meaningfulWords(text.replace(turns, " ")),
  words: wordsOfWish(text),
  head: headOf(text)
})

const takesBack = ({ takenBack }: ReadWish, other: ReadWish): boolean =>
  takenBack !== undefined &&
  other.takenBack === undefined &&
  (other.choice.wanted === takenBack || other.choice.unwanted === takenBack || other.subject.has(takenBack))

/** True if two wishes contradict each other, so that nobody can follow both. */
export const cannotBoth = (one: ReadWish, other: ReadWish): boolean => {
  const first = one.choice
  const second = other.choice
  return (
    takesBack(one, other) ||
    takesBack(other, one) ||
    (first.wanted !== undefined && first.wanted === second.unwanted) ||
    (second.wanted !== undefined && second.wanted === first.unwanted) ||
    excludes(first.wanted, second.wanted) ||
    saysOpposite(one, other)
  )
}

const isHeadOf = (one: ReadWish, other: ReadWish): boolean =>
  one.head.size > 0 && similarity(one.head, other.words) === 1

/** True if two wishes ask for the same thing. One of them may also give a reason. */
export const asksTheSame = (one: ReadWish, other: ReadWish): boolean =>
  !cannotBoth(one, other) &&
  one.isNegated === other.isNegated &&
  one.words.size > 0 &&
  (similarity(one.words, other.words) >= sameFrom || isHeadOf(one, other) || isHeadOf(other, one))

/**
 * Returns keys to index a wish by: it shares at least one key with every wish that asks for the same, or that
 * contradicts it.
 */
export const keysOfWish = ({ choice, head, subject, words }: ReadWish): ReadonlyArray<string> => [
  ...tellingWords(head, sameFrom).map((word) => `same ${word}`),
  ...tellingWords(words, sameFrom).map((word) => `same ${word}`),
  ...(subject.size === 0 ? ["opposite"] : tellingWords(subject, oppositeFrom).map((word) => `opposite ${word}`)),
  ...[choice.wanted, choice.unwanted].flatMap((name) => (name === undefined ? [] : [`choice ${name}`])),
  ...exclusive.flatMap((names, index) => (names.has(choice.wanted ?? "") ? [`one of ${index}`] : []))
]

/** True if two wishes, given as text, contradict each other; see {@link cannotBoth}. */
export const contradict = (one: string, other: string): boolean => cannotBoth(readWish(one), readWish(other))

/** True if two wishes, given as text, ask for the same thing; see {@link asksTheSame}. */
export const isSameWish = (one: string, other: string): boolean => asksTheSame(readWish(one), readWish(other))
