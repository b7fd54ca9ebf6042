import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { bucketOf, type Directory } from "../../../domain/thread/WorkingDirectory.js"
import type { ForgottenFact } from "./ForgottenFile.js"

/**
 * Facts that a lost database had forgotten, by the buckets of their directories. Each waits here until its directory is
 * known again, and becomes a mark then.
 */

/** Creates the table of forgotten facts whose directory is not known yet. */
export const createForgottenFacts = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE forgotten_facts (
    bucket TEXT NOT NULL,
    id TEXT NOT NULL,
    forgotten_at INTEGER NOT NULL,
    PRIMARY KEY (bucket, id)
  ) WITHOUT ROWID`
})

/** Copies facts of the record beside the database into the table. */
export const takeForgottenFacts = Effect.fnUntraced(function* (facts: ReadonlyArray<ForgottenFact>, now: number) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT OR IGNORE INTO forgotten_facts (bucket, id, forgotten_at)
    SELECT value ->> 'bucket', value ->> 'id', ${now} FROM json_each(${JSON.stringify(facts)})`
})

/** Marks the facts of a directory that wait in the table as forgotten. Part of a transaction. */
export const markForgottenFacts = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, cwd: Directory) {
  const bucket = bucketOf(cwd)
  const waiting = sql`SELECT id, forgotten_at AS at FROM forgotten_facts WHERE bucket = ${bucket}
    AND id NOT IN (SELECT id FROM fact_marks WHERE cwd = ${cwd} AND mark = 'Forgotten')`
  yield* sql`INSERT INTO fact_history (id, cwd, event, at) SELECT id, ${cwd}, 'forgotten', at FROM (${waiting})`
  yield* sql`INSERT INTO fact_marks (id, cwd, mark, at) SELECT id, ${cwd}, 'Forgotten', at FROM (${waiting})`
  yield* sql`DELETE FROM forgotten_facts WHERE bucket = ${bucket}`
})
