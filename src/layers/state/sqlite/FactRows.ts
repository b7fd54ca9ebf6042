import type * as SqlClient from "@effect/sql/SqlClient"
import type { Fragment } from "@effect/sql/Statement"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Basis, FactContent, FactId, SessionFact } from "../../../domain/facts/Fact.js"
import { ThreadId } from "../../../domain/thread/ThreadId.js"
import { Directory } from "../../../domain/thread/WorkingDirectory.js"
import type { ExtractedFacts } from "../../../services/state/Facts.js"
import { markForgottenFacts } from "./ForgottenFacts.js"

/** A row with a fact, as the queries select it. */
export const FactRow = Schema.Struct({
  id: FactId,
  threadId: ThreadId,
  cwd: Directory,
  basis: Basis,
  line: Schema.Int,
  lastLine: Schema.Int,
  at: Schema.NullOr(Schema.Int),
  place: Schema.optionalWith(Schema.String, { nullable: true, exact: true }),
  text: Schema.String,
  content: Schema.parseJson(FactContent)
})

/** SQL that selects the columns of a {@link FactRow} from the table `facts` under the name `f`. */
export const factColumns =
  "f.id, f.thread_id, f.cwd, f.basis, f.line, f.last_line, f.at, nullif(f.place, '') AS place, f.text, f.content"

const encodeContent = Schema.encodeSync(Schema.parseJson(FactContent))
const encodeFact = Schema.encodeSync(Schema.parseJson(SessionFact))

/** Adds to the history that facts are gone. Runs before their deletion; `which` is a condition on the table `facts`. */
export const withdrawFacts = (sql: SqlClient.SqlClient, which: Fragment, now: number) =>
  sql`INSERT INTO fact_history (id, cwd, thread_id, event, at, kind)
    SELECT id, cwd, thread_id, 'withdrawn', ${now}, kind FROM facts WHERE ${which} ORDER BY number`

/**
 * Replaces the facts of a memory, and adds to the history which facts are new and which are gone. The caller runs it in
 * a transaction, after checking that the memory's row exists and that the claim is held.
 */
export const writeFacts = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  threadId: string,
  { cwd, facts }: ExtractedFacts,
  now: number
) {
  const rows = JSON.stringify(
    facts.map((fact) => ({
      ...fact,
      kind: fact.content._tag,
      content: encodeContent(fact.content),
      fact: encodeFact(fact)
    }))
  )
  yield* markForgottenFacts(sql, cwd)
  const gone = sql.and([
    sql`thread_id = ${threadId} AND cwd = ${cwd}`,
    sql`id NOT IN (SELECT value ->> 'id' FROM json_each(${rows}))`
  ])
  yield* withdrawFacts(sql, gone, now)
  yield* sql`INSERT INTO fact_history (id, cwd, thread_id, event, at, kind, text, fact)
    SELECT value ->> 'id', ${cwd}, ${threadId}, 'added', ${now}, value ->> 'kind', value ->> 'text', value ->> 'fact'
    FROM json_each(${rows})
    WHERE NOT EXISTS (SELECT 1 FROM facts
        WHERE thread_id = ${threadId} AND cwd = ${cwd} AND id = value ->> 'id' AND content = value ->> 'content')
      AND NOT EXISTS (SELECT 1 FROM fact_marks
        WHERE cwd = ${cwd} AND id = value ->> 'id' AND mark = 'Forgotten')
    ORDER BY key`
  yield* sql`DELETE FROM facts WHERE thread_id = ${threadId} AND cwd = ${cwd}`
  yield* sql`INSERT INTO facts (id, thread_id, cwd, kind, basis, line, last_line, at, text, content)
    SELECT value ->> 'id', ${threadId}, ${cwd}, value ->> 'kind', value ->> 'basis', value ->> 'line',
      value ->> 'lastLine', value ->> 'at', value ->> 'text', value ->> 'content'
    FROM json_each(${rows}) WHERE true ORDER BY key`
  // The migration that reads facts from traces runs before there are places; no such fact has one.
  if (facts.some(({ place = "" }) => place !== "")) {
    yield* sql`UPDATE facts SET place = coalesce((SELECT value ->> 'place' FROM json_each(${rows})
      WHERE value ->> 'id' = facts.id), '') WHERE thread_id = ${threadId} AND cwd = ${cwd}`
  }
})
