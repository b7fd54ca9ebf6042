import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Basis, FactContent, FactId, FactKind, factsVersion, SessionFact } from "../../domain/facts/Fact.js"
import { memoryVersion } from "../../domain/memory/TraceMemory.js"
import { ThreadId } from "../../domain/thread/ThreadId.js"
import { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { Claim } from "../../services/state/Claims.js"
import {
  type ExtractedFacts,
  type FactHit,
  type FactMark,
  Facts,
  type HistoryEntry,
  type MarkedFact,
  type StoredFact
} from "../../services/state/Facts.js"
import { asOwner, unclaimedRow } from "./Claims.js"
import { writeFacts } from "./sqlite/FactRows.js"
import { Queries } from "./sqlite/Queries.js"
import { findAll, findOne } from "./sqlite/Rows.js"

const FactRow = Schema.Struct({
  id: FactId,
  threadId: ThreadId,
  cwd: Directory,
  basis: Basis,
  line: Schema.Int,
  lastLine: Schema.Int,
  at: Schema.NullOr(Schema.Int),
  text: Schema.String,
  content: Schema.parseJson(FactContent)
})

const HitRow = Schema.Struct({ ...FactRow.fields, score: Schema.Number })

const MarkRow = Schema.Struct({
  id: FactId,
  cwd: Directory,
  mark: Schema.Literal("Pinned", "Forgotten", "Corrected"),
  text: Schema.NullOr(Schema.String),
  at: Schema.Int
})

const HistoryRow = Schema.Struct({
  id: FactId,
  cwd: Directory,
  event: Schema.Literal("added", "withdrawn", "forgotten", "pinned", "unpinned", "corrected", "uncorrected"),
  at: Schema.Int,
  threadId: Schema.NullOr(ThreadId),
  kind: Schema.NullOr(FactKind),
  text: Schema.NullOr(Schema.String)
})

/** A fact in the history: what `asOf` renders from. */
const PastRow = Schema.Struct({ threadId: ThreadId, cwd: Directory, fact: Schema.parseJson(SessionFact) })

const columns = "f.id, f.thread_id, f.cwd, f.basis, f.line, f.last_line, f.at, f.text, f.content"

/** Makes a mark of its row; a correction without a text is read as a pin. */
const markOf = ({ at, cwd, id, mark, text }: typeof MarkRow.Type): MarkedFact => ({
  id,
  cwd,
  at,
  mark:
    mark === "Corrected" && text !== null
      ? { _tag: "Corrected", text }
      : { _tag: mark === "Forgotten" ? "Forgotten" : "Pinned" }
})

/** A word in a query of the index, which then reads it as nothing else. */
const asTerm = (word: string): string => `"${word.replaceAll('"', '""')}"`

/** The trigrams of a word, for a search of words that are spelt nearly so. */
const trigramsOf = (word: string): ReadonlyArray<string> => {
  const letters = Array.from(word.toLowerCase())
  return letters.length < 3 ? [] : letters.slice(2).map((_, at) => letters.slice(at, at + 3).join(""))
}

/** The number of letters of the shortest word that is looked for by its trigrams. */
const fewestLetters = 5

/** The share of a misspelt word's trigrams that a fact must have. */
const sharedTrigrams = 0.5

/** True if the text has enough of the word's trigrams. */
const isSpeltNearly = (word: string, text: string): boolean => {
  const folded = text.toLowerCase()
  const trigrams = trigramsOf(word)
  return trigrams.filter((trigram) => folded.includes(trigram)).length >= trigrams.length * sharedTrigrams
}

const make = Effect.map(Queries, (queries) => {
  const { sql, statement, transaction } = queries

  const inDirectory = (cwd: string | undefined) => (cwd === undefined ? sql`1` : sql`f.cwd = ${cwd}`)

  const ofDirectory = findAll({
    Request: Directory,
    Result: FactRow,
    execute: (cwd) => sql`SELECT ${sql.literal(columns)} FROM facts f JOIN thread_memory m USING (thread_id, cwd)
      JOIN threads t ON t.id = f.thread_id
      WHERE f.cwd = ${cwd} AND t.cwd IS NOT NULL ORDER BY m.updated_at DESC, f.thread_id DESC, f.number`
  })

  const withId = findAll({
    Request: Schema.Struct({ id: FactId, cwd: Schema.UndefinedOr(Directory) }),
    Result: FactRow,
    execute: ({
      cwd,
      id
    }) => sql`SELECT ${sql.literal(columns)} FROM facts f JOIN thread_memory m USING (thread_id, cwd)
      JOIN threads t ON t.id = f.thread_id
      WHERE f.id = ${id} AND ${inDirectory(cwd)} AND t.cwd IS NOT NULL ORDER BY m.updated_at DESC, f.thread_id DESC`
  })

  const past = findAll({
    Request: Schema.Struct({ cwd: Directory, time: Schema.Number }),
    Result: PastRow,
    execute: ({ cwd, time }) => sql`SELECT thread_id, cwd, fact FROM (
        SELECT number, thread_id, cwd, fact, event,
          row_number() OVER (PARTITION BY id, thread_id ORDER BY number DESC) AS place,
          max(at) OVER (PARTITION BY thread_id) AS learned_at
        FROM fact_history WHERE cwd = ${cwd} AND at <= ${time} AND event IN ('added', 'withdrawn')
      ) WHERE place = 1 AND event = 'added' AND fact IS NOT NULL ORDER BY learned_at DESC, thread_id DESC, number`
  })

  const asOf = Effect.fnUntraced(function* (cwd: Directory, time: number) {
    return (yield* past({ cwd, time })).map(({ fact, threadId }): StoredFact => ({ ...fact, threadId, cwd }))
  })

  const Match = Schema.Struct({ match: Schema.String, cwd: Schema.UndefinedOr(Directory), limit: Schema.Number })

  const matchesIn = (table: "fact_words" | "fact_trigrams") =>
    findAll({
      Request: Match,
      Result: HitRow,
      execute: ({ cwd, limit, match }) => sql`SELECT ${sql.literal(columns)}, -bm25(${sql.literal(table)}) AS score
        FROM ${sql.literal(table)} JOIN facts f ON f.number = ${sql.literal(table)}.rowid
        JOIN threads t ON t.id = f.thread_id
        WHERE ${sql.literal(table)} MATCH ${match} AND t.cwd IS NOT NULL AND ${inDirectory(cwd)}
        ORDER BY score DESC, f.number LIMIT ${limit}`
    })

  const byWords = matchesIn("fact_words")
  const byTrigrams = matchesIn("fact_trigrams")

  const search = Effect.fnUntraced(function* (words: ReadonlyArray<string>, cwd: Directory | undefined, limit: number) {
    const found = new Map<string, FactHit>()
    const add = (hits: ReadonlyArray<FactHit>): void =>
      hits.forEach((hit) => {
        const key = `${hit.id} ${hit.cwd}`
        if (!found.has(key) && found.size < limit) {
          found.set(key, hit)
        }
      })
    const terms = words.map(asTerm)
    if (terms.length > 0) {
      add(yield* byWords({ match: terms.join(" AND "), cwd, limit }))
    }
    if (found.size < limit && terms.length > 1) {
      add(yield* byWords({ match: terms.join(" OR "), cwd, limit }))
    }
    for (const word of words.filter(({ length }) => length >= fewestLetters)) {
      if (found.size < limit) {
        const hits = yield* byTrigrams({ match: trigramsOf(word).map(asTerm).join(" OR "), cwd, limit: limit * 4 })
        add(hits.filter(({ text }) => isSpeltNearly(word, text)))
      }
    }
    return [...found.values()]
  })

  const marks = findAll({
    Request: Directory,
    Result: MarkRow,
    execute: (cwd) => sql`SELECT id, cwd, mark, text, at FROM fact_marks WHERE cwd = ${cwd} ORDER BY at, id`
  })

  const eventOf = { Pinned: "pinned", Forgotten: "forgotten", Corrected: "corrected" } as const

  const mark = Effect.fnUntraced(function* (id: FactId, cwd: Directory, given: FactMark, text: string) {
    const now = yield* Clock.currentTimeMillis
    const row = { id, cwd, mark: given._tag, text: given._tag === "Corrected" ? given.text : null, at: now }
    yield* sql`INSERT INTO fact_marks ${sql.insert(row)}
      ON CONFLICT (cwd, id, mark) DO UPDATE SET ${sql.update(row, ["id", "cwd", "mark"])}`
    if (given._tag === "Forgotten") {
      yield* sql`DELETE FROM facts WHERE id = ${id} AND cwd = ${cwd}`
      yield* sql`DELETE FROM fact_marks WHERE id = ${id} AND cwd = ${cwd} AND mark <> 'Forgotten'`
      yield* sql`DELETE FROM fact_history WHERE id = ${id} AND cwd = ${cwd}`
    }
    const entry = { id, cwd, event: eventOf[given._tag], at: now, text: given._tag === "Forgotten" ? null : text }
    yield* sql`INSERT INTO fact_history ${sql.insert(entry)}`
  })

  const unmark = Effect.fnUntraced(function* (id: FactId, cwd: Directory, given: "Pinned" | "Corrected") {
    const now = yield* Clock.currentTimeMillis
    const gone = yield* sql`DELETE FROM fact_marks WHERE id = ${id} AND cwd = ${cwd} AND mark = ${given} RETURNING id`
    if (gone.length > 0) {
      const entry = { id, cwd, event: given === "Pinned" ? "unpinned" : "uncorrected", at: now }
      yield* sql`INSERT INTO fact_history ${sql.insert(entry)}`
    }
    return gone.length > 0
  })

  const history = findAll({
    Request: Schema.Struct({
      cwd: Schema.UndefinedOr(Directory),
      id: Schema.UndefinedOr(FactId),
      limit: Schema.Number
    }),
    Result: HistoryRow,
    execute: ({ cwd, id, limit }) => sql`SELECT id, cwd, event, at, thread_id, kind, text FROM fact_history
      WHERE ${cwd === undefined ? sql`1` : sql`cwd = ${cwd}`} AND ${id === undefined ? sql`1` : sql`id = ${id}`}
      ORDER BY number DESC LIMIT ${limit}`
  })

  const staleRows = findAll({
    Request: Schema.Int,
    Result: Schema.Struct({ threadId: ThreadId, cwds: Schema.parseJson(Schema.Array(Directory)) }),
    execute: (version) => sql`SELECT m.thread_id, json_group_array(m.cwd) AS cwds
      FROM thread_memory m JOIN threads t ON t.id = m.thread_id
      WHERE m.facts_version < ${version} AND t.missing_since IS NULL AND t.cwd IS NOT NULL AND m.cwd <> ''
      GROUP BY m.thread_id ORDER BY max(m.updated_at) DESC, m.thread_id DESC`
  })

  const memoryOf = findOne({
    Request: Schema.Struct({ threadId: ThreadId, cwd: Directory }),
    Result: Schema.Struct({ traceMemory: Schema.String, summary: Schema.String }),
    execute: ({ cwd, threadId }) => sql`SELECT trace_summary AS trace_memory, memory_summary AS summary
      FROM thread_memory WHERE thread_id = ${threadId} AND cwd = ${cwd}`
  })

  const replacePart = Effect.fnUntraced(function* ({ threadId }: Claim, part: ExtractedFacts, now: number) {
    const memory = yield* memoryOf({ threadId, cwd: part.cwd })
    if (Option.isSome(memory)) {
      const version = memoryVersion(memory.value, part.facts)
      yield* writeFacts(sql, threadId, part, now)
      yield* sql`UPDATE thread_memory SET version = ${version} WHERE thread_id = ${threadId} AND cwd = ${part.cwd}`
    }
  })

  const replace = (claim: Claim, parts: ReadonlyArray<ExtractedFacts>) =>
    asOwner(
      queries,
      "Facts.replace",
      claim,
      unclaimedRow,
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        yield* Effect.forEach(parts, (part) => replacePart(claim, part, now), { discard: true })
        yield* sql`UPDATE thread_memory SET facts_version = ${factsVersion} WHERE thread_id = ${claim.threadId}`
      })
    )

  return Facts.of({
    of: (cwd) => statement("Facts.of")(ofDirectory(cwd)),
    withId: (id, cwd) => statement("Facts.withId")(withId({ id, cwd })),
    asOf: (cwd, time) => statement("Facts.asOf")(asOf(cwd, time)),
    search: (words, cwd, limit) => statement("Facts.search")(search(words, cwd, limit)),
    marks: (cwd) => statement("Facts.marks")(Effect.map(marks(cwd), (rows) => rows.map(markOf))),
    mark: (id, cwd, given, text) => transaction("Facts.mark")(mark(id, cwd, given, text)),
    unmark: (id, cwd, given) => transaction("Facts.unmark")(unmark(id, cwd, given)),
    history: ({ cwd, id }, limit) =>
      statement("Facts.history")(Effect.map(history({ cwd, id, limit }), (rows): ReadonlyArray<HistoryEntry> => rows)),
    stale: statement("Facts.stale")(staleRows(factsVersion)),
    replace
  })
})

/** Facts in the tables `facts`, `fact_marks` and `fact_history`. */
export const layer: Layer.Layer<Facts, never, Queries> = Layer.effect(Facts, make)
