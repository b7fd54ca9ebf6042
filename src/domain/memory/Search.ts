/*
 * Search rules: the meaning of a query, the score of a text, and the excerpt to show. Pure, and linear in the size of
 * the texts.
 */

/** A query matches texts that contain all of its terms, in any case. A term may be a phrase. */
export interface SearchQuery {
  /** The distinct terms in the form that {@link fold} returns; none is empty. */
  readonly terms: ReadonlyArray<string>
}

/** Folds a text for comparison: ignores case and Unicode composition. */
export const fold = (text: string): string => text.normalize("NFC").toLowerCase()

/** Makes a query from words; ignores those that are only white space. */
export const queryOf = (words: ReadonlyArray<string>): SearchQuery => ({
  terms: [...new Set(words.map((word) => fold(word).replace(/\s+/g, " ").trim()))].filter((term) => term !== "")
})

/** Minimum length of a term that a trigram index can find, in characters, not code units. */
const indexedCharacters = 3

/** The terms that a trigram index can find. */
export const indexedTerms = ({ terms }: SearchQuery): ReadonlyArray<string> =>
  terms.filter((term) => Array.from(term).length >= indexedCharacters)

/** A document to search: the memory of a thread, or a file of a directory's memory. */
export interface SearchDocument {
  readonly _tag: "Trace" | "Memory"
  readonly cwd: string
  /** The thread of a trace; undefined for a file. */
  readonly threadId: string | undefined
  readonly title: string
  /** The time of the last change in Unix milliseconds; undefined for a file. */
  readonly updatedAt: number | undefined
  readonly summary: string
  readonly text: string
  /** Relevance to the query; higher is better. */
  readonly score: number
}

/** Returns the number of occurrences of a term in a text that {@link fold} returned. */
const occurrences = (folded: string, term: string): number => {
  let count = 0
  for (let at = folded.indexOf(term); at !== -1; at = folded.indexOf(term, at + term.length)) {
    count++
  }
  return count
}

/** True if a text contains every term. */
export const answers = ({ terms }: SearchQuery, text: string): boolean => {
  const folded = fold(text)
  return terms.every((term) => folded.includes(term))
}

/**
 * The parameters of BM25 (see {@link scoreOf}), with the values of SQLite's FTS5: how soon further occurrences stop
 * counting, and how much the length of a text counts.
 */
const saturation = 1.2
const lengthShare = 0.75

/** Statistics of the whole collection that BM25 needs. */
export interface Corpus {
  readonly documents: number
  /** Number of documents that contain every term. */
  readonly matching: number
  /** Average length of a document, in characters. */
  readonly averageLength: number
}

/** BM25 score of a text that contains every term. */
export const scoreOf = ({ terms }: SearchQuery, text: string, corpus: Corpus): number => {
  const folded = fold(text)
  const rarity = Math.max(1e-6, Math.log((corpus.documents - corpus.matching + 0.5) / (corpus.matching + 0.5)))
  const length = 1 - lengthShare + (lengthShare * folded.length) / Math.max(1, corpus.averageLength)
  return terms.reduce((score, term) => {
    const count = occurrences(folded, term)
    return score + (rarity * count * (saturation + 1)) / (count + saturation * length)
  }, 0)
}

/** An excerpt of a text with the places of the terms. */
export interface Excerpt {
  readonly line: number
  readonly text: string
  /** Start and end of each match in `text`, in order and without overlap. */
  readonly places: ReadonlyArray<readonly [number, number]>
}

const shownCharacters = 160

const placesIn = (line: string, { terms }: SearchQuery): ReadonlyArray<readonly [number, number]> => {
  // When folding changes the length, positions in the folded line do not fit the original.
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

/** The line with the most terms, cut around the first match. */
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

/** Order of search results: by score, then newest first, then by directory and thread id. */
export const byScore = (one: SearchDocument, other: SearchDocument): number =>
  other.score - one.score ||
  (other.updatedAt ?? 0) - (one.updatedAt ?? 0) ||
  (one.cwd + (one.threadId ?? "") < other.cwd + (other.threadId ?? "") ? -1 : 1)
