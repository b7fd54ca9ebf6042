import { denies, hasNegation, keysIn } from "./UserWords.js"

/*
 * Finds an explanation that says the opposite of the words that it explains. Only words that both have are compared, so
 * an explanation in another language contradicts nothing.
 */

const clauseGap = /[.;:,!?。；：，]\s*|\s[—–-]{1,2}\s/u
/** Words that restrict or refuse without being negations, such as `leave … alone`. */
const restricting =
  /\b(?:leave|keep|avoid|skip|refrain|only|instead|rather|unless|until|ask|first|before|after|out|nur|erst|statt|solo|seulement|só|apenas)\b|только/iu
const emphasis: ReadonlySet<string> = new Set(
  "always please just may must should do the a an to is be use immer bitte toujours siempre sempre всегда".split(" ")
)

const contentOf = (text: string): ReadonlyArray<string> =>
  keysIn(text)
    .map((key) => key.replace(/^n'/, ""))
    .filter((key) => !emphasis.has(key))

/** True if an explanation denies what words without a negation say, as `not pnpm` beside `i use pnpm here`. */
const deniesSaid = (explanation: string, said: string): boolean => {
  const keys = keysIn(explanation)
  const at = keys.findIndex(denies)
  const denied = keys.slice(at + 1).filter((key) => !emphasis.has(key))
  const words = new Set(contentOf(said))
  return at !== -1 && denied.length > 0 && !hasNegation(said) && denied.every((key) => words.has(key))
}

/** The share of an explanation's words that a denied clause must have for the explanation to order what it denies. */
const orderedShare = 0.7

/** True if an explanation orders what a clause denies, as `always commit it` beside `never commit it`. */
const ordersDenied = (explanation: string, clause: string): boolean => {
  const content = contentOf(explanation)
  const denied = new Set(contentOf(clause))
  return (
    content.length > 1 &&
    hasNegation(clause) &&
    !hasNegation(explanation) &&
    !restricting.test(explanation) &&
    content.filter((key) => denied.has(key)).length >= content.length * orderedShare
  )
}

/** True if a clause of a text says the opposite of one of the quotations that it explains. */
export const contradicts = (text: string, quotations: ReadonlyArray<string>): boolean =>
  text
    .split(clauseGap)
    .some((clause) =>
      quotations.some(
        (said) => deniesSaid(clause, said) || said.split(clauseGap).some((part) => ordersDenied(clause, part))
      )
    )
