/**
 * Tells whether two lines say the same, by their words alone. No stemming and no synonyms: two lines that are held for one
 * must be so for every reader.
 */

const ordinary: ReadonlySet<string> = new Set(
  "a an the in on at to of for and or is are be it this that with as by please i we you my our me from here would do should must user wants repository repo project code".split(
    " "
  )
)

/** The words of a text that carry meaning, in lower case, each once. */
export const meaningfulWords = (text: string): ReadonlySet<string> =>
  new Set(
    (
      text
        .slice(0, 2_000)
        .toLowerCase()
        .match(/[\p{L}\p{N}][\p{L}\p{N}_./@+-]*/gu) ?? []
    )
      .map((word) => word.replace(/[./-]+$/, ""))
      .filter((word) => word !== "" && !ordinary.has(word))
  )

/** How much of two sets of words is common to both, from 0 to 1. */
export const similarity = (one: ReadonlySet<string>, other: ReadonlySet<string>): number => {
  const common = [...one].filter((word) => other.has(word)).length
  const all = one.size + other.size - common
  return all === 0 ? 1 : common / all
}

/**
 * Words under which to look for sets that are similar: two sets whose similarity is `least` or more share one of them at
 * least. The longest come first, as those are the rarest.
 */
export const tellingWords = (words: ReadonlySet<string>, least: number): ReadonlyArray<string> => {
  const common = Math.max(1, Math.ceil(words.size * least - 1e-9))
  return [...words]
    .toSorted((one, other) => other.length - one.length || (one < other ? -1 : 1))
    .slice(0, words.size - common + 1)
}

/** Whether everything that one line says is also said in another. */
export const isSaidIn = (line: string, other: string): boolean => {
  const words = meaningfulWords(line)
  const others = meaningfulWords(other)
  return words.size > 0 && [...words].every((word) => others.has(word))
}
