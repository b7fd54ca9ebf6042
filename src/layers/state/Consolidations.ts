import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import {
  type ConsolidationHistory,
  failuresOf,
  fingerprintOf,
  fingerprintWithNotes,
  isDirty,
  neverConsolidated
} from "../../domain/memory/Consolidation.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import { memoryVersion } from "../../domain/memory/TraceMemory.js"
import type { DirtyDirectory, ImportedMemory } from "../../services/StateDb.js"
import type { Tools } from "./sqlite/Operation.js"
import {
  decodeDirectories,
  decodeIds,
  decodeMemories,
  decodeNotes,
  decodeProjects,
  decodeVersions,
  type DirectoryRow
} from "./sqlite/Rows.js"

/** The operations on memories and on what was published of them. */
export const make = ({ normalise, sql, statement, transaction }: Tools) => {
  const columns = sql.literal(`m.thread_id, t.cwd, t.rollout_path, m.trace_summary, m.memory_summary, m.slug,
    m.quoted_items, m.grounded_items,
    m.updated_at, m.version`)

  const getMemory = Effect.fnUntraced(function* (threadId: ThreadId) {
    const rows = yield* sql`SELECT ${columns} FROM thread_memory m JOIN threads t ON t.id = m.thread_id
      WHERE m.thread_id = ${threadId} AND t.cwd IS NOT NULL`
    return Option.fromNullable((yield* decodeMemories(rows))[0])
  })

  const lastMemories = Effect.fnUntraced(function* (cwd: string, count: number) {
    const rows = yield* sql`SELECT ${columns} FROM thread_memory m JOIN threads t ON t.id = m.thread_id
      WHERE t.cwd = ${cwd} ORDER BY m.updated_at DESC, m.thread_id DESC LIMIT ${count}`
    return yield* decodeMemories(rows)
  })

  /** Whether the DB itself knows what was learned of a thread, or that it was taken away. */
  const isDecided = (threadId: ThreadId) =>
    Effect.map(
      sql`SELECT thread_id FROM extractions WHERE thread_id = ${threadId} AND outcome IS NOT NULL
        UNION ALL SELECT thread_id FROM memory_removals WHERE thread_id = ${threadId}
        UNION ALL SELECT thread_id FROM forgotten_threads WHERE thread_id = ${threadId}`,
      (rows) => rows.length > 0
    )

  const importMemory = Effect.fnUntraced(function* (memory: ImportedMemory) {
    const { rolloutPath, threadId, updatedAt } = memory
    const cwd = yield* normalise(memory.cwd)
    const now = yield* Clock.currentTimeMillis
    if (yield* isDecided(threadId)) {
      return false
    }
    yield* sql`INSERT OR IGNORE INTO threads ${sql.insert({
      id: threadId,
      rolloutPath,
      createdAt: updatedAt,
      updatedAt,
      source: "vscode",
      cwd,
      rolloutSize: 0,
      rolloutModifiedAt: updatedAt,
      missingSince: now
    })}`
    const row = {
      threadId,
      traceSummary: memory.traceSummary,
      memorySummary: memory.memorySummary,
      updatedAt,
      slug: memory.slug,
      version: memoryVersion({ traceMemory: memory.traceSummary, summary: memory.memorySummary })
    }
    yield* sql`INSERT INTO thread_memory (thread_id, trace_summary, memory_summary, updated_at, slug, version,
        rollout_size)
      SELECT ${row.threadId}, ${row.traceSummary}, ${row.memorySummary}, ${row.updatedAt}, ${row.slug}, ${row.version},
        rollout_size FROM threads WHERE id = ${threadId}`
    yield* sql`INSERT INTO extractions (thread_id, outcome, learned_updated_at, learned_size)
      SELECT id, 'memory', ${updatedAt}, rollout_size FROM threads WHERE id = ${threadId}
      ON CONFLICT (thread_id) DO UPDATE SET outcome = excluded.outcome,
        learned_updated_at = excluded.learned_updated_at, learned_size = excluded.learned_size`
    return true
  })

  /** Every directory that has, or had, something to consolidate, with what it would consume. */
  const directories = Effect.flatMap(
    sql`WITH inputs AS (
          SELECT d.cwd AS cwd, (
            SELECT group_concat(last.input, char(10)) FROM (
              SELECT m.thread_id || ':' || m.version AS input
              FROM threads t JOIN thread_memory m INDEXED BY thread_memory_versions ON m.thread_id = t.id
              WHERE t.cwd = d.cwd ORDER BY m.updated_at DESC, m.thread_id DESC
            ) last
          ) AS inputs
          FROM (SELECT cwd FROM threads WHERE cwd IS NOT NULL UNION SELECT cwd FROM memory_removals
            UNION SELECT cwd FROM user_notes) d
        )
        SELECT coalesce(i.cwd, c.cwd) AS cwd, i.inputs, c.published_fingerprint, c.failed_fingerprint, c.attempts, c.retry_at,
          EXISTS (SELECT 1 FROM memory_removals r WHERE r.cwd = i.cwd) AS has_removals
        FROM inputs i FULL JOIN consolidations c ON c.cwd = i.cwd ORDER BY 1`,
    decodeDirectories
  )

  const notesOf = (cwd: string) =>
    Effect.map(
      Effect.flatMap(sql`SELECT cwd, text FROM user_notes WHERE cwd = ${cwd} ORDER BY id`, decodeNotes),
      (rows) => rows.map(({ text }) => text)
    )

  const dirtyDirectories = Effect.fnUntraced(function* (tracesPerDirectory: number) {
    const notes = Arr.groupBy(
      yield* decodeNotes(yield* sql`SELECT cwd, text FROM user_notes ORDER BY id`),
      ({ cwd }) => cwd
    )
    const rows = yield* directories
    return rows.flatMap((row) =>
      whenDirty(
        row,
        (notes[row.cwd] ?? []).map(({ text }) => text),
        tracesPerDirectory
      )
    )
  })

  const consolidationState = Effect.fnUntraced(function* (given: string, tracesPerDirectory: number) {
    const cwd = yield* normalise(given)
    const memories = yield* lastMemories(cwd, tracesPerDirectory)
    const earlier = yield* decodeVersions(
      yield* sql`SELECT m.thread_id, m.version
        FROM threads t JOIN thread_memory m INDEXED BY thread_memory_versions ON m.thread_id = t.id
        WHERE t.cwd = ${cwd} ORDER BY m.updated_at DESC, m.thread_id DESC LIMIT -1 OFFSET ${tracesPerDirectory}`
    )
    const [row] = yield* decodeDirectories(
      yield* sql`SELECT cwd, NULL AS inputs, published_fingerprint, failed_fingerprint, attempts, retry_at, 0 AS has_removals
        FROM consolidations WHERE cwd = ${cwd}`
    )
    const removals = yield* decodeIds(yield* sql`SELECT thread_id FROM memory_removals WHERE cwd = ${cwd}`)
    const notes = yield* notesOf(cwd)
    const fingerprint = fingerprintWithNotes(fingerprintOf(memories, earlier), notes)
    const history = row === undefined ? neverConsolidated : historyOf(row)
    return {
      memories,
      earlier,
      fingerprint,
      published: history.published,
      attempts: failuresOf(history, fingerprint).attempts,
      removals: removals.map(({ threadId }) => threadId),
      notes
    }
  })

  const recordPublished = Effect.fnUntraced(function* (given: string, fingerprint: string) {
    const cwd = yield* normalise(given)
    const row = {
      cwd,
      publishedFingerprint: fingerprint,
      publishedAt: yield* Clock.currentTimeMillis,
      failedFingerprint: null,
      attempts: 0,
      retryAt: null,
      errorTag: null,
      errorMessage: null
    }
    yield* sql`INSERT INTO consolidations ${sql.insert(row)} ON CONFLICT (cwd) DO UPDATE SET ${sql.update(row, ["cwd"])}`
    yield* sql`DELETE FROM memory_removals WHERE cwd = ${cwd}`
  })

  const recordUnpublished = Effect.fnUntraced(function* (
    given: string,
    fingerprint: string,
    failure: { readonly errorTag: string; readonly errorMessage: string; readonly retryAt: number }
  ) {
    const cwd = yield* normalise(given)
    yield* sql`INSERT INTO consolidations ${sql.insert({ cwd, failedFingerprint: fingerprint, attempts: 1, ...failure })}
      ON CONFLICT (cwd) DO UPDATE SET
        attempts = CASE consolidations.failed_fingerprint WHEN excluded.failed_fingerprint
          THEN consolidations.attempts + 1 ELSE 1 END,
        failed_fingerprint = excluded.failed_fingerprint, retry_at = excluded.retry_at,
        error_tag = excluded.error_tag, error_message = excluded.error_message`
  })

  return {
    getMemory: (threadId: ThreadId) => statement("getMemory")(getMemory(threadId)),
    lastMemories: (cwd: string, count: number) =>
      statement("lastMemories")(Effect.flatMap(normalise(cwd), (normalised) => lastMemories(normalised, count))),
    importMemory: (memory: ImportedMemory) => transaction("importMemory")(importMemory(memory)),
    listProjects: statement("listProjects")(
      Effect.flatMap(
        sql`SELECT t.cwd AS cwd, count(*) AS memories FROM thread_memory m JOIN threads t ON t.id = m.thread_id
          WHERE t.cwd IS NOT NULL GROUP BY t.cwd ORDER BY t.cwd`,
        decodeProjects
      )
    ),
    dirtyDirectories: (tracesPerDirectory: number) =>
      statement("dirtyDirectories")(dirtyDirectories(tracesPerDirectory)),
    consolidationState: (cwd: string, tracesPerDirectory: number) =>
      transaction("consolidationState")(consolidationState(cwd, tracesPerDirectory)),
    recordPublished: (cwd: string, fingerprint: string) =>
      transaction("recordPublished")(recordPublished(cwd, fingerprint)),
    recordUnpublished: (
      cwd: string,
      fingerprint: string,
      failure: { readonly errorTag: string; readonly errorMessage: string; readonly retryAt: number }
    ) => statement("recordUnpublished")(recordUnpublished(cwd, fingerprint, failure))
  }
}

const inputsOf = (row: DirectoryRow) =>
  (row.inputs ?? "").split("\n").flatMap((line) => {
    const [threadId, version] = line.split(":")
    return threadId === undefined || version === undefined ? [] : [{ threadId, version }]
  })

const historyOf = (row: DirectoryRow): ConsolidationHistory => ({
  published: row.publishedFingerprint ?? undefined,
  failed: row.failedFingerprint ?? undefined,
  attempts: row.attempts ?? 0,
  retryAt: row.retryAt ?? undefined
})

const whenDirty = (
  row: DirectoryRow,
  notes: ReadonlyArray<string>,
  tracesPerDirectory: number
): ReadonlyArray<DirtyDirectory> => {
  const inputs = inputsOf(row)
  const fingerprint = fingerprintWithNotes(
    fingerprintOf(inputs.slice(0, tracesPerDirectory), inputs.slice(tracesPerDirectory)),
    notes
  )
  const history = historyOf(row)
  return isDirty(history, { fingerprint, hasRemovals: row.hasRemovals })
    ? [{ cwd: row.cwd, ...failuresOf(history, fingerprint) }]
    : []
}
