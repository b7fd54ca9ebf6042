import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { FactId, FactKind, factsVersion, SessionFact } from "../../domain/facts/Fact.js"
import { memoryVersion } from "../../domain/memory/TraceMemory.js"
import { ThreadId } from "../../domain/thread/ThreadId.js"
import { bucketOf, Directory } from "../../domain/thread/WorkingDirectory.js"
import type { Claim } from "../../services/state/Claims.js"
import {
  type ExtractedFacts,
  factEvents,
  type FactMark,
  factMarks,
  Facts,
  type ForgottenFacts,
  type MarkedFact,
  type StoredFact
} from "../../services/state/Facts.js"
import { asOwner, unclaimedRow } from "./Claims.js"
import { factColumns, FactRow, writeFacts } from "./sqlite/FactRows.js"
import { makeFactSearch } from "./sqlite/FactSearch.js"
import { addForgotten } from "./sqlite/ForgottenFile.js"
import { Queries } from "./sqlite/Queries.js"
import { findAll, findOne } from "./sqlite/Rows.js"

const MarkRow = Schema.Struct({
  id: FactId,
  cwd: Directory,
  mark: Schema.Literal(...factMarks),
  text: Schema.NullOr(Schema.String),
  at: Schema.Int
})

const HistoryRow = Schema.Struct({
  id: FactId,
  cwd: Directory,
  event: Schema.Literal(...factEvents),
  at: Schema.Int,
  threadId: Schema.NullOr(ThreadId),
  kind: Schema.NullOr(FactKind),
  text: Schema.NullOr(Schema.String),
  by: Schema.NullOr(FactId)
})

/** A fact as the history stored it. `asOf` reads these rows. */
const PastRow = Schema.Struct({ threadId: ThreadId, fact: Schema.parseJson(SessionFact) })

/** Converts a row to a mark. A correction without a text is read as a pin. */
const markOf = ({ at, cwd, id, mark, text }: typeof MarkRow.Type): MarkedFact => ({
  id,
  cwd,
  at,
  mark:
    mark === "Corrected" && text !== null
      ? { _tag: "Corrected", text }
      : { _tag: mark === "Corrected" ? "Pinned" : mark }
})

/** The history event for the removal of each mark. */
const undoing = { Pinned: "unpinned", Corrected: "uncorrected", Removed: "restored" }

const make = Effect.map(Queries, (queries) => {
  const { path, self, sql, statement, transaction } = queries

  const inDirectory = (cwd: string | undefined) => (cwd === undefined ? sql`1` : sql`f.cwd = ${cwd}`)

  const ofDirectory = findAll({
    Request: Directory,
    Result: FactRow,
    execute: (cwd) => sql`SELECT ${sql.literal(factColumns)} FROM facts f JOIN thread_memory m USING (thread_id, cwd)
      JOIN threads t ON t.id = f.thread_id
      WHERE f.cwd = ${cwd} AND t.cwd IS NOT NULL ORDER BY m.updated_at DESC, f.thread_id DESC, f.number`
  })

  const withId = findAll({
    Request: Schema.Struct({ id: FactId, cwd: Schema.UndefinedOr(Directory) }),
    Result: FactRow,
    execute: ({
      cwd,
      id
    }) => sql`SELECT ${sql.literal(factColumns)} FROM facts f JOIN thread_memory m USING (thread_id, cwd)
      JOIN threads t ON t.id = f.thread_id
      WHERE f.id = ${id} AND ${inDirectory(cwd)} AND t.cwd IS NOT NULL ORDER BY m.updated_at DESC, f.thread_id DESC`
  })

  const past = findAll({
    Request: Schema.Struct({ cwd: Directory, time: Schema.Number }),
    Result: PastRow,
    execute: ({ cwd, time }) => sql`SELECT thread_id, fact FROM (
        SELECT number, thread_id, fact, event,
          row_number() OVER (PARTITION BY id, thread_id ORDER BY number DESC) AS place,
          coalesce(max(fact ->> 'at') OVER (PARTITION BY thread_id), (SELECT m.updated_at FROM thread_memory m
            WHERE m.thread_id = fact_history.thread_id AND m.cwd = fact_history.cwd), at) AS said_at
        FROM fact_history WHERE cwd = ${cwd} AND at <= ${time} AND event IN ('added', 'withdrawn')
          AND NOT EXISTS (SELECT 1 FROM threads t WHERE t.id = fact_history.thread_id AND t.cwd IS NULL)
      ) WHERE place = 1 AND event = 'added' AND fact IS NOT NULL ORDER BY said_at DESC, thread_id DESC, number`
  })

  const asOf = Effect.fnUntraced(function* (cwd: Directory, time: number) {
    return (yield* past({ cwd, time })).map(({ fact, threadId }): StoredFact => ({ ...fact, threadId, cwd }))
  })

  const search = makeFactSearch(sql)

  const marks = findAll({
    Request: Schema.typeSchema(Directory),
    Result: MarkRow,
    execute: (cwd) => sql`SELECT id, cwd, mark, text, at FROM fact_marks WHERE cwd = ${cwd}
      UNION ALL SELECT id, ${cwd}, 'Forgotten', NULL, forgotten_at FROM forgotten_facts WHERE bucket = ${bucketOf(cwd)}
      ORDER BY at, id`
  })

  const marksWithId = findAll({
    Request: Schema.Struct({ id: FactId, cwd: Schema.UndefinedOr(Directory) }),
    Result: MarkRow,
    execute: ({ cwd, id }) => sql`SELECT id, cwd, mark, text, at FROM fact_marks
      WHERE id = ${id} AND ${cwd === undefined ? sql`1` : sql`cwd = ${cwd}`} ORDER BY cwd, at, mark`
  })

  const forgotten = findAll({
    Request: Schema.Void,
    Result: Schema.Struct({ id: FactId, cwd: Directory }),
    execute: () => sql`SELECT id, cwd FROM fact_marks WHERE mark = 'Forgotten'`
  })

  /** Writes the ids to the file beside the database, before any deletion: they stay forgotten if the database is lost. */
  const keepRecord = Effect.fnUntraced(function* (cwd: Directory, ids: ReadonlyArray<FactId>) {
    if (path !== undefined && ids.length > 0) {
      const all = [...(yield* forgotten()), ...ids.map((id) => ({ id, cwd }))]
      const facts = all.map((fact) => ({ bucket: bucketOf(fact.cwd), id: fact.id }))
      yield* addForgotten(path, { threadIds: [], facts }, self.pid)
    }
  })

  const mark = Effect.fnUntraced(function* (id: FactId, cwd: Directory, given: FactMark, text: string) {
    const now = yield* Clock.currentTimeMillis
    const row = { id, cwd, mark: given._tag, text: given._tag === "Corrected" ? given.text : null, at: now }
    yield* sql`INSERT INTO fact_marks ${sql.insert(row)}
      ON CONFLICT (cwd, id, mark) DO UPDATE SET ${sql.update(row, ["id", "cwd", "mark"])}`
    if (given._tag === "Forgotten") {
      yield* sql`DELETE FROM facts WHERE id = ${id} AND cwd = ${cwd}`
      yield* sql`DELETE FROM fact_marks WHERE id = ${id} AND cwd = ${cwd} AND mark <> 'Forgotten'`
      yield* sql`DELETE FROM fact_history WHERE cwd = ${cwd} AND (id = ${id} OR by_id = ${id})`
    }
    const entry = { id, cwd, event: given._tag.toLowerCase(), at: now, text: given._tag === "Forgotten" ? null : text }
    yield* sql`INSERT INTO fact_history ${sql.insert(entry)}`
  })

  const unmark = Effect.fnUntraced(function* (
    id: FactId,
    cwd: Directory,
    given: Exclude<FactMark["_tag"], "Forgotten">
  ) {
    const now = yield* Clock.currentTimeMillis
    const gone = yield* sql`DELETE FROM fact_marks WHERE id = ${id} AND cwd = ${cwd} AND mark = ${given} RETURNING id`
    if (gone.length > 0) {
      const entry = { id, cwd, event: undoing[given], at: now }
      yield* sql`INSERT INTO fact_history ${sql.insert(entry)}`
    }
    return gone.length > 0
  })

  const markOne = Effect.fnUntraced(function* (id: FactId, cwd: Directory, given: FactMark, text: string) {
    yield* keepRecord(cwd, given._tag === "Forgotten" ? [id] : [])
    yield* mark(id, cwd, given, text)
  })

  const forget = Effect.fnUntraced(function* (cwd: Directory, { corrections, ids, memories, threads }: ForgottenFacts) {
    yield* keepRecord(cwd, ids)
    yield* Effect.forEach(ids, (id) => mark(id, cwd, { _tag: "Forgotten" }, ""), { discard: true })
    yield* Effect.forEach(
      corrections,
      ({ id, text }) =>
        Effect.zipRight(
          sql`DELETE FROM fact_marks WHERE id = ${id} AND cwd = ${cwd} AND mark = 'Corrected' AND text = ${text}`,
          sql`DELETE FROM fact_history WHERE id = ${id} AND cwd = ${cwd} AND event = 'corrected' AND text = ${text}`
        ),
      { discard: true }
    )
    const left = yield* ofDirectory(cwd)
    for (const { memorySummary, slug, threadId, traceSummary } of memories) {
      const facts = left.filter((fact) => fact.threadId === threadId)
      const version = memoryVersion({ traceMemory: traceSummary, summary: memorySummary }, facts)
      yield* sql`UPDATE thread_memory SET ${sql.update({ traceSummary, memorySummary, slug, version })}
        WHERE thread_id = ${threadId} AND cwd = ${cwd}`
    }
    yield* Effect.forEach(
      threads,
      ({ firstUserMessage, threadId, title }) =>
        sql`UPDATE threads SET ${sql.update({ title, firstUserMessage })} WHERE id = ${threadId}`,
      { discard: true }
    )
  })

  const recordSuperseded = Effect.fnUntraced(function* (
    cwd: Directory,
    superseded: ReadonlyArray<{ readonly id: FactId; readonly by: FactId; readonly threadId: string }>
  ) {
    const now = yield* Clock.currentTimeMillis
    yield* Effect.forEach(
      superseded,
      ({ by, id, threadId }) => sql`INSERT INTO fact_history (id, cwd, thread_id, event, at, kind, by_id)
        SELECT ${id}, ${cwd}, ${threadId}, 'superseded', ${now}, f.kind, ${by} FROM facts f
        WHERE f.id = ${id} AND f.cwd = ${cwd} AND ${by} IS NOT (SELECT by_id FROM fact_history
          WHERE id = ${id} AND cwd = ${cwd} AND event = 'superseded' ORDER BY number DESC LIMIT 1) LIMIT 1`,
      { discard: true }
    )
  })

  const history = findAll({
    Request: Schema.Struct({
      cwd: Schema.UndefinedOr(Directory),
      id: Schema.UndefinedOr(FactId),
      limit: Schema.Number
    }),
    Result: HistoryRow,
    execute: ({
      cwd,
      id,
      limit
    }) => sql`SELECT id, cwd, event, at, thread_id, kind, text, by_id AS "by" FROM fact_history
      WHERE ${cwd === undefined ? sql`1` : sql`cwd = ${cwd}`} AND ${id === undefined ? sql`1` : sql`id = ${id}`}
      ORDER BY number DESC LIMIT ${limit}`
  })

  const decisions = findAll({
    Request: Schema.typeSchema(Directory),
    Result: HistoryRow,
    execute: (cwd) => sql`SELECT id, cwd, event, at, thread_id, kind, text, by_id AS "by" FROM fact_history
      WHERE cwd = ${cwd} AND event NOT IN ('added', 'withdrawn', 'superseded', 'forgotten') ORDER BY number`
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
    marksWithId: (id, cwd) =>
      statement("Facts.marksWithId")(Effect.map(marksWithId({ id, cwd }), (rows) => rows.map(markOf))),
    forget: (cwd, forgotten) => transaction("Facts.forget")(forget(cwd, forgotten)),
    recordSuperseded: (cwd, superseded) =>
      superseded.length === 0 ? Effect.void : transaction("Facts.recordSuperseded")(recordSuperseded(cwd, superseded)),
    mark: (id, cwd, given, text) => transaction("Facts.mark")(markOne(id, cwd, given, text)),
    unmark: (id, cwd, given) => transaction("Facts.unmark")(unmark(id, cwd, given)),
    decisions: (cwd) => statement("Facts.decisions")(decisions(cwd)),
    history: ({ cwd, id }, limit) => statement("Facts.history")(history({ cwd, id, limit })),
    stale: statement("Facts.stale")(staleRows(factsVersion)),
    replace
  })
})

/** Stores facts in the tables `facts`, `fact_marks` and `fact_history`. */
export const layer: Layer.Layer<Facts, never, Queries> = Layer.effect(Facts, make)
