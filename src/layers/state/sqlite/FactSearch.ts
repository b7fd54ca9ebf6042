import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { factTermsOf, type FactTerm, letterPairs, nearSpellings } from "../../../domain/facts/FactQuery.js"
import { fold } from "../../../domain/memory/Search.js"
import { Directory } from "../../../domain/thread/WorkingDirectory.js"
import { factColumns, FactRow } from "./FactRows.js"
import { anywhere, findAll } from "./Rows.js"

/** A term of a query with the words that count as matches for it: the word itself, near spellings, synonyms. */
interface Alternatives {
  readonly words: ReadonlyArray<string>
  readonly isInside: boolean
}

/** Maximum number of facts in which near spellings of a word are looked for when no fact contains the word itself. */
const mostCompared = 400

/** Maximum number of facts that are ranked by the letters they share with a query in a script without spaces. */
const mostWeighed = 400

/** Quotes a word for a query of the full-text index, so that it is not read as an operator. */
const asTerm = (word: string): string => `"${word.replaceAll('"', '""')}"`

const either = (words: ReadonlyArray<string>): string => `(${words.map(asTerm).join(" OR ")})`

const trigramsOf = (word: string): ReadonlyArray<string> => {
  const letters = Array.from(word)
  return letters.length < 3 ? [] : letters.slice(2).map((_, at) => letters.slice(at, at + 3).join(""))
}

/** Makes the search of facts over the full-text indexes of words and of trigrams. */
export const makeFactSearch = (sql: SqlClient.SqlClient) => {
  const told = (
    cwd: string | undefined
  ) => sql`t.cwd IS NOT NULL AND ${cwd === undefined ? sql`1` : sql`f.cwd = ${cwd}`}
    AND NOT EXISTS (SELECT 1 FROM fact_marks k WHERE k.cwd = f.cwd AND k.id = f.id AND k.mark = 'Removed')`

  const Asked = Schema.Struct({
    match: Schema.String,
    inside: Schema.Array(Schema.String),
    cwd: Schema.UndefinedOr(Directory),
    limit: Schema.Number
  })

  const has = (words: ReadonlyArray<string>) => words.map((word) => sql`f.text LIKE ${anywhere(word)} ESCAPE '\\'`)

  /**
   * Finds facts by a query of the index of words. Words of scripts without spaces, in `inside`, must occur in the text
   * as well.
   */
  const matches = findAll({
    Request: Asked,
    Result: FactRow,
    execute: ({ cwd, inside, limit, match }) =>
      match === ""
        ? sql`SELECT ${sql.literal(factColumns)} FROM facts f JOIN threads t ON t.id = f.thread_id
            WHERE ${sql.and([told(cwd), ...has(inside)])} ORDER BY f.at DESC, f.number DESC LIMIT ${limit}`
        : sql`SELECT ${sql.literal(factColumns)} FROM fact_words JOIN facts f ON f.number = fact_words.rowid
            JOIN threads t ON t.id = f.thread_id
            WHERE fact_words MATCH ${match} AND ${sql.and([told(cwd), ...has(inside)])}
            ORDER BY bm25(fact_words), f.at DESC, f.number DESC LIMIT ${limit}`
  })

  /** Finds the newest facts that contain any of the given letters. */
  const withLetters = findAll({
    Request: Schema.Struct({ letters: Schema.Array(Schema.String), cwd: Schema.UndefinedOr(Directory) }),
    Result: FactRow,
    execute: ({ cwd, letters }) => sql`SELECT ${sql.literal(factColumns)} FROM facts f
      JOIN threads t ON t.id = f.thread_id WHERE ${told(cwd)} AND ${sql.or(has(letters))}
      ORDER BY f.at DESC, f.number DESC LIMIT ${mostWeighed}`
  })

  const similar = findAll({
    Request: Asked,
    Result: Schema.Struct({ text: Schema.String }),
    execute: ({ cwd, limit, match }) => sql`SELECT f.text FROM fact_trigrams
      JOIN facts f ON f.number = fact_trigrams.rowid JOIN threads t ON t.id = f.thread_id
      WHERE fact_trigrams MATCH ${match} AND ${told(cwd)} ORDER BY bm25(fact_trigrams) LIMIT ${limit}`
  })

  const corrected = findAll({
    Request: Schema.UndefinedOr(Directory),
    Result: Schema.Struct({ ...FactRow.fields, correction: Schema.String }),
    execute: (cwd) => sql`SELECT ${sql.literal(factColumns)}, c.text AS correction FROM fact_marks c
      JOIN facts f ON f.id = c.id AND f.cwd = c.cwd JOIN threads t ON t.id = f.thread_id
      WHERE c.mark = 'Corrected' AND c.text IS NOT NULL AND ${told(cwd)} ORDER BY f.at DESC, f.number DESC`
  })

  /**
   * Returns the words to search for a term: the word itself, and if no fact contains it, also near spellings that facts
   * contain.
   */
  const spellings = Effect.fnUntraced(function* ({ isInside, word }: FactTerm, cwd: Directory | undefined) {
    const asked = { match: asTerm(word), inside: [], cwd, limit: 1 }
    const trigrams = trigramsOf(word)
    if (isInside || trigrams.length === 0 || (yield* matches(asked)).length > 0) {
      return [word]
    }
    const match = trigrams.map(asTerm).join(" OR ")
    const texts = yield* similar({ ...asked, match, limit: mostCompared })
    return [
      word,
      ...nearSpellings(
        word,
        texts.map(({ text }) => text)
      )
    ]
  })

  /** Finds the facts that match every term, each by at least one of its words. */
  const withEvery = (terms: ReadonlyArray<Alternatives>, cwd: Directory | undefined, limit: number) =>
    matches({
      match: terms.flatMap(({ isInside, words }) => (isInside ? [] : [either(words)])).join(" AND "),
      inside: terms.flatMap(({ isInside, words }) => (isInside ? words : [])),
      cwd,
      limit
    })

  /**
   * Finds the facts that match any term by any of its words. For a script without spaces, half of the pairs of letters
   * in the query must match.
   */
  const withAny = Effect.fnUntraced(function* (
    terms: ReadonlyArray<Alternatives>,
    cwd: Directory | undefined,
    limit: number
  ) {
    const words = terms.flatMap(({ isInside, words }) => (isInside ? [] : words))
    const pairs = terms.flatMap(({ isInside, words }) => (isInside ? words.flatMap(letterPairs) : []))
    const sharedOf = (text: string): number => {
      const folded = fold(text)
      return pairs.filter((pair) => folded.includes(pair)).length
    }
    const weighed = (pairs.length === 0 ? [] : yield* withLetters({ letters: pairs, cwd }))
      .map((fact) => ({ fact, shared: sharedOf(fact.text) }))
      .filter(({ shared }) => shared * 2 >= pairs.length)
      .toSorted((one, other) => other.shared - one.shared)
    return [
      ...(words.length === 0 ? [] : yield* matches({ match: either(words), inside: [], cwd, limit })),
      ...weighed.map(({ fact }) => fact)
    ]
  })

  return Effect.fnUntraced(function* (words: ReadonlyArray<string>, cwd: Directory | undefined, limit: number) {
    const terms = factTermsOf(words)
    const found = new Map<string, typeof FactRow.Type>()
    const add = (facts: ReadonlyArray<typeof FactRow.Type>): void =>
      facts.forEach((fact) => {
        const key = `${fact.id} ${fact.cwd}`
        if (!found.has(key) && found.size < limit) {
          found.set(key, fact)
        }
      })
    if (terms.length === 0) {
      return []
    }
    const spelt = yield* Effect.forEach(terms, (term) =>
      Effect.map(spellings(term, cwd), (own): Alternatives & FactTerm => ({ ...term, words: own }))
    )
    const wide = spelt.map((term): Alternatives => ({ ...term, words: [...term.words, ...term.synonyms] }))
    // A fact stands there once for every session that gave it.
    const rows = limit * 8
    add(
      (yield* corrected(cwd)).filter(({ correction }) =>
        wide.every((term) => term.words.some((word) => fold(correction).includes(word)))
      )
    )
    add(yield* withEvery(spelt, cwd, rows))
    add(yield* withEvery(wide, cwd, rows))
    if (found.size === 0) {
      add(yield* withAny(wide, cwd, rows))
    }
    return [...found.values()]
  })
}
