import * as SqlSchema from "@effect/sql/SqlSchema"
import type * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import {
  answers,
  byScore,
  indexedTerms,
  scoreOf,
  type SearchDocument,
  type SearchQuery
} from "../../domain/memory/Search.js"
import { FactId, factsVersion } from "../../domain/facts/Fact.js"
import { memoryVersion } from "../../domain/memory/TraceMemory.js"
import { rewrite } from "../../domain/privacy/SafeText.js"
import { learnedFrom } from "../../domain/thread/Extraction.js"
import { CodingAgent } from "../../domain/session/CodingAgent.js"
import { ThreadId } from "../../domain/thread/ThreadId.js"
import { bucketOf, Directory } from "../../domain/thread/WorkingDirectory.js"
import { type Claim, ClaimLost } from "../../services/state/Claims.js"
import {
  FactsForgotten,
  type ImportedMemory,
  type Learned,
  type MemoryEntry,
  type MemorySource,
  type NewMemory,
  type SearchResult,
  ThreadMemories
} from "../../services/state/ThreadMemories.js"
import { asOwner, changeClaimed, noFailureRow, recordTry, unclaimedRow } from "./Claims.js"
import { withdrawFacts, writeFacts } from "./sqlite/FactRows.js"
import { memoriesIn, memoryColumns, memoryOf, MemoryRow } from "./sqlite/MemoryRow.js"
import { Queries } from "./sqlite/Queries.js"
import { anywhere, findAll, findOne, StoredText } from "./sqlite/Rows.js"

const EntryRow = Schema.Struct({
  threadId: ThreadId,
  agent: CodingAgent,
  cwd: Directory,
  title: StoredText,
  updatedAt: Schema.Int,
  outcomes: Schema.String,
  size: Schema.Int
})

const HitRow = Schema.Struct({
  threadId: ThreadId,
  cwd: Directory,
  updatedAt: Schema.Int,
  summary: StoredText,
  trace: StoredText,
  score: Schema.Number
})

type HitRow = typeof HitRow.Type

/** The outcomes of a task that the search for outcomes in a trace recognises. */
const outcomeNames = ["success", "partial", "fail", "uncertain"]

/** SQL for the distinct outcomes that a trace states, separated by spaces. */
const outcomesColumn = outcomeNames
  .map((name) => `CASE WHEN instr(m.trace_summary, 'Outcome: ${name}') > 0 THEN '${name} ' ELSE '' END`)
  .join(" || ")

const documentOf = ({ cwd, score, summary, threadId, trace, updatedAt }: HitRow): SearchDocument => ({
  _tag: "Trace",
  cwd,
  threadId,
  title: (trace.split("\n", 1)[0] ?? "").replace(/^#+\s*/, ""),
  updatedAt,
  summary,
  text: trace,
  score
})

/** Returns the columns to write when an extraction succeeds: its result, no failure and no claim. */
const endOfClaim = (outcome: "memory" | "nothing", learned: Learned) => ({
  ...unclaimedRow,
  ...noFailureRow,
  ...learnedFrom(outcome, learned),
  isPartial: learned.isPartial === true ? 1 : 0
})

const make = Effect.map(Queries, (queries) => {
  const { sql, statement, transaction } = queries

  const forgottenAmong = findAll({
    Request: Schema.Struct({ cwd: Schema.typeSchema(Directory), ids: Schema.Array(FactId) }),
    Result: Schema.Struct({ id: FactId }),
    execute: ({ cwd, ids }) => sql`SELECT value AS id FROM json_each(${JSON.stringify(ids)})
      WHERE value IN (SELECT id FROM fact_marks WHERE cwd = ${cwd} AND mark = 'Forgotten')
        OR value IN (SELECT id FROM forgotten_facts WHERE bucket = ${bucketOf(cwd)})`
  })

  /** Lists the facts of a memory that a person forgot. */
  const forgottenOf = ({ cwd, facts = [] }: NewMemory) =>
    Effect.map(forgottenAmong({ cwd, ids: facts.map(({ id }) => id) }), (rows) => rows.map(({ id }) => id))

  const store = (claim: Claim, learned: Learned, memories: Arr.NonEmptyReadonlyArray<NewMemory>) => {
    const rows = memories.map(({ cwd, facts, grounding, memorySummary, slug, traceSummary }) => ({
      threadId: claim.threadId,
      cwd,
      traceSummary,
      memorySummary,
      updatedAt: learned.updatedAt,
      slug,
      version: memoryVersion({ traceMemory: traceSummary, summary: memorySummary }, facts),
      factsVersion: facts === undefined ? 0 : factsVersion,
      rolloutSize: learned.content.size,
      rolloutHash: learned.content.hash,
      quotedItems: grounding?.items ?? null,
      groundedItems: grounding?.grounded ?? null
    }))
    const others = sql.and([
      sql`thread_id = ${claim.threadId}`,
      sql`NOT ${sql.in(
        "cwd",
        memories.map(({ cwd }) => cwd)
      )}`
    ])
    const work = Effect.gen(function* () {
      const forgotten = (yield* Effect.forEach(memories, forgottenOf)).flat()
      const isOurs = forgotten.length > 0 || (yield* changeClaimed(sql, claim, endOfClaim("memory", learned)))
      if (forgotten.length > 0 || !isOurs) {
        return { forgotten, isOurs }
      }
      const now = yield* Clock.currentTimeMillis
      yield* withdrawFacts(sql, others, now)
      yield* sql`DELETE FROM thread_memory WHERE ${others}`
      yield* Effect.forEach(
        rows,
        (row) => sql`INSERT INTO thread_memory ${sql.insert(row)}
          ON CONFLICT (thread_id, cwd) DO UPDATE SET ${sql.update(row, ["threadId", "cwd"])}`,
        { discard: true }
      )
      yield* Effect.forEach(memories, ({ cwd, facts = [] }) => writeFacts(sql, claim.threadId, { cwd, facts }, now), {
        discard: true
      })
      yield* recordTry(sql, claim, { outcome: "memory" })
      return { forgotten, isOurs }
    })
    return Effect.flatMap(
      transaction("ThreadMemories.store")(work),
      ({ forgotten, isOurs }): Effect.Effect<void, ClaimLost | FactsForgotten> =>
        forgotten.length > 0
          ? new FactsForgotten({ threadId: claim.threadId, ids: forgotten })
          : isOurs
            ? Effect.void
            : new ClaimLost({ threadId: claim.threadId })
    )
  }

  /**
   * True if the database has a result for a thread, or a record that its memory was deleted. An import must then not
   * overwrite it.
   */
  const isDecided = (threadId: ThreadId) =>
    Effect.map(
      sql`SELECT thread_id FROM extractions WHERE thread_id = ${threadId} AND outcome IS NOT NULL
        UNION ALL SELECT thread_id FROM memory_removals WHERE thread_id = ${threadId}
        UNION ALL SELECT thread_id FROM forgotten_threads WHERE thread_id = ${threadId}`,
      (rows) => rows.length > 0
    )

  const importMemories = Effect.fnUntraced(function* (memories: Arr.NonEmptyReadonlyArray<ImportedMemory>) {
    const [{ agent = "codex", cwd, rolloutPath, threadId, updatedAt }] = memories
    const now = yield* Clock.currentTimeMillis
    if (yield* isDecided(threadId)) {
      return false
    }
    yield* sql`INSERT OR IGNORE INTO threads ${sql.insert({
      id: threadId,
      agent,
      rolloutPath,
      createdAt: updatedAt,
      updatedAt,
      source: "vscode",
      cwd,
      rolloutSize: 0,
      rolloutModifiedAt: updatedAt,
      missingSince: now
    })}`
    for (const { cwd, facts = [], memorySummary, slug, traceSummary, updatedAt } of memories) {
      const version = memoryVersion({ traceMemory: traceSummary, summary: memorySummary }, facts)
      yield* sql`INSERT INTO thread_memory (thread_id, cwd, trace_summary, memory_summary, updated_at, slug, version,
          rollout_size)
        SELECT ${threadId}, ${cwd}, ${traceSummary}, ${memorySummary}, ${updatedAt}, ${slug}, ${version}, rollout_size
        FROM threads WHERE id = ${threadId}`
      yield* writeFacts(sql, threadId, { cwd, facts }, now)
    }
    const readAt = Math.min(...memories.map((memory) => memory.updatedAt))
    yield* sql`INSERT INTO extractions (thread_id, outcome, learned_updated_at, learned_size)
      SELECT id, 'memory', ${readAt}, rollout_size FROM threads WHERE id = ${threadId}
      ON CONFLICT (thread_id) DO UPDATE SET outcome = excluded.outcome,
        learned_updated_at = excluded.learned_updated_at, learned_size = excluded.learned_size`
    return true
  })

  const directories = findAll({
    Request: Schema.Void,
    Result: Schema.Struct({ cwd: Directory }),
    execute: () => sql`SELECT DISTINCT cwd FROM thread_memory WHERE cwd <> ''`
  })

  const places = findAll({
    Request: Schema.Void,
    Result: Schema.Struct({ threadId: ThreadId, cwd: Directory, place: Schema.String, own: Directory }),
    execute: () => sql`SELECT DISTINCT f.thread_id, f.cwd, f.place, t.cwd AS own
      FROM facts f JOIN threads t ON t.id = f.thread_id WHERE f.place <> '' AND t.cwd IS NOT NULL`
  })

  /** Deletes the memory of a session that also worked in an ignored subdirectory, so that it is read again without it. */
  const rereadWithout = Effect.fnUntraced(function* (cwd: Directory, threadId: ThreadId, now: number) {
    const memory = sql`thread_id = ${threadId} AND cwd = ${cwd}`
    yield* sql`UPDATE extractions SET learned_updated_at = NULL, learned_size = NULL WHERE thread_id = ${threadId}`
    yield* withdrawFacts(sql, memory, now)
    yield* sql`DELETE FROM thread_memory WHERE ${memory}`
  })

  const applyIgnored = Effect.fnUntraced(function* (isIgnored: (cwd: Directory) => boolean) {
    yield* sql`UPDATE extractions SET learned_updated_at = NULL, learned_size = NULL, is_partial = 0 WHERE is_partial = 1`
    const now = yield* Clock.currentTimeMillis
    for (const { cwd } of (yield* directories()).filter(({ cwd }) => isIgnored(cwd))) {
      yield* sql`UPDATE extractions SET is_partial = 1
        WHERE thread_id IN (SELECT thread_id FROM thread_memory WHERE cwd = ${cwd})`
      yield* withdrawFacts(sql, sql`cwd = ${cwd}`, now)
      yield* sql`DELETE FROM thread_memory WHERE cwd = ${cwd}`
    }
    // A session whose own directory is ignored is withheld as a whole, and keeps its memory for when it is not.
    for (const { cwd, own, place, threadId } of yield* places()) {
      if (isIgnored(Directory.make(`${cwd}/${place}`)) && !isIgnored(own)) {
        yield* rereadWithout(cwd, threadId, now)
      }
    }
  })

  const get = findOne({
    Request: Schema.Struct({ threadId: ThreadId, cwd: Directory }),
    Result: MemoryRow,
    execute: ({ cwd, threadId }) => sql`SELECT ${sql.literal(memoryColumns)}
      FROM thread_memory m JOIN threads t ON t.id = m.thread_id
      WHERE m.thread_id = ${threadId} AND m.cwd = ${cwd} AND t.cwd IS NOT NULL`
  })

  const sourceRows = findAll({
    Request: ThreadId,
    Result: Schema.Struct({
      ...MemoryRow.fields,
      rolloutSize: Schema.Int,
      rolloutHash: Schema.NullOr(Schema.String)
    }),
    execute: (threadId) => sql`SELECT ${sql.literal(memoryColumns)}, m.rollout_size, m.rollout_hash
      FROM thread_memory m JOIN threads t ON t.id = m.thread_id
      WHERE m.thread_id = ${threadId} AND t.cwd IS NOT NULL ORDER BY m.cwd <> t.cwd, m.cwd`
  })

  const sources = Effect.fnUntraced(function* (threadId: ThreadId) {
    const rows = yield* sourceRows(threadId)
    return rows.map(({ rolloutHash, rolloutSize, ...row }): MemorySource => ({
      memory: memoryOf(row),
      rolloutSize,
      rolloutHash
    }))
  })

  const projects = findAll({
    Request: Schema.Void,
    Result: Schema.Struct({ cwd: Directory, memories: Schema.Int }),
    execute:
      () => sql`SELECT m.cwd AS cwd, count(*) AS memories FROM thread_memory m JOIN threads t ON t.id = m.thread_id
      WHERE t.cwd IS NOT NULL GROUP BY m.cwd ORDER BY m.cwd`
  })

  const inDirectory = (cwd: string | undefined) => (cwd === undefined ? sql`1` : sql`m.cwd = ${cwd}`)

  /** SQL that selects the newest memories. It reads indexes alone, since the texts of memories are long. */
  const newest = (cwd: string | undefined, perDirectory: number) => {
    const most = Number.isFinite(perDirectory) ? perDirectory : Number.MAX_SAFE_INTEGER
    return sql`SELECT id, cwd, updated_at FROM (
        SELECT t.id AS id, m.cwd AS cwd, m.updated_at AS updated_at,
          row_number() OVER (PARTITION BY m.cwd ORDER BY m.updated_at DESC, m.thread_id DESC) AS place
        FROM thread_memory m INDEXED BY thread_memory_by_directory JOIN threads t ON t.id = m.thread_id
        WHERE t.cwd IS NOT NULL AND m.cwd <> '' AND ${inDirectory(cwd)}
      ) WHERE place <= ${most}`
  }

  const ids = findAll({
    Request: Schema.Number,
    Result: Schema.Struct({ threadId: ThreadId, cwd: Directory }),
    execute: (perDirectory) => sql`SELECT id AS thread_id, cwd FROM (${newest(undefined, perDirectory)})
      ORDER BY cwd, updated_at DESC, id DESC`
  })

  const entries = findAll({
    Request: Schema.Struct({ cwd: Schema.UndefinedOr(Directory), perDirectory: Schema.Number }),
    Result: EntryRow,
    execute: ({ cwd, perDirectory }) => sql`SELECT m.thread_id, t.agent, m.cwd, m.updated_at,
        ${sql.literal(outcomesColumn)} AS outcomes,
        substr(m.trace_summary, 1, coalesce(nullif(instr(m.trace_summary, char(10)), 0), 201) - 1) AS title,
        octet_length(m.trace_summary) AS size
      FROM (${newest(cwd, perDirectory)}) n JOIN thread_memory m ON m.thread_id = n.id AND m.cwd = n.cwd
      JOIN threads t ON t.id = m.thread_id
      ORDER BY m.cwd, m.updated_at DESC, m.thread_id DESC`
  })

  const list = Effect.fnUntraced(function* (cwd: Directory | undefined, perDirectory: number) {
    return (yield* entries({ cwd, perDirectory })).map(({ outcomes, title, ...entry }): MemoryEntry => ({
      ...entry,
      title: rewrite(title, (heading) => heading.replace(/^#+\s*/, "").trim()),
      outcomes: outcomes.split(" ").filter((name) => name !== "")
    }))
  })

  const countMemories = SqlSchema.single({
    Request: Schema.UndefinedOr(Directory),
    Result: Schema.Struct({ count: Schema.Int }),
    execute: (cwd) => sql`SELECT count(*) AS count FROM thread_memory m JOIN threads t ON t.id = m.thread_id
      WHERE t.cwd IS NOT NULL AND ${inDirectory(cwd)}`
  })

  const Match = Schema.Struct({ match: Schema.String, cwd: Schema.UndefinedOr(Directory) })

  const countMatches = SqlSchema.single({
    Request: Match,
    Result: Schema.Struct({ count: Schema.Int }),
    execute: ({ cwd, match }) => sql`SELECT count(*) AS count FROM memory_search f
      JOIN searched_memories m ON m.id = f.rowid JOIN threads t ON t.id = m.thread_id
      WHERE memory_search MATCH ${match} AND t.cwd IS NOT NULL AND ${inDirectory(cwd)}`
  })

  const hitColumns = sql.literal(
    "m.thread_id, m.cwd, m.updated_at, m.memory_summary AS summary, m.trace_summary AS trace"
  )

  const rankedMatches = findAll({
    Request: Schema.Struct({ ...Match.fields, limit: Schema.Number }),
    Result: HitRow,
    execute: ({ cwd, limit, match }) => sql`SELECT ${hitColumns}, -found.rank AS score FROM (
        SELECT m.thread_id AS id, m.cwd AS cwd, bm25(memory_search, 2.0, 1.0) AS rank FROM memory_search f
        JOIN searched_memories m ON m.id = f.rowid JOIN threads t ON t.id = m.thread_id
        WHERE memory_search MATCH ${match} AND t.cwd IS NOT NULL AND ${inDirectory(cwd)} ORDER BY rank LIMIT ${limit}
      ) found JOIN thread_memory m ON m.thread_id = found.id AND m.cwd = found.cwd`
  })

  const candidates = findAll({
    Request: Schema.Struct({ ...Match.fields, shortest: Schema.String }),
    Result: HitRow,
    execute: ({ cwd, match, shortest }) => {
      const within =
        match === ""
          ? sql`1`
          : sql`(m.thread_id, m.cwd) IN (SELECT s.thread_id, s.cwd FROM memory_search f JOIN searched_memories s ON s.id = f.rowid
              WHERE memory_search MATCH ${match})`
      // LIKE knows the case of ASCII alone; a short term with other letters is left to the look at the text itself.
      const like = /^[\x20-\x7e]*$/.test(shortest)
        ? sql`(m.trace_summary LIKE ${anywhere(shortest)} ESCAPE '\\'
            OR m.memory_summary LIKE ${anywhere(shortest)} ESCAPE '\\')`
        : sql`1`
      return sql`SELECT ${hitColumns}, 0 AS score FROM thread_memory m JOIN threads t ON t.id = m.thread_id
        WHERE t.cwd IS NOT NULL AND ${inDirectory(cwd)} AND ${within} AND ${like}`
    }
  })

  /**
   * Searches with the full-text index, which also ranks the results (BM25). Terms of less than three characters, such
   * as most Chinese words, are not in the index: they are searched in the results, or in all memories if every term is
   * short.
   */
  const search = Effect.fnUntraced(function* (query: SearchQuery, cwd: Directory | undefined, limit: number) {
    const { count: documents } = yield* countMemories(cwd)
    const indexed = indexedTerms(query)
    const match = indexed.map((term) => `"${term.replaceAll('"', '""')}"`).join(" AND ")
    if (indexed.length === query.terms.length) {
      const { count: total } = yield* countMatches({ match, cwd })
      const rows = yield* rankedMatches({ match, cwd, limit })
      const result: SearchResult = { total, documents, hits: rows.map(documentOf).sort(byScore) }
      return result
    }
    const shortest = query.terms.find((term) => !indexed.includes(term)) ?? ""
    const rows = yield* candidates({ match, cwd, shortest })
    const found = rows.filter(({ summary, trace }) => answers(query, `${summary}\n${trace}`))
    const averageLength = found.reduce((sum, { trace }) => sum + trace.length, 0) / Math.max(1, found.length)
    const corpus = { documents, matching: found.length, averageLength }
    const hits = found.map((row) =>
      documentOf({ ...row, score: scoreOf(query, `${row.summary}\n${row.trace}`, corpus) })
    )
    const result: SearchResult = { total: found.length, documents, hits: hits.sort(byScore).slice(0, limit) }
    return result
  })

  const last = memoriesIn(sql)

  return ThreadMemories.of({
    store,
    storeNothing: (claim, nothing) =>
      asOwner(
        queries,
        "ThreadMemories.storeNothing",
        claim,
        endOfClaim("nothing", nothing),
        Effect.gen(function* () {
          const ofThread = sql`thread_id = ${claim.threadId}`
          yield* withdrawFacts(sql, ofThread, yield* Clock.currentTimeMillis)
          yield* sql`DELETE FROM thread_memory WHERE ${ofThread}`
          yield* recordTry(sql, claim, { outcome: "nothing" })
        })
      ),
    import: (memories) => transaction("ThreadMemories.import")(importMemories(memories)),
    applyIgnored: (isIgnored) => transaction("ThreadMemories.applyIgnored")(applyIgnored(isIgnored)),
    get: (id) => statement("ThreadMemories.get")(Effect.map(get(id), Option.map(memoryOf))),
    sources: (threadId) => statement("ThreadMemories.sources")(sources(threadId)),
    last: (cwd, count) => statement("ThreadMemories.last")(last(cwd, count)),
    projects: statement("ThreadMemories.projects")(projects()),
    list: (cwd, perDirectory) => statement("ThreadMemories.list")(list(cwd, perDirectory)),
    ids: (perDirectory) => statement("ThreadMemories.ids")(ids(perDirectory)),
    search: (query, cwd, limit) => statement("ThreadMemories.search")(search(query, cwd, limit))
  })
})

/** Stores memories in the table `thread_memory`, which has a row for each thread and directory. */
export const layer: Layer.Layer<ThreadMemories, never, Queries> = Layer.effect(ThreadMemories, make)
