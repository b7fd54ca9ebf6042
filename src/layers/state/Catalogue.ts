import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ThreadId } from "../../domain/thread/ThreadId.js"
import type { Holding, MemoryCatalogue, MemoryEntry } from "../../services/MemoryCatalogue.js"
import * as Consolidations from "./Consolidations.js"
import type { Tools } from "./sqlite/Operation.js"
import { decodeClaims, decodeCount, decodeCwds, decodeIds, decodeLocks, rowsOf } from "./sqlite/Rows.js"
import { unreadableRows } from "./sqlite/Repair.js"
import * as Search from "./Search.js"
import * as Threads from "./ThreadIndex.js"

const nullableInt = Schema.NullOr(Schema.Int)
const nullableText = Schema.NullOr(Schema.String)

const decodeCounts = Schema.decodeUnknown(
  Schema.Tuple(Schema.Struct({ threads: Schema.Int, learned: Schema.Int, empty: Schema.Int }))
)

const decodeTries = rowsOf(
  Schema.Struct({
    at: Schema.Int,
    outcome: Schema.String,
    errorTag: nullableText,
    errorMessage: nullableText,
    retryAt: nullableInt
  })
)

const decodeEntries = rowsOf(
  Schema.Struct({
    threadId: ThreadId,
    cwd: Schema.String,
    title: Schema.String,
    updatedAt: Schema.Int,
    outcomes: Schema.String,
    size: Schema.Int
  })
)

const decodeMemoryIds = rowsOf(Schema.Struct({ threadId: ThreadId, cwd: Schema.String }))

const decodeSource = rowsOf(Schema.Struct({ rolloutSize: Schema.Int, rolloutHash: nullableText }))

const decodeConsolidations = rowsOf(
  Schema.Struct({
    cwd: Schema.String,
    publishedAt: nullableInt,
    retryAt: nullableInt,
    errorTag: nullableText,
    errorMessage: nullableText
  })
)

const decodeNotes = rowsOf(
  Schema.Struct({ id: Schema.Int, cwd: Schema.String, text: Schema.String, createdAt: Schema.Int })
)

const decodeForgotten = rowsOf(Schema.Struct({ threadId: ThreadId, forgottenAt: Schema.Int, erasedAt: nullableInt }))

const decodeDamage = rowsOf(Schema.Struct({ quickCheck: Schema.String }))
const decodeTables = rowsOf(Schema.Struct({ name: Schema.String }))
const decodeLoose = rowsOf(Schema.Struct({ table: Schema.String }))

/** More than any state DB has, in bytes; of a larger one the rest is read page by page. */
const mappedBytes = 4_294_967_296

/** The outcomes that a trace's tasks may have, as the contract names them. */
const outcomeNames = ["success", "partial", "fail", "uncertain"]

/** The operations of people who look. */
export const make = (tools: Tools): MemoryCatalogue["Type"] => {
  const { isGone, normalise, sql, statement } = tools
  const threads = Threads.make(tools)
  const { dirtyDirectories, getMemory, listProjects } = Consolidations.make(tools)

  const isFresh = sql.literal(
    "j.learned_updated_at IS NOT NULL AND j.learned_updated_at >= t.updated_at AND j.learned_size = t.rollout_size"
  )

  const counts = Effect.map(
    Effect.flatMap(
      sql`SELECT count(*) AS threads, coalesce(sum(${isFresh} AND j.outcome IS NOT 'nothing'), 0) AS learned,
        coalesce(sum(${isFresh} AND j.outcome = 'nothing'), 0) AS empty
        FROM threads t LEFT JOIN extractions j ON j.thread_id = t.id`,
      decodeCounts
    ),
    ([{ empty, ...counts }]) => ({ ...counts, nothing: empty })
  )

  const ids = (rows: Effect.Effect<ReadonlyArray<unknown>, SqlError>) =>
    Effect.map(Effect.flatMap(rows, decodeIds), (found) => found.map(({ threadId }) => threadId))

  const threadsOf = (cwd: string | undefined) =>
    cwd === undefined
      ? ids(sql`SELECT id AS thread_id FROM threads ORDER BY id`)
      : Effect.flatMap(normalise(cwd), (cwd) =>
          ids(sql`SELECT id AS thread_id FROM threads WHERE cwd = ${cwd} ORDER BY id`)
        )

  const threadsHolding = (text: string) => {
    const pattern = `%${text.replace(/[\\%_]/g, "\\$&")}%`
    const holds = (column: string) => sql`${sql.literal(column)} LIKE ${pattern} ESCAPE '\\'`
    return ids(
      sql`SELECT t.id AS thread_id FROM threads t LEFT JOIN thread_memory m ON m.thread_id = t.id
        WHERE ${sql.or([holds("t.title"), holds("t.first_user_message"), holds("m.memory_summary"), holds("m.trace_summary")])}
        ORDER BY t.id`
    )
  }

  const directoriesOf = Effect.fnUntraced(function* (threadIds: ReadonlyArray<ThreadId>) {
    const wanted = JSON.stringify(threadIds)
    const rows = yield* decodeCwds(
      yield* sql`SELECT cwd FROM threads WHERE cwd IS NOT NULL AND id IN (SELECT value FROM json_each(${wanted}))
        UNION SELECT cwd FROM memory_removals WHERE thread_id IN (SELECT value FROM json_each(${wanted}))
        ORDER BY cwd`
    )
    return rows.map(({ cwd }) => cwd)
  })

  const outcomes = sql.literal(
    outcomeNames
      .map((name) => `CASE WHEN instr(m.trace_summary, 'Outcome: ${name}') > 0 THEN '${name} ' ELSE '' END`)
      .join(" || ")
  )

  /** From indexes alone: the memories themselves are long. */
  const newest = (cwd: string | undefined, perDirectory: number) => {
    const most = Number.isFinite(perDirectory) ? perDirectory : Number.MAX_SAFE_INTEGER
    return sql`SELECT id, cwd, updated_at FROM (
        SELECT t.id AS id, t.cwd AS cwd, m.updated_at AS updated_at,
          row_number() OVER (PARTITION BY t.cwd ORDER BY m.updated_at DESC, m.thread_id DESC) AS place
        FROM threads t JOIN thread_memory m INDEXED BY thread_memory_versions ON m.thread_id = t.id
        WHERE t.cwd IS NOT NULL AND ${cwd === undefined ? sql`1` : sql`t.cwd = ${cwd}`}
      ) WHERE place <= ${most}`
  }

  const memoryIds = Effect.fnUntraced(function* (perDirectory: number) {
    const rows = yield* sql`SELECT id AS thread_id, cwd FROM (${newest(undefined, perDirectory)})
      ORDER BY cwd, updated_at DESC, id DESC`
    return yield* decodeMemoryIds(rows)
  })

  const memories = Effect.fnUntraced(function* (given: string | undefined, perDirectory: number) {
    const cwd = given === undefined ? undefined : yield* normalise(given)
    const rows = yield* sql`SELECT m.thread_id, t.cwd, m.updated_at, ${outcomes} AS outcomes,
        substr(m.trace_summary, 1, coalesce(nullif(instr(m.trace_summary, char(10)), 0), 201) - 1) AS title,
        octet_length(m.trace_summary) AS size
      FROM (${newest(cwd, perDirectory)}) t JOIN thread_memory m ON m.thread_id = t.id
      ORDER BY t.cwd, m.updated_at DESC, m.thread_id DESC`
    return (yield* decodeEntries(rows)).map(({ outcomes, title, ...entry }): MemoryEntry => ({
      ...entry,
      title: title.replace(/^#+\s*/, "").trim(),
      outcomes: outcomes.split(" ").filter((name) => name !== "")
    }))
  })

  const memory = Effect.fnUntraced(function* (threadId: ThreadId) {
    const stored = yield* getMemory(threadId)
    const [source] = yield* statement("memory")(
      Effect.flatMap(
        sql`SELECT rollout_size, rollout_hash FROM thread_memory WHERE thread_id = ${threadId}`,
        decodeSource
      )
    )
    return Option.map(stored, (memory) => ({ memory, rolloutSize: 0, rolloutHash: null, ...source }))
  })

  const holdings = Effect.gen(function* () {
    const claims = yield* decodeClaims(
      yield* sql`SELECT thread_id, claim_owner AS owner, claim_expires_at AS mark, claim_host AS host, claim_pid AS pid,
        claim_process_started AS process_started FROM extractions WHERE claim_owner IS NOT NULL ORDER BY thread_id`
    )
    const locks = yield* decodeLocks(
      yield* sql`SELECT cwd, working_thread_id AS owner, updated_at AS mark, host, pid, process_started
        FROM memory_consolidation_locks ORDER BY cwd`
    )
    const all = [
      ...claims.map((holder) => ({ kind: "claim" as const, of: String(holder.threadId), holder })),
      ...locks.map((holder) => ({ kind: "lock" as const, of: holder.cwd, holder }))
    ]
    return yield* Effect.forEach(all, ({ holder, kind, of }) =>
      Effect.map(isGone(holder), (isAbandoned): Holding => ({
        kind,
        of,
        owner: holder.owner ?? "",
        pid: holder.pid,
        isAbandoned
      }))
    )
  })

  const damage = Effect.gen(function* () {
    // Every page is looked at once: mapped into memory they cost a tenth of what reading one after the other does.
    yield* sql.unsafe(`PRAGMA mmap_size = ${mappedBytes}`)
    // Of the whole at once SQLite would also read the search index against every text, which takes seconds.
    const tables = yield* decodeTables(
      yield* sql`SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`
    )
    const quick = (yield* Effect.forEach(tables, ({ name }) =>
      Effect.flatMap(sql.unsafe(`PRAGMA quick_check("${name.replaceAll('"', '""')}")`), decodeDamage)
    )).flat()
    const loose = yield* decodeLoose(yield* sql`PRAGMA foreign_key_check`)
    const unreadable = yield* Effect.provideService(unreadableRows, SqlClient.SqlClient, sql)
    return [
      ...quick.map(({ quickCheck }) => quickCheck).filter((line) => line !== "ok"),
      ...[...new Set(loose.map(({ table }) => table))].map((table) => `rows of ${table} belong to no thread`),
      ...(unreadable.length === 0 ? [] : [`rows that cannot be read are left out: ${unreadable.join("; ")}`])
    ]
  })

  /** A state DB from before models could be asked keeps none. */
  const tokensOn = Effect.fnUntraced(function* (day: string) {
    const kept = yield* sql`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'model_spending'`
    if (kept.length === 0) {
      return Option.none<number>()
    }
    const [{ count }] = yield* decodeCount(
      yield* sql`SELECT CAST(min(total(tokens), ${Number.MAX_SAFE_INTEGER}) AS INTEGER) AS count FROM model_spending WHERE day = ${day}`
    )
    return Option.some(count)
  })

  return {
    counts: statement("counts")(counts),
    unlearned: statement("unlearned")(threads.selectRecords(sql`NOT coalesce(${isFresh}, 0)`)),
    record: threads.getThread,
    rolloutsOf: threads.rolloutsOf,
    tries: (threadId) =>
      statement("tries")(
        Effect.flatMap(
          sql`SELECT at, outcome, error_tag, error_message, retry_at FROM extraction_tries
            WHERE thread_id = ${threadId} ORDER BY at, rowid`,
          decodeTries
        )
      ),
    idsFrom: (prefix) =>
      statement("idsFrom")(
        ids(
          sql`SELECT id AS thread_id FROM threads WHERE id >= ${prefix} AND id < ${`${prefix}~`}
            UNION SELECT thread_id FROM forgotten_threads WHERE thread_id >= ${prefix} AND thread_id < ${`${prefix}~`}
            ORDER BY 1 LIMIT 10`
        )
      ),
    threadsOf: (cwd) => statement("threadsOf")(threadsOf(cwd)),
    threadsHolding: (text) => statement("threadsHolding")(threadsHolding(text)),
    directoriesOf: (threadIds) => statement("directoriesOf")(directoriesOf(threadIds)),
    memories: (cwd, perDirectory) => statement("memories")(memories(cwd, perDirectory)),
    memoryIds: (perDirectory) => statement("memoryIds")(memoryIds(perDirectory)),
    memory,
    consolidations: statement("consolidations")(
      Effect.flatMap(
        sql`SELECT cwd, published_at, retry_at, error_tag, error_message FROM consolidations ORDER BY cwd`,
        decodeConsolidations
      )
    ),
    projects: listProjects,
    dirty: dirtyDirectories,
    holdings: statement("holdings")(holdings),
    notes: statement("notes")(
      Effect.flatMap(sql`SELECT id, cwd, text, created_at FROM user_notes ORDER BY cwd, id`, decodeNotes)
    ),
    forgotten: statement("forgotten")(
      Effect.flatMap(
        sql`SELECT thread_id, forgotten_at, erased_at FROM forgotten_threads ORDER BY thread_id`,
        decodeForgotten
      )
    ),
    search: (query, cwd, limit) => statement("search")(Search.search(tools, query, cwd, limit)),
    tokensOn: (day) => statement("tokensOn")(tokensOn(day)),
    damage: statement("damage")(damage)
  }
}
