import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import {
  type ConsolidationHistory,
  failuresOf,
  fingerprintOf,
  fingerprintWithNotes,
  isDirty,
  neverConsolidated
} from "../../domain/memory/Consolidation.js"
import { ThreadId } from "../../domain/thread/ThreadId.js"
import { Directory } from "../../domain/thread/WorkingDirectory.js"
import {
  type ConsolidationFailure,
  Consolidations,
  type ConsolidationState,
  type DirtyDirectory
} from "../../services/state/Consolidations.js"
import { memoriesIn } from "./sqlite/MemoryRow.js"
import { Queries } from "./sqlite/Queries.js"
import { findAll, findOne, Flag, StoredText } from "./sqlite/Rows.js"

/**
 * The outcome of the last consolidations of a directory: the inputs that were published, the inputs that failed, and
 * the next attempt.
 */
const HistoryRow = Schema.Struct({
  publishedFingerprint: Schema.NullOr(Schema.String),
  failedFingerprint: Schema.NullOr(Schema.String),
  attempts: Schema.NullOr(Schema.Int),
  retryAt: Schema.NullOr(Schema.Int)
})

/** A directory with the inputs of its next consolidation and the outcome of the last ones. */
const DirectoryRow = Schema.Struct({
  cwd: Directory,
  /** The inputs, one `thread:version` a line; null for a directory without memories. */
  inputs: Schema.NullOr(Schema.String),
  hasRemovals: Flag,
  ...HistoryRow.fields
})

const EntryRow = Schema.Struct({
  cwd: Directory,
  publishedAt: Schema.NullOr(Schema.Int),
  retryAt: Schema.NullOr(Schema.Int),
  errorTag: Schema.NullOr(Schema.String),
  errorMessage: Schema.NullOr(StoredText)
})

const NoteRow = Schema.Struct({ cwd: Directory, text: StoredText })

const historyOf = (row: typeof HistoryRow.Type): ConsolidationHistory => ({
  published: row.publishedFingerprint ?? undefined,
  failed: row.failedFingerprint ?? undefined,
  attempts: row.attempts ?? 0,
  retryAt: row.retryAt ?? undefined
})

const inputsOf = ({ inputs }: typeof DirectoryRow.Type) =>
  (inputs ?? "").split("\n").flatMap((line) => {
    const [threadId, version] = line.split(":")
    return threadId === undefined || version === undefined ? [] : [{ threadId, version }]
  })

const whenDirty = (
  row: typeof DirectoryRow.Type,
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

const make = Effect.map(Queries, ({ sql, statement, transaction }) => {
  /**
   * Finds every directory that has a memory, that has notes, or from whose files a deleted memory was not yet removed.
   */
  const directories = findAll({
    Request: Schema.Void,
    Result: DirectoryRow,
    execute: () => sql`WITH inputs AS (
        SELECT d.cwd AS cwd, (
          SELECT group_concat(last.input, char(10)) FROM (
            SELECT m.thread_id || ':' || m.version AS input
            FROM thread_memory m INDEXED BY thread_memory_by_directory JOIN threads t ON t.id = m.thread_id
            WHERE m.cwd = d.cwd AND t.cwd IS NOT NULL ORDER BY m.updated_at DESC, m.thread_id DESC
          ) last
        ) AS inputs
        FROM (SELECT cwd FROM threads WHERE cwd IS NOT NULL UNION SELECT cwd FROM thread_memory WHERE cwd <> ''
          UNION SELECT cwd FROM memory_removals UNION SELECT cwd FROM user_notes) d
      )
      SELECT coalesce(i.cwd, c.cwd) AS cwd, i.inputs, c.published_fingerprint, c.failed_fingerprint, c.attempts, c.retry_at,
        EXISTS (SELECT 1 FROM memory_removals r WHERE r.cwd = i.cwd) AS has_removals
      FROM inputs i FULL JOIN consolidations c ON c.cwd = i.cwd ORDER BY 1`
  })

  /**
   * SQL for the text of a person's decision about a fact. A consolidation's inputs include it, so that a new decision
   * makes the directory dirty.
   */
  const markText = sql.literal("mark || ' ' || id || ' ' || coalesce(text, '')")

  const allNotes = findAll({
    Request: Schema.Void,
    Result: NoteRow,
    execute: () => sql`SELECT cwd, text FROM user_notes ORDER BY id`
  })

  const notesOf = findAll({
    Request: Directory,
    Result: NoteRow,
    execute: (cwd) => sql`SELECT cwd, text FROM user_notes WHERE cwd = ${cwd} ORDER BY id`
  })

  const allMarks = findAll({
    Request: Schema.Void,
    Result: NoteRow,
    execute: () => sql`SELECT cwd, ${markText} AS text FROM fact_marks ORDER BY cwd, id, mark`
  })

  const marksOf = findAll({
    Request: Directory,
    Result: NoteRow,
    execute: (cwd) => sql`SELECT cwd, ${markText} AS text FROM fact_marks WHERE cwd = ${cwd} ORDER BY id, mark`
  })

  const lastMemories = memoriesIn(sql)

  const earlierMemories = findAll({
    Request: Schema.Struct({ cwd: Directory, tracesPerDirectory: Schema.Number }),
    Result: Schema.Struct({ threadId: ThreadId, version: Schema.String }),
    execute: ({ cwd, tracesPerDirectory }) => sql`SELECT m.thread_id, m.version
      FROM thread_memory m INDEXED BY thread_memory_by_directory JOIN threads t ON t.id = m.thread_id
      WHERE m.cwd = ${cwd} AND t.cwd IS NOT NULL ORDER BY m.updated_at DESC, m.thread_id DESC LIMIT -1 OFFSET ${tracesPerDirectory}`
  })

  const history = findOne({
    Request: Directory,
    Result: HistoryRow,
    execute: (cwd) => sql`SELECT cwd, published_fingerprint, failed_fingerprint, attempts, retry_at
      FROM consolidations WHERE cwd = ${cwd}`
  })

  const removalsOf = findAll({
    Request: Directory,
    Result: Schema.Struct({ threadId: ThreadId }),
    execute: (cwd) => sql`SELECT thread_id FROM memory_removals WHERE cwd = ${cwd}`
  })

  const entries = findAll({
    Request: Schema.Void,
    Result: EntryRow,
    execute: () => sql`SELECT cwd, published_at, retry_at, error_tag, error_message FROM consolidations ORDER BY cwd`
  })

  const dirty = Effect.fnUntraced(function* (tracesPerDirectory: number) {
    const notes = Arr.groupBy([...(yield* allNotes()), ...(yield* allMarks())], ({ cwd }) => cwd)
    return (yield* directories()).flatMap((row) =>
      whenDirty(
        row,
        (notes[row.cwd] ?? []).map(({ text }) => text),
        tracesPerDirectory
      )
    )
  })

  const stateOf = Effect.fnUntraced(function* (cwd: Directory, tracesPerDirectory: number) {
    const memories = yield* lastMemories(cwd, tracesPerDirectory)
    const earlier = yield* earlierMemories({ cwd, tracesPerDirectory })
    const before = Option.match(yield* history(cwd), { onNone: () => neverConsolidated, onSome: historyOf })
    const removals = yield* removalsOf(cwd)
    const notes = (yield* notesOf(cwd)).map(({ text }) => text)
    const marks = (yield* marksOf(cwd)).map(({ text }) => text)
    const fingerprint = fingerprintWithNotes(fingerprintOf(memories, earlier), [...notes, ...marks])
    const state: ConsolidationState = {
      memories,
      earlier,
      fingerprint,
      published: before.published,
      attempts: failuresOf(before, fingerprint).attempts,
      removals: removals.map(({ threadId }) => threadId),
      notes
    }
    return state
  })

  const recordPublished = Effect.fnUntraced(function* (cwd: Directory, fingerprint: string) {
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

  const recordFailure = Effect.fnUntraced(function* (
    cwd: Directory,
    fingerprint: string,
    { errorMessage, errorTag, retryAt }: ConsolidationFailure
  ) {
    const row = { cwd, failedFingerprint: fingerprint, attempts: 1, errorTag, errorMessage, retryAt }
    yield* sql`INSERT INTO consolidations ${sql.insert(row)}
      ON CONFLICT (cwd) DO UPDATE SET
        attempts = CASE consolidations.failed_fingerprint WHEN excluded.failed_fingerprint
          THEN consolidations.attempts + 1 ELSE 1 END,
        failed_fingerprint = excluded.failed_fingerprint, retry_at = excluded.retry_at,
        error_tag = excluded.error_tag, error_message = excluded.error_message`
  })

  return Consolidations.of({
    dirty: (tracesPerDirectory) => statement("Consolidations.dirty")(dirty(tracesPerDirectory)),
    state: (cwd, tracesPerDirectory) => transaction("Consolidations.state")(stateOf(cwd, tracesPerDirectory)),
    recordPublished: (cwd, fingerprint) =>
      transaction("Consolidations.recordPublished")(recordPublished(cwd, fingerprint)),
    recordFailure: (cwd, fingerprint, failure) =>
      statement("Consolidations.recordFailure")(recordFailure(cwd, fingerprint, failure)),
    forget: (cwd) =>
      statement("Consolidations.forget")(Effect.asVoid(sql`DELETE FROM consolidations WHERE cwd = ${cwd}`)),
    all: statement("Consolidations.all")(entries())
  })
})

/** Stores consolidations in the tables `consolidations` and `memory_removals`. */
export const layer: Layer.Layer<Consolidations, never, Queries> = Layer.effect(Consolidations, make)
