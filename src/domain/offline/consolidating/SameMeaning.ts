/*
 * Compares lines by their words. There is no stemming and there are no synonyms: lines that are merged as equal must
 * look equal to every reader.
 */

const ordinary: ReadonlySet<string> = new Set(
  "a an the in on at to of for and or is are be it this that with as by please i we you my our me from here would do should must user wants repository repo project code".split(
    " "
  )
)

/** Returns the words of a text in lower case, each once, without common words such as `the`. */
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

/** The Jaccard similarity of two sets of words: common words divided by all words, from 0 to 1. */
export const similarity = (one: ReadonlySet<string>, other: ReadonlySet<string>): number => {
  const common = [...one].filter((word) => other.has(word)).length
  const all = one.size + other.size - common
  return all === 0 ? 1 : common / all
}

/** Matches a word with a digit or a sign, such as a number, a path or an identifier. Few lines have the same one. */
const isRare = /[\d_/@+.]/

/**
 * Returns words of a set to index it by: two sets whose similarity is `least` or more share at least one of them.
 * Numbers, paths and identifiers are preferred, then long words, since they are rare.
 */
export const tellingWords = (words: ReadonlySet<string>, least: number): ReadonlyArray<string> => {
  const common = Math.max(1, Math.ceil(words.size * least - 1e-9))
  return [...words]
    .toSorted(
      (one, other) =>
        Number(isRare.test(other)) - Number(isRare.test(one)) || other.length - one.length || (one < other ? -1 : 1)
    )
    .slice(0, words.size - common + 1)
}

/** True if another line contains all meaningful words of a line. */
export const isSaidIn = (line: string, other: string): boolean => {
  const words = meaningfulWords(line)
  const others = meaningfulWords(other)
  return words.size > 0 && [...words].every((word) => others.has(word))
}

/** Indexes lines, and returns a test: true if one of the lines contains all meaningful words of another line. */
export const sayingIn = (lines: ReadonlyArray<string>): ((line: string) => boolean) => {
  const having = new Map<string, Set<number>>()
  for (const [place, line] of lines.entries()) {
    for (const word of meaningfulWords(line)) {
      having.set(word, (having.get(word) ?? new Set()).add(place))
    }
  }
  return (line) => {
    const [first, ...others] = [...meaningfulWords(line)]
      .map((word) => having.get(word) ?? new Set<number>())
      .toSorted((one, other) => one.size - other.size)
    return first !== undefined && [...first].some((place) => others.every((places) => places.has(place)))
  }
}
