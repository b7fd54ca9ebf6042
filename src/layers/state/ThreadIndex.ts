import * as Arr from "effect/Array"
import type { Fragment } from "@effect/sql/Statement"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Extraction, type ThreadRecord } from "../../domain/thread/Extraction.js"
import { Thread, unchecked } from "../../domain/thread/Thread.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import type { IndexChanges, KnownRollout, ThreadQuery } from "../../services/StateDb.js"
import type { Tools } from "./sqlite/Operation.js"
import { decodeCount, decodeKnown, decodeListing, decodeRecords, type RecordRow } from "./sqlite/Rows.js"

/** Rows in one insert: SQLite takes 32,766 parameters at most, and a thread has 20 of them. */
const insertedRows = 500

/** The operations on threads and on the files that record them. */
export const make = ({ isGone, normalise, sql, statement, transaction }: Tools) => {
  const columns =
    sql.literal(`t.*, j.outcome, j.learned_updated_at, j.learned_size, coalesce(j.attempts, 0) AS attempts,
    j.retry_at, coalesce(j.is_quarantined, 0) AS is_quarantined, j.error_tag, j.error_message, j.failed_size, j.failed_hash,
    j.failed_modified_at, j.claim_owner, j.claim_expires_at, j.claim_host, j.claim_pid, j.claim_process_started`)

  /** A claim whose process is gone holds nothing: whoever asks next takes it over. */
  const toRecord = Effect.fnUntraced(function* (row: RecordRow) {
    const {
      attempts,
      claimExpiresAt,
      claimHost,
      claimOwner,
      claimPid,
      claimProcessStarted,
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
    } = row
    const holder = {
      owner: claimOwner,
      mark: claimExpiresAt,
      host: claimHost,
      pid: claimPid,
      processStarted: claimProcessStarted
    }
    const isHeld = claimOwner !== null && !(yield* isGone(holder))
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
      claimOwner: isHeld ? claimOwner : null,
      claimExpiresAt: isHeld ? claimExpiresAt : null
    }
    const record: ThreadRecord = {
      thread: new Thread(thread, unchecked),
      extraction: new Extraction(extraction, unchecked)
    }
    return record
  })

  /** Threads that a condition on `t`, and on `j`, their extraction, selects; newest first. */
  const selectRecords = Effect.fnUntraced(function* (condition: Fragment) {
    const rows = yield* sql`SELECT ${columns} FROM threads t LEFT JOIN extractions j ON j.thread_id = t.id
      WHERE ${condition} ORDER BY t.updated_at DESC, t.id DESC`
    return yield* Effect.forEach(yield* decodeRecords(rows), toRecord)
  })

  const listThreads = Effect.fnUntraced(function* (query: ThreadQuery) {
    const { after, sources } = query
    const rows = yield* sql`SELECT ${columns} FROM threads t LEFT JOIN extractions j ON j.thread_id = t.id
      WHERE ${sql.and([
        sql`(t.archived_at IS NOT NULL) = ${query.archived ? 1 : 0}`,
        sql`t.source NOT LIKE 'subagent%' AND t.source <> 'memory_consolidation'`,
        ...(sources === undefined ? [] : [sql.in("t.source", sources)]),
        ...(after === undefined ? [] : [sql`(t.updated_at, t.id) < (${after.updatedAt}, ${after.id})`]),
        ...(query.unlearned
          ? [
              sql`t.missing_since IS NULL`,
              sql`NOT (j.learned_updated_at IS NOT NULL AND j.learned_updated_at >= t.updated_at
                AND j.learned_size = t.rollout_size)`
            ]
          : [])
      ])}
      ORDER BY t.updated_at DESC, t.id DESC LIMIT ${query.pageSize}`
    return yield* Effect.forEach(yield* decodeRecords(rows), toRecord)
  })

  const getThread = Effect.fnUntraced(function* (threadId: ThreadId) {
    const rows = yield* sql`SELECT ${columns} FROM threads t LEFT JOIN extractions j ON j.thread_id = t.id
      WHERE t.id = ${threadId}`
    const [row] = yield* decodeRecords(rows)
    return row === undefined ? Option.none<ThreadRecord>() : Option.some(yield* toRecord(row))
  })

  /**
   * An index reads the ends of a file only. What it did not see stays as it is stored, and a source that it took for granted
   * (`vscode`) does not replace one that was read. Of a thread that is withheld now nothing stays.
   */
  const kept = (column: string) =>
    sql.literal(
      `coalesce(excluded.${column}, CASE WHEN excluded.source NOT LIKE 'withheld:%' THEN threads.${column} END)`
    )

  const upsert = (threads: ReadonlyArray<Thread>) =>
    sql`INSERT INTO threads ${sql.insert(threads.map((thread) => ({ ...thread })))}
      ON CONFLICT (id) DO UPDATE SET rollout_path = excluded.rollout_path, created_at = excluded.created_at,
        updated_at = excluded.updated_at,
        source = CASE WHEN excluded.source = 'vscode' AND threads.source NOT LIKE 'withheld:%' THEN threads.source
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
        rollout_size = excluded.rollout_size, rollout_modified_at = excluded.rollout_modified_at, missing_since = NULL`

  const know = (rollouts: ReadonlyArray<KnownRollout>) =>
    sql`INSERT INTO rollout_files ${sql.insert(
      rollouts.map(({ lastRecordAt, modifiedAt, path, size, threadId }) => ({
        path,
        size,
        modifiedAt,
        threadId,
        lastRecordAt
      }))
    )}
      ON CONFLICT (path) DO UPDATE SET size = excluded.size, modified_at = excluded.modified_at,
        thread_id = excluded.thread_id, last_record_at = excluded.last_record_at`

  const forget = (path: string, now: number) =>
    Effect.zipRight(
      sql`UPDATE threads SET missing_since = ${now} WHERE rollout_path = ${path} AND missing_since IS NULL`,
      sql`DELETE FROM rollout_files WHERE path = ${path}`
    )

  const setListing = (fingerprint: string | undefined) =>
    sql`INSERT INTO indexed_listing ${sql.insert({ id: 1, fingerprint: fingerprint ?? null })}
      ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint`

  const indexedListing = Effect.gen(function* () {
    const rows = yield* decodeListing(yield* sql`SELECT fingerprint FROM indexed_listing`)
    return Option.fromNullable(rows[0]?.fingerprint)
  })

  const changeIndex = Effect.fnUntraced(function* ({ gone, known, listing, now, threads }: IndexChanges) {
    const normalised = yield* Effect.forEach(threads, (thread) =>
      thread.cwd === null
        ? Effect.succeed(thread)
        : Effect.map(normalise(thread.cwd), (cwd) => new Thread({ ...thread, cwd }, unchecked))
    )
    yield* transaction("changeIndex")(
      Effect.gen(function* () {
        yield* Effect.forEach(gone, (path) => forget(path, now), { discard: true })
        yield* Effect.forEach(Arr.chunksOf(normalised, insertedRows), upsert, { discard: true })
        yield* Effect.forEach(Arr.chunksOf(known, insertedRows), know, { discard: true })
        yield* setListing(listing)
      })
    )
  })

  return {
    countThreads: statement("countThreads")(
      Effect.map(Effect.flatMap(sql`SELECT count(*) AS count FROM threads`, decodeCount), ([{ count }]) => count)
    ),
    listThreads: (query: ThreadQuery) => statement("listThreads")(listThreads(query)),
    getThread: (threadId: ThreadId) => statement("getThread")(getThread(threadId)),
    deleteThread: (threadId: ThreadId) =>
      statement("deleteThread")(
        Effect.map(sql`DELETE FROM threads WHERE id = ${threadId} RETURNING id`, (rows) => rows.length > 0)
      ),
    indexedListing: statement("indexedListing")(indexedListing),
    knownRollouts: statement("knownRollouts")(Effect.flatMap(sql`SELECT * FROM rollout_files`, decodeKnown)),
    rolloutsOf: (threadId: ThreadId) =>
      statement("rolloutsOf")(
        Effect.flatMap(sql`SELECT * FROM rollout_files WHERE thread_id = ${threadId} ORDER BY path`, decodeKnown)
      ),
    changeIndex,
    selectRecords
  }
}
