import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { FactId } from "../../../domain/facts/Fact.js"
import { memoryVersion } from "../../../domain/memory/TraceMemory.js"
import { rewrite, type SafeText } from "../../../domain/privacy/SafeText.js"
import { ThreadId } from "../../../domain/thread/ThreadId.js"
import { bucketOf, type Directory } from "../../../domain/thread/WorkingDirectory.js"
import { markForgottenFacts } from "./ForgottenFacts.js"
import { addForgotten } from "./ForgottenFile.js"
import { findAll, StoredText } from "./Rows.js"

/** Two directories whose memories become one. */
interface Joined {
  readonly from: Directory
  readonly to: Directory
  /** The path of `from` below the top of its working copy. */
  readonly place: string
}

/** Puts the trace of one directory behind the trace of another one, with its heading one level lower. */
const joinTraces = (trace: SafeText, other: SafeText): SafeText =>
  rewrite(trace, (text) => `${text.trimEnd()}\n\n${other.trim().replace(/^# /, "## ")}\n`)

const joinSummaries = (summary: SafeText, other: SafeText): SafeText =>
  rewrite(summary, (text) => `${text} ${other}`.trim())

/**
 * Moves all rows of one directory to another one. The ids of forgotten facts are written to the file beside the database
 * first, under their new bucket, so that they stay forgotten if the database is lost. Must run in one transaction.
 */
export const joinDirectories = Effect.fnUntraced(function* (
  {
    pid,
    record,
    sql
  }: { readonly sql: SqlClient.SqlClient; readonly record: Option.Option<string>; readonly pid: number },
  { from, place, to }: Joined
) {
  const forgottenOf = findAll({
    Request: Schema.String,
    Result: Schema.Struct({ id: FactId }),
    execute: (cwd) => sql`SELECT id FROM fact_marks WHERE cwd = ${cwd} AND mark = 'Forgotten'`
  })
  const twice = findAll({
    Request: Schema.Struct({ from: Schema.String, to: Schema.String }),
    Result: Schema.Struct({
      threadId: ThreadId,
      trace: StoredText,
      summary: StoredText,
      otherTrace: StoredText,
      otherSummary: StoredText
    }),
    execute: (both) => sql`SELECT m.thread_id, m.trace_summary AS trace, m.memory_summary AS summary,
        o.trace_summary AS other_trace, o.memory_summary AS other_summary
      FROM thread_memory m JOIN thread_memory o ON o.thread_id = m.thread_id
      WHERE m.cwd = ${both.to} AND o.cwd = ${both.from}`
  })

  yield* markForgottenFacts(sql, from)
  yield* markForgottenFacts(sql, to)
  const forgotten = yield* forgottenOf(from)
  if (Option.isSome(record) && forgotten.length > 0) {
    const facts = forgotten.map(({ id }) => ({ bucket: bucketOf(to), id }))
    yield* addForgotten(record.value, { threadIds: [], facts }, pid)
  }

  yield* sql`UPDATE facts SET place = CASE WHEN place = '' THEN ${place} WHEN ${place} = '' THEN place
    ELSE ${place} || '/' || place END WHERE cwd = ${from}`
  for (const { otherSummary, otherTrace, summary, threadId, trace } of yield* twice({ from, to })) {
    const traceSummary = joinTraces(trace, otherTrace)
    const memorySummary = joinSummaries(summary, otherSummary)
    // Its facts are extracted again, as those of one memory.
    const row = {
      traceSummary,
      memorySummary,
      version: memoryVersion({ traceMemory: traceSummary, summary: memorySummary }),
      factsVersion: 0
    }
    yield* sql`UPDATE OR IGNORE facts SET cwd = ${to} WHERE cwd = ${from} AND thread_id = ${threadId}`
    yield* sql`DELETE FROM thread_memory WHERE cwd = ${from} AND thread_id = ${threadId}`
    yield* sql`UPDATE thread_memory SET ${sql.update(row)} WHERE cwd = ${to} AND thread_id = ${threadId}`
  }
  yield* sql`UPDATE thread_memory SET cwd = ${to} WHERE cwd = ${from}`

  yield* sql`INSERT INTO fact_marks (id, cwd, mark, text, at)
    SELECT id, ${to}, mark, text, at FROM fact_marks WHERE cwd = ${from}
    ON CONFLICT (cwd, id, mark) DO UPDATE SET text = excluded.text, at = excluded.at WHERE excluded.at > fact_marks.at`
  yield* sql`DELETE FROM fact_marks WHERE cwd = ${from}`
  yield* sql`UPDATE fact_history SET cwd = ${to} WHERE cwd = ${from}`
  // What was forgotten in one of them is forgotten in both.
  const isForgotten = sql`cwd = ${to} AND id IN (SELECT id FROM fact_marks WHERE cwd = ${to} AND mark = 'Forgotten')`
  yield* sql`DELETE FROM facts WHERE ${isForgotten}`
  yield* sql`DELETE FROM fact_marks WHERE ${isForgotten} AND mark <> 'Forgotten'`
  yield* sql`DELETE FROM fact_history WHERE ${isForgotten} AND event <> 'forgotten'`

  yield* sql`UPDATE user_notes SET cwd = ${to} WHERE cwd = ${from}
    AND NOT EXISTS (SELECT 1 FROM user_notes n WHERE n.cwd = ${to} AND n.text = user_notes.text)`
  yield* sql`DELETE FROM user_notes WHERE cwd = ${from}`
  yield* sql`DELETE FROM memory_removals WHERE cwd = ${from}`
  yield* sql`DELETE FROM consolidations WHERE cwd = ${from}`
  yield* sql`UPDATE project_directories SET project = ${to} WHERE project = ${from}`
})
