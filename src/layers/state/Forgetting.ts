import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { ThreadId } from "../../domain/thread/ThreadId.js"
import { Directory } from "../../domain/thread/WorkingDirectory.js"
import { Forgetting, ThreadsClaimed } from "../../services/state/Forgetting.js"
import { StateDbFailure } from "../../services/state/StateDbError.js"
import { claimColumns } from "./Claims.js"
import { addForgotten } from "./sqlite/ForgottenFile.js"
import { HolderRow, Queries } from "./sqlite/Queries.js"
import { findAll } from "./sqlite/Rows.js"

/** Maximum number of ids that one SQL statement takes. */
const idsAtOnce = 5_000

const isBlocked = Schema.is(Schema.Tuple(Schema.Struct({ busy: Schema.Literal(1) })))

/**
 * Retry schedule while other programs read the database: every 100 ms, for ten seconds. Most of them finish within
 * moments.
 */
const untilReadersEnd = Schedule.intersect(Schedule.spaced("100 millis"), Schedule.recurs(100))

const ForgottenRow = Schema.Struct({
  threadId: ThreadId,
  forgottenAt: Schema.Int,
  erasedAt: Schema.NullOr(Schema.Int)
})

const make = Effect.map(Queries, ({ isGone, path, self, sql, statement, transaction }) => {
  const all = findAll({
    Request: Schema.Void,
    Result: ForgottenRow,
    execute: () => sql`SELECT thread_id, forgotten_at, erased_at FROM forgotten_threads ORDER BY thread_id`
  })

  const directoriesOf = findAll({
    Request: Schema.parseJson(Schema.Array(ThreadId)),
    Result: Schema.Struct({ cwd: Directory }),
    execute: (ids) => sql`SELECT cwd FROM threads WHERE cwd IS NOT NULL AND id IN (SELECT value FROM json_each(${ids}))
      UNION SELECT cwd FROM thread_memory WHERE cwd <> '' AND thread_id IN (SELECT value FROM json_each(${ids}))
      UNION SELECT cwd FROM memory_removals WHERE thread_id IN (SELECT value FROM json_each(${ids}))
      ORDER BY cwd`
  })

  /** Finds claims that have not expired. */
  const claimsOn = findAll({
    Request: Schema.Struct({ threadIds: Schema.Array(ThreadId), now: Schema.Number }),
    Result: Schema.Struct({ ...HolderRow.fields, of: ThreadId }),
    execute: ({ now, threadIds }) => sql`SELECT thread_id AS of, ${sql.literal(claimColumns)} FROM extractions
      WHERE claim_owner IS NOT NULL AND claim_expires_at > ${now} AND ${sql.in("thread_id", threadIds)}`
  })

  const forgetBatch = Effect.fnUntraced(function* (threadIds: ReadonlyArray<ThreadId>, forgottenAt: number) {
    yield* sql`INSERT INTO forgotten_threads ${sql.insert(threadIds.map((threadId) => ({ threadId, forgottenAt })))}
      ON CONFLICT (thread_id) DO UPDATE SET erased_at = NULL`
    // A directory in which no other session began is not known any more, nor is one of a project of which nothing is
    // left, unless a person said what it belongs to.
    yield* sql`DELETE FROM project_directories WHERE ground <> 'person'
      AND directory IN (SELECT cwd FROM threads WHERE ${sql.in("id", threadIds)})
      AND directory NOT IN (SELECT cwd FROM threads WHERE cwd IS NOT NULL AND NOT ${sql.in("id", threadIds)})`
    yield* sql`DELETE FROM threads WHERE ${sql.in("id", threadIds)}`
    yield* sql`DELETE FROM project_directories WHERE ground <> 'person'
      AND project NOT IN (SELECT cwd FROM thread_memory)
      AND project NOT IN (SELECT d.project FROM project_directories d JOIN threads t ON t.cwd = d.directory)`
  })

  /** Takes the directories of which nothing is left from the record of costs, whose sums stay. */
  const forgetProjects = sql`UPDATE model_spending SET project = '' WHERE project <> '' AND project NOT IN
    (SELECT cwd FROM threads WHERE cwd IS NOT NULL UNION SELECT cwd FROM thread_memory)`

  /**
   * Writes the ids of threads to the file `forgotten` beside the database. This happens before any deletion, so that
   * the threads stay forgotten if the database is lost during it.
   */
  const keepRecord = Effect.fnUntraced(function* (database: string, threadIds: ReadonlyArray<ThreadId>) {
    const known = yield* all()
    const ids = [...known.map(({ threadId }) => threadId), ...threadIds]
    yield* addForgotten(database, { threadIds: ids, facts: [] }, self.pid)
  })

  const forget = Effect.fnUntraced(function* (threadIds: ReadonlyArray<ThreadId>) {
    const now = yield* Clock.currentTimeMillis
    const batches = Arr.chunksOf(threadIds, idsAtOnce)
    const claimed = yield* transaction("Forgetting.forget")(
      Effect.gen(function* () {
        const claims = yield* Effect.forEach(batches, (batch) => claimsOn({ threadIds: batch, now }))
        const held = yield* Effect.filter(claims.flat(), (holder) => Effect.negate(isGone(holder)))
        if (held.length === 0 && threadIds.length > 0) {
          if (path !== undefined) {
            yield* keepRecord(path, threadIds)
          }
          yield* Effect.forEach(batches, (batch) => forgetBatch(batch, now), { discard: true })
          yield* forgetProjects
        }
        return held.map(({ of }) => of)
      })
    )
    if (claimed.length > 0) {
      return yield* new ThreadsClaimed({ threadIds: claimed })
    }
  })

  /** Moves the write-ahead log into the database and empties it, since it may contain deleted rows. */
  const cutLog = Effect.flatMap(sql`PRAGMA wal_checkpoint(TRUNCATE)`, (rows) =>
    isBlocked(rows.map((row) => ({ busy: row["busy"] })))
      ? new StateDbFailure({
          operation: "Forgetting.eraseRemains",
          cause: new Error("another program keeps reading the state DB; end it and run the same command again")
        })
      : Effect.void
  )

  const erasing = statement("Forgetting.eraseRemains")

  // VACUUM writes the whole database anew, without what earlier deletions left on its pages.
  const eraseRemains = Effect.gen(function* () {
    yield* erasing(sql.unsafe("INSERT INTO memory_search (memory_search) VALUES ('optimize')"))
    yield* erasing(sql.unsafe("VACUUM"))
    yield* cutLog.pipe(
      Effect.catchTag("SqlError", (cause) => new StateDbFailure({ operation: "Forgetting.eraseRemains", cause })),
      Effect.retry(untilReadersEnd)
    )
    const now = yield* Clock.currentTimeMillis
    yield* erasing(sql`UPDATE forgotten_threads SET erased_at = ${now} WHERE erased_at IS NULL`)
  })

  return Forgetting.of({
    forget,
    eraseRemains,
    all: statement("Forgetting.all")(all()),
    directoriesOf: (threadIds) =>
      statement("Forgetting.directoriesOf")(Effect.map(directoriesOf(threadIds), (rows) => rows.map(({ cwd }) => cwd)))
  })
})

/** Stores the ids of forgotten threads in the table `forgotten_threads`, and in a file beside the database. */
export const layer: Layer.Layer<Forgetting, never, Queries> = Layer.effect(Forgetting, make)
