/** Searching memories: what a query means, how well a text answers it, and where. Pure, and linear in the texts. */

/** Words that all have to be found, in any case; a word may be a phrase. */
export interface SearchQuery {
  /** Folded, each once, never empty. */
  readonly terms: ReadonlyArray<string>
}

/** Upper and lower case, and the ways Unicode has of writing one letter, are alike. */
export const fold = (text: string): string => text.normalize("NFC").toLowerCase()

/** The query that words make; none of them counts when it is white space alone. */
export const queryOf = (words: ReadonlyArray<string>): SearchQuery => ({
  terms: [...new Set(words.map((word) => fold(word).replace(/\s+/g, " ").trim()))].filter((term) => term !== "")
})

/** How many characters, not code units, a trigram index needs to find a term. */
const indexedCharacters = 3

/** The terms that a trigram index can find. */
export const indexedTerms = ({ terms }: SearchQuery): ReadonlyArray<string> =>
  terms.filter((term) => Array.from(term).length >= indexedCharacters)

/** What can be found: the memory of a thread, or a file of a directory's memory. */
export interface SearchDocument {
  readonly _tag: "Trace" | "Memory"
  readonly cwd: string
  /** Of a trace. */
  readonly threadId: string | undefined
  readonly title: string
  /** Unix milliseconds; undefined for a file. */
  readonly updatedAt: number | undefined
  readonly summary: string
  readonly text: string
  /** How well it answers the query: the more the better. */
  readonly score: number
}

/** How often a folded text has a term. */
const occurrences = (folded: string, term: string): number => {
  let count = 0
  for (let at = folded.indexOf(term); at !== -1; at = folded.indexOf(term, at + term.length)) {
    count++
  }
  return count
}

/** Whether a text has every term. */
export const answers = ({ terms }: SearchQuery, text: string): boolean => {
  const folded = fold(text)
  return terms.every((term) => folded.includes(term))
}

/** As SQLite's FTS5 has them. */
const saturation = 1.2
const lengthShare = 0.75

/** What scores of BM25 are told from beside the text itself. */
export interface Corpus {
  readonly documents: number
  /** How many of them have every term. */
  readonly matching: number
  /** Of a text, in characters. */
  readonly averageLength: number
}

/** The BM25 score of a text that has every term. */
export const scoreOf = ({ terms }: SearchQuery, text: string, corpus: Corpus): number => {
  const folded = fold(text)
  const rarity = Math.max(1e-6, Math.log((corpus.documents - corpus.matching + 0.5) / (corpus.matching + 0.5)))
  const length = 1 - lengthShare + (lengthShare * folded.length) / Math.max(1, corpus.averageLength)
  return terms.reduce((score, term) => {
    const count = occurrences(folded, term)
    return score + (rarity * count * (saturation + 1)) / (count + saturation * length)
  }, 0)
}

/** A piece of a text, and where in it terms stand. */
export interface Excerpt {
  readonly line: number
  readonly text: string
  /** Of the found pieces in `text`: start and end, in order, none overlapping another. */
  readonly places: ReadonlyArray<readonly [number, number]>
}

const shownCharacters = 160

const placesIn = (line: string, { terms }: SearchQuery): ReadonlyArray<readonly [number, number]> => {
  // Where folding changes the length of a text, its places are not those of the text itself.
  const lowered = line.toLowerCase()
  const folded = lowered.length === line.length ? lowered : line
  const found: Array<readonly [number, number]> = []
  for (const term of terms) {
    for (let at = folded.indexOf(term); at !== -1; at = folded.indexOf(term, at + term.length)) {
      found.push([at, at + term.length])
    }
  }
  return found
    .sort(([one], [other]) => one - other)
    .filter(([start], index, all) => all.slice(0, index).every(([, end]) => end <= start))
}

/** The line of a text that has the most terms, cut around the first of them. */
export const excerptOf = (query: SearchQuery, given: string): Excerpt => {
  const lines = given.normalize("NFC").split("\n")
  let best = { line: 0, count: -1 }
  for (const [index, line] of lines.entries()) {
    const folded = fold(line)
    const count = query.terms.filter((term) => folded.includes(term)).length
    best = count > best.count ? { line: index, count } : best
  }
  const line = (lines[best.line] ?? "").trim()
  const [first = [0, 0]] = placesIn(line, query)
  const start = line.length <= shownCharacters ? 0 : Math.max(0, Math.min(first[0] - 40, line.length - shownCharacters))
  const piece = line.slice(start, start + shownCharacters).replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, "")
  const text = `${start > 0 ? "…" : ""}${piece}${start + shownCharacters < line.length ? "…" : ""}`
  return { line: best.line + 1, text, places: placesIn(text, query) }
}

/** The best first; of equals the newer, then by id or directory. */
export const byScore = (one: SearchDocument, other: SearchDocument): number =>
  other.score - one.score ||
  (other.updatedAt ?? 0) - (one.updatedAt ?? 0) ||
  (one.cwd + (one.threadId ?? "") < other.cwd + (other.threadId ?? "") ? -1 : 1)
