import * as Arr from "effect/Array"
import * as SqlSchema from "@effect/sql/SqlSchema"
import type { Fragment } from "@effect/sql/Statement"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { memoryVersion, namedTrace } from "../../domain/memory/TraceMemory.js"
import { rewrite } from "../../domain/privacy/SafeText.js"
import { Extraction, type ThreadRecord, unclaimed } from "../../domain/thread/Extraction.js"
import { CodingAgent } from "../../domain/session/CodingAgent.js"
import { Thread } from "../../domain/thread/Thread.js"
import { ThreadId } from "../../domain/thread/ThreadId.js"
import { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { Claim } from "../../services/state/Claims.js"
import {
  type IndexChanges,
  type KnownRollout,
  type RenamedThread,
  ThreadIndex,
  type ThreadPage
} from "../../services/state/ThreadIndex.js"
import { asOwner } from "./Claims.js"
import { factColumns, FactRow } from "./sqlite/FactRows.js"
import { Queries } from "./sqlite/Queries.js"
import { anywhere, findAll, findOne, StoredText } from "./sqlite/Rows.js"
import { ExtractionRow, ThreadRow } from "./sqlite/ThreadRow.js"

const ClaimantRow = Schema.Struct({
  claimHost: Schema.NullOr(Schema.String),
  claimPid: Schema.NullOr(Schema.Int),
  claimProcessStarted: Schema.NullOr(Schema.String)
})

/** A row with a thread, its extraction, and the process that holds its claim. */
const RecordRow = Schema.Struct({
  ...ThreadRow.fields,
  ...ExtractionRow.fields,
  ...ClaimantRow.fields
})

const KnownRow = Schema.Struct({
  agent: CodingAgent,
  path: Schema.String,
  size: Schema.Int,
  modifiedAt: Schema.Int,
  threadId: ThreadId,
  lastRecordAt: Schema.Int
})

/** Maximum rows in one insert: SQLite allows 32,766 parameters, and a thread needs 23. */
const insertedRows = 500

/**
 * SQL condition for `isFresh`: the extraction `j` covers all that is recorded of the thread `t`, so nothing more can be
 * learned.
 */
const isFresh = `(j.learned_updated_at IS NOT NULL AND j.learned_updated_at >= t.updated_at
  AND j.learned_size = t.rollout_size)`

/** The columns of a {@link RecordRow}. */
const recordColumns = `t.*, j.outcome, j.learned_updated_at, j.learned_size, coalesce(j.attempts, 0) AS attempts,
  j.retry_at, coalesce(j.is_quarantined, 0) AS is_quarantined, j.error_tag, j.error_message, j.failed_size, j.failed_hash,
  j.failed_modified_at, j.claim_owner, j.claim_expires_at, j.claim_host, j.claim_pid, j.claim_process_started`

const make = Effect.map(Queries, (queries) => {
  const { isGone, sql, statement, transaction } = queries

  /** Converts a row to a record. A claim whose process has ended is left out, since the next pass that asks gets it. */
  const toRecord = Effect.fnUntraced(function* (row: typeof RecordRow.Type) {
    const { claimHost: host, claimPid: pid, claimProcessStarted: processStarted, ...rest } = row
    const {
      attempts,
      claimExpiresAt,
      claimOwner,
      errorMessage,
      errorTag,
      failedHash,
      failedModifiedAt,
      failedSize,
      isQuarantined,
      learnedSize,
      learnedUpdatedAt,
      outcome,
      retryAt,
      ...thread
    } = rest
    const claim = { claimOwner, claimExpiresAt }
    const isHeld =
      claimOwner !== null && !(yield* isGone({ owner: claimOwner, mark: claimExpiresAt, host, pid, processStarted }))
    const extraction = {
      outcome,
      learnedUpdatedAt,
      learnedSize,
      attempts,
      retryAt,
      isQuarantined,
      errorTag,
      errorMessage,
      failedSize,
      failedHash,
      failedModifiedAt,
      ...(isHeld ? claim : unclaimed)
    }
    const record: ThreadRecord = {
      thread: new Thread(thread),
      extraction: new Extraction(extraction)
    }
    return record
  })

  /** Selects threads by a condition on the thread `t` and its extraction `j`, newest first. */
  const records = <A, I>(Request: Schema.Schema<A, I>, condition: (request: I) => Fragment) => {
    const find = findAll({
      Request,
      Result: RecordRow,
      execute: (request) => sql`SELECT ${sql.literal(recordColumns)}
        FROM threads t LEFT JOIN extractions j ON j.thread_id = t.id WHERE ${condition(request)}`
    })
    return (request: A) => Effect.flatMap(find(request), (rows) => Effect.forEach(rows, toRecord))
  }

  const get = records(ThreadId, (threadId) => sql`t.id = ${threadId}`)

  const unlearned = records(
    Schema.Any,
    ({ after, pageSize, withMissing }: ThreadPage) =>
      sql`${sql.and([
        sql`(t.withheld IS NOT NULL OR NOT coalesce(${sql.literal(isFresh)}, 0))`,
        ...(withMissing ? [] : [sql`t.missing_since IS NULL`]),
        ...(after === undefined ? [] : [sql`(t.updated_at, t.id) < (${after.updatedAt}, ${after.id})`])
      ])} ORDER BY t.updated_at DESC, t.id DESC LIMIT ${pageSize}`
  )

  const count = SqlSchema.single({
    Request: Schema.Void,
    Result: Schema.Struct({ count: Schema.Int }),
    execute: () => sql`SELECT count(*) AS count FROM threads`
  })

  const counts = SqlSchema.single({
    Request: Schema.Void,
    Result: Schema.Struct({ threads: Schema.Int, learned: Schema.Int, empty: Schema.Int }),
    execute: () => sql`SELECT count(*) AS threads,
        coalesce(sum(t.withheld IS NULL AND ${sql.literal(isFresh)} AND j.outcome IS NOT 'nothing'), 0) AS learned,
        coalesce(sum(t.withheld IS NULL AND ${sql.literal(isFresh)} AND j.outcome = 'nothing'), 0) AS empty
      FROM threads t LEFT JOIN extractions j ON j.thread_id = t.id`
  })

  const rollouts = findAll({
    Request: Schema.Void,
    Result: KnownRow,
    execute: () => sql`SELECT * FROM rollout_files`
  })

  const rolloutsOf = findAll({
    Request: ThreadId,
    Result: KnownRow,
    execute: (threadId) => sql`SELECT * FROM rollout_files WHERE thread_id = ${threadId} ORDER BY path`
  })

  const listing = findOne({
    Request: Schema.Void,
    Result: Schema.Struct({ fingerprint: Schema.NullOr(Schema.String) }),
    execute: () => sql`SELECT fingerprint FROM indexed_listing`
  })

  /** Selects the ids that a statement returns as `thread_id`. */
  const ids = <A, I>(Request: Schema.Schema<A, I>, statement: (request: I) => Fragment) => {
    const find = findAll({
      Request,
      Result: Schema.Struct({ threadId: ThreadId }),
      execute: (request) => sql`${statement(request)}`
    })
    return (request: A) => Effect.map(find(request), (rows) => rows.map(({ threadId }) => threadId))
  }

  const memoryDisabled = ids(
    Schema.Void,
    () => sql`SELECT id AS thread_id FROM threads WHERE withheld = 'memory-disabled'`
  )

  const idsFrom = ids(
    Schema.String,
    (prefix) => sql`SELECT id AS thread_id FROM threads WHERE id >= ${prefix} AND id < ${`${prefix}~`}
      UNION SELECT thread_id FROM forgotten_threads WHERE thread_id >= ${prefix} AND thread_id < ${`${prefix}~`}
      ORDER BY 1 LIMIT 10`
  )

  const idsOf = ids(Schema.UndefinedOr(Directory), (cwd) =>
    cwd === undefined
      ? sql`SELECT id AS thread_id FROM threads ORDER BY id`
      : sql`SELECT id AS thread_id FROM threads WHERE cwd = ${cwd}
            OR cwd IN (SELECT directory FROM project_directories WHERE project = ${cwd})
            UNION SELECT thread_id FROM thread_memory WHERE cwd = ${cwd} ORDER BY 1`
  )

  const idsHolding = ids(Schema.String, (text) => {
    const holds = (column: string) => sql`${sql.literal(column)} LIKE ${anywhere(text)} ESCAPE '\\'`
    return sql`SELECT DISTINCT t.id AS thread_id FROM threads t LEFT JOIN thread_memory m ON m.thread_id = t.id
      WHERE ${sql.or([holds("t.title"), holds("t.first_user_message"), holds("m.memory_summary"), holds("m.trace_summary")])}
      ORDER BY t.id`
  })

  /**
   * SQL for the value of a column when an existing row is updated. Indexing reads only the ends of a file, so a null
   * leaves the stored value. The row of a withheld thread stores no content.
   */
  const kept = (column: string) =>
    sql.literal(`coalesce(excluded.${column}, CASE WHEN excluded.withheld IS NULL THEN threads.${column} END)`)

  const upsert = (threads: ReadonlyArray<Thread>) =>
    sql`INSERT INTO threads ${sql.insert(threads.map((thread) => ({ ...thread })))}
      ON CONFLICT (id) DO UPDATE SET agent = excluded.agent, rollout_path = excluded.rollout_path, created_at = excluded.created_at,
        updated_at = excluded.updated_at,
        source = CASE WHEN excluded.source = 'vscode' AND threads.withheld IS NULL THEN threads.source
          ELSE excluded.source END,
        model_provider = ${kept("model_provider")},
        cwd = ${kept("cwd")},
        cli_version = ${kept("cli_version")},
        title = ${kept("title")},
        sandbox_policy = ${kept("sandbox_policy")},
        approval_mode = ${kept("approval_mode")},
        tokens_used = ${kept("tokens_used")},
        first_user_message = ${kept("first_user_message")},
        archived_at = excluded.archived_at,
        git_sha = ${kept("git_sha")},
        git_branch = ${kept("git_branch")},
        git_origin_url = ${kept("git_origin_url")},
        rollout_size = excluded.rollout_size, rollout_modified_at = excluded.rollout_modified_at, missing_since = NULL,
        withheld = excluded.withheld`

  const know = (rollouts: ReadonlyArray<KnownRollout>) =>
    sql`INSERT INTO rollout_files ${sql.insert(
      rollouts.map(({ agent, lastRecordAt, modifiedAt, path, size, threadId }) => ({
        agent,
        path,
        size,
        modifiedAt,
        threadId,
        lastRecordAt
      }))
    )}
      ON CONFLICT (path) DO UPDATE SET size = excluded.size, modified_at = excluded.modified_at,
        thread_id = excluded.thread_id, last_record_at = excluded.last_record_at`

  const forgetFile = (path: string, now: number) =>
    Effect.zipRight(
      sql`UPDATE threads SET missing_since = ${now} WHERE rollout_path = ${path} AND missing_since IS NULL`,
      sql`DELETE FROM rollout_files WHERE path = ${path}`
    )

  const setListing = (fingerprint: string | undefined) =>
    sql`INSERT INTO indexed_listing ${sql.insert({ id: 1, fingerprint: fingerprint ?? null })}
      ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint`

  const tracesOf = findAll({
    Request: ThreadId,
    Result: Schema.Struct({ cwd: Directory, traceSummary: StoredText, memorySummary: Schema.String }),
    execute: (threadId) => sql`SELECT cwd, trace_summary, memory_summary FROM thread_memory
      WHERE thread_id = ${threadId} AND cwd <> ''`
  })

  const factsOf = findAll({
    Request: Schema.Struct({ threadId: ThreadId, cwd: Directory }),
    Result: FactRow,
    execute: ({ cwd, threadId }) => sql`SELECT ${sql.literal(factColumns)} FROM facts f
      WHERE f.thread_id = ${threadId} AND f.cwd = ${cwd} ORDER BY f.number`
  })

  /** Puts the new name of a thread into the headings of its traces. */
  const rename = Effect.fnUntraced(function* ({ formerTitle, name, threadId }: RenamedThread) {
    for (const { cwd, memorySummary, traceSummary: before } of yield* tracesOf(threadId)) {
      const traceSummary = rewrite(before, (trace) => namedTrace(trace, name, formerTitle))
      const facts = yield* factsOf({ threadId, cwd })
      const version = memoryVersion({ traceMemory: traceSummary, summary: memorySummary }, facts)
      yield* sql`UPDATE thread_memory SET ${sql.update({ traceSummary, version })}
        WHERE thread_id = ${threadId} AND cwd = ${cwd}`
    }
  })

  const change = Effect.fnUntraced(function* ({ gone, known, listing, now, renamed = [], threads }: IndexChanges) {
    yield* transaction("ThreadIndex.change")(
      Effect.gen(function* () {
        yield* Effect.forEach(gone, (path) => forgetFile(path, now), { discard: true })
        yield* Effect.forEach(Arr.chunksOf(threads, insertedRows), upsert, { discard: true })
        yield* Effect.forEach(renamed, rename, { discard: true })
        yield* Effect.forEach(Arr.chunksOf(known, insertedRows), know, { discard: true })
        yield* setListing(listing)
      })
    )
  })

  const complete = Effect.fnUntraced(function* (claim: Claim, thread: Thread) {
    const completed = new Thread({ ...thread, id: claim.threadId })
    yield* asOwner(
      queries,
      "ThreadIndex.complete",
      claim,
      { claimOwner: claim.owner },
      sql`UPDATE threads SET ${sql.update({ ...completed }, ["id"])} WHERE id = ${claim.threadId}`
    )
    return completed
  })

  return ThreadIndex.of({
    count: statement("ThreadIndex.count")(Effect.map(count(), ({ count }) => count)),
    counts: statement("ThreadIndex.counts")(
      Effect.map(counts(), ({ empty, ...counts }) => ({ ...counts, nothing: empty }))
    ),
    get: (threadId) =>
      statement("ThreadIndex.get")(Effect.map(get(threadId), ([record]) => Option.fromNullable(record))),
    unlearned: (page) => statement("ThreadIndex.unlearned")(unlearned(page)),
    memoryDisabled: statement("ThreadIndex.memoryDisabled")(memoryDisabled()),
    listing: statement("ThreadIndex.listing")(
      Effect.map(
        listing(),
        Option.flatMapNullable(({ fingerprint }) => fingerprint)
      )
    ),
    rollouts: statement("ThreadIndex.rollouts")(rollouts()),
    rolloutsOf: (threadId) => statement("ThreadIndex.rolloutsOf")(rolloutsOf(threadId)),
    change,
    complete,
    delete: (threadId) =>
      statement("ThreadIndex.delete")(
        Effect.map(sql`DELETE FROM threads WHERE id = ${threadId} RETURNING id`, (rows) => rows.length > 0)
      ),
    idsFrom: (prefix) => statement("ThreadIndex.idsFrom")(idsFrom(prefix)),
    idsOf: (cwd) => statement("ThreadIndex.idsOf")(idsOf(cwd)),
    idsHolding: (text) => statement("ThreadIndex.idsHolding")(idsHolding(text))
  })
})

/** Stores the index in the tables `threads`, `rollout_files` and `indexed_listing`. */
export const layer: Layer.Layer<ThreadIndex, never, Queries> = Layer.effect(ThreadIndex, make)
