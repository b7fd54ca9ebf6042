import { meaningfulWords, similarity } from "./SameMeaning.js"

/** Tells when two wishes of a user contradict each other, so that only the newer one is followed. */

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

/** Things of which a project uses one. */
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

const choiceIn = (wish: string): Choice => {
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
  /\b(?:never|always|don'?t|do not|no more|no|without|stop|avoid|not|please|from now on|i|we|want|prefer|use|using)\b/gi

const saysOpposite = (one: string, other: string): boolean =>
  negation.test(one) !== negation.test(other) &&
  similarity(meaningfulWords(one.replace(turns, " ")), meaningfulWords(other.replace(turns, " "))) >= 0.7

const excludes = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined &&
  other !== undefined &&
  one !== other &&
  exclusive.some((names) => names.has(one) && names.has(other))

/** Whether two wishes cannot both be followed. */
export const contradict = (one: string, other: string): boolean => {
  const first = choiceIn(one)
  const second = choiceIn(other)
  return (
    (first.wanted !== undefined && first.wanted === second.unwanted) ||
    (second.wanted !== undefined && second.wanted === first.unwanted) ||
    excludes(first.wanted, second.wanted) ||
    saysOpposite(one, other)
  )
}

const frame =
  /\b(?:in|for) (?:this|our|my) (?:repo(?:sitory)?|project|codebase|code)\b|\b(?:please|i(?:'d)? prefer|i want|we|always|from now on|also)\b/gi

const wordsOfWish = (wish: string): ReadonlySet<string> => meaningfulWords(wish.replace(frame, " ").replace(turns, " "))

/** Whether two wishes ask for the same. */
export const isSameWish = (one: string, other: string): boolean => {
  const first = wordsOfWish(one)
  const second = wordsOfWish(other)
  return (
    !contradict(one, other) &&
    negation.test(one) === negation.test(other) &&
    first.size > 0 &&
    similarity(first, second) >= 0.75
  )
}
