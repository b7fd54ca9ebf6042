import { fold } from "../memory/Search.js"
import { synonymsOf } from "./Synonyms.js"

/* Reads a question about facts: the words to look for, their synonyms, and other spellings of them. */

/** A word to look for, with the synonyms that match in its place. */
export interface FactTerm {
  readonly word: string
  readonly synonyms: ReadonlyArray<string>
  /**
   * True if the word's script puts no spaces between words, as in Chinese. Such a word may match anywhere in a text.
   */
  readonly isInside: boolean
}

const stopWords: ReadonlySet<string> = new Set(
  "a an the this that these those is are was were be been am do does did done can could should would will shall may might must have has had i we you he she it they me us them my our your his her its their of in on at to for from by with about into as and or but if then than so how what which who whom where when why there here please tell show find get got any some".split(
    " "
  )
)

const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]/u

/** True if the word is of a script that puts no spaces between its words. */
export const isUnspaced = (word: string): boolean => unspaced.test(word)

/**
 * Reads the words to look for, each once, and ignores stop words such as `the`. A question that has only stop words
 * keeps them.
 */
export const factTermsOf = (words: ReadonlyArray<string>): ReadonlyArray<FactTerm> => {
  const given = words
    .flatMap((word) => fold(word).split(/\s+/))
    .map((word) => word.replace(/^[^\p{L}\p{N}.@/_-]+|[^\p{L}\p{N}+#/_-]+$/gu, ""))
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
  const meant = given.filter((word) => !stopWords.has(word))
  return [...new Set(meant.length === 0 ? given : meant)].map((word) => ({
    word,
    synonyms: synonymsOf(word),
    isInside: isUnspaced(word)
  }))
}

/**
 * Splits a word of a script without spaces into its pairs of adjacent letters, each once. An index finds the word by
 * them.
 */
export const letterPairs = (word: string): ReadonlyArray<string> => {
  const letters = Array.from(word)
  return letters.length < 3
    ? [word]
    : [...new Set(letters.slice(1).map((letter, at) => `${letters[at] ?? ""}${letter}`))]
}

/** The minimum number of letters of a word that is also looked for in other spellings. */
const fewestLetters = 4

/** Returns the number of edits by which another spelling may differ from a word of this length. */
const editsFor = (length: number): number => (length <= fewestLetters ? 0 : length < 9 ? 1 : 2)

/**
 * Returns the edit distance of two words, in which exchanging two adjacent letters is one edit. A result above `most`
 * only means more than `most`.
 */
const editsBetween = (one: string, other: string, most: number): number => {
  if (Math.abs(one.length - other.length) > most) {
    return most + 1
  }
  let before: ReadonlyArray<number> = []
  let last: ReadonlyArray<number> = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let row = 1; row <= one.length; row++) {
    const next = [row]
    for (let at = 1; at <= other.length; at++) {
      const isSame = one[row - 1] === other[at - 1]
      const swapped =
        row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1]
          ? (before[at - 2] ?? most) + 1
          : most + 1
      next.push(
        Math.min((last[at] ?? most) + 1, (next[at - 1] ?? most) + 1, (last[at - 1] ?? most) + (isSame ? 0 : 1), swapped)
      )
    }
    before = last
    last = next
  }
  return last[other.length] ?? most + 1
}

/** The maximum number of other spellings that are searched for one word. */
const mostSpellings = 12

/** Lists the words in some texts that contain a word, or that are spelt almost like it. */
export const nearSpellings = (word: string, texts: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (word.length < fewestLetters) {
    return []
  }
  const most = editsFor(word.length)
  const known = new Set(texts.flatMap((text) => fold(text).match(/[\p{L}\p{N}_]+/gu) ?? []))
  return [...known]
    .filter((other) => other.includes(word) || editsBetween(word, other, most) <= most)
    .toSorted((one, other) => one.length - other.length || (one < other ? -1 : 1))
    .slice(0, mostSpellings)
}
