import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ThreadId } from "../../domain/thread/ThreadId.js"
import {
  answers,
  byScore,
  indexedTerms,
  scoreOf,
  type SearchDocument,
  type SearchQuery
} from "../../domain/memory/Search.js"
import type { Tools } from "./sqlite/Operation.js"
import { decodeCount, rowsOf } from "./sqlite/Rows.js"

const Row = Schema.Struct({
  threadId: ThreadId,
  cwd: Schema.String,
  updatedAt: Schema.Int,
  summary: Schema.String,
  trace: Schema.String,
  score: Schema.Number
})

const decodeRows = rowsOf(Row)

const documentOf = ({ cwd, score, summary, threadId, trace, updatedAt }: typeof Row.Type): SearchDocument => ({
  _tag: "Trace",
  cwd,
  threadId,
  title: (trace.split("\n", 1)[0] ?? "").replace(/^#+\s*/, ""),
  updatedAt,
  summary,
  text: trace,
  score
})

/**
 * The memories that have every term. Terms that the index can find are left to it, and ranked by it (BM25); shorter ones,
 * as most words of Chinese are, are looked for in what it found, or, where all are short, in every memory.
 */
export const search = Effect.fnUntraced(function* (
  { normalise, sql }: Tools,
  query: SearchQuery,
  given: string | undefined,
  limit: number
) {
  const cwd = given === undefined ? undefined : yield* normalise(given)
  const here = cwd === undefined ? sql`1` : sql`t.cwd = ${cwd}`
  const [{ count: documents }] = yield* decodeCount(
    yield* sql`SELECT count(*) AS count FROM thread_memory m JOIN threads t ON t.id = m.thread_id
      WHERE t.cwd IS NOT NULL AND ${here}`
  )
  const indexed = indexedTerms(query)
  const match = indexed.map((term) => `"${term.replaceAll('"', '""')}"`).join(" AND ")
  const columns = sql.literal("m.thread_id, t.cwd, m.updated_at, m.memory_summary AS summary, m.trace_summary AS trace")
  if (indexed.length === query.terms.length) {
    const [{ count: total }] = yield* decodeCount(
      yield* sql`SELECT count(*) AS count FROM memory_search f JOIN searched_memories s ON s.id = f.rowid
        JOIN threads t ON t.id = s.thread_id WHERE memory_search MATCH ${match} AND t.cwd IS NOT NULL AND ${here}`
    )
    const rows = yield* decodeRows(
      yield* sql`SELECT ${columns}, -found.rank AS score FROM (
          SELECT s.thread_id AS id, bm25(memory_search, 2.0, 1.0) AS rank FROM memory_search f
          JOIN searched_memories s ON s.id = f.rowid JOIN threads t ON t.id = s.thread_id
          WHERE memory_search MATCH ${match} AND t.cwd IS NOT NULL AND ${here} ORDER BY rank LIMIT ${limit}
        ) found JOIN thread_memory m ON m.thread_id = found.id JOIN threads t ON t.id = m.thread_id`
    )
    return { total, documents, hits: rows.map(documentOf).sort(byScore) }
  }
  const within =
    indexed.length === 0
      ? sql`1`
      : sql`m.thread_id IN (SELECT s.thread_id FROM memory_search f JOIN searched_memories s ON s.id = f.rowid
          WHERE memory_search MATCH ${match})`
  const shortest = query.terms.find((term) => !indexed.includes(term)) ?? ""
  // LIKE knows the case of ASCII alone; a short term with other letters is left to the look at the text itself.
  const like = /^[\x20-\x7e]*$/.test(shortest)
    ? sql`(m.trace_summary LIKE ${`%${shortest.replace(/[\\%_]/g, "\\$&")}%`} ESCAPE '\\'
        OR m.memory_summary LIKE ${`%${shortest.replace(/[\\%_]/g, "\\$&")}%`} ESCAPE '\\')`
    : sql`1`
  const rows = yield* decodeRows(
    yield* sql`SELECT ${columns}, 0 AS score FROM thread_memory m JOIN threads t ON t.id = m.thread_id
      WHERE t.cwd IS NOT NULL AND ${here} AND ${within} AND ${like}`
  )
  const found = rows.filter(({ summary, trace }) => answers(query, `${summary}\n${trace}`))
  const averageLength = found.reduce((sum, { trace }) => sum + trace.length, 0) / Math.max(1, found.length)
  const corpus = { documents, matching: found.length, averageLength }
  const hits = found.map((row) => documentOf({ ...row, score: scoreOf(query, `${row.summary}\n${row.trace}`, corpus) }))
  return { total: found.length, documents, hits: hits.sort(byScore).slice(0, limit) }
})
