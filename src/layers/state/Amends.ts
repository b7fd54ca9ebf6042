import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import { StateDbFailure, ThreadsClaimed } from "../../services/StateDb.js"
import { noFailureRow } from "./Claims.js"
import { readForgotten, writeForgotten } from "./sqlite/ForgottenFile.js"
import type { Tools } from "./sqlite/Operation.js"
import { decodeClaims, decodeIds } from "./sqlite/Rows.js"

/** Ids in one statement: SQLite takes 32,766 parameters at most. */
const idsAtOnce = 5_000

const isBlocked = Schema.is(Schema.Tuple(Schema.Struct({ busy: Schema.Literal(1) })))

/** A reader ends within moments; one that stays for longer is told of. */
const untilReadersEnd = Schedule.intersect(Schedule.spaced("100 millis"), Schedule.recurs(100))

/** What people ask for beside what passes do: another try, a note, oblivion, also of the database at `path` itself. */
export const make = ({ isGone, normalise, self, sql, statement, transaction }: Tools, path: string) => {
  const retryThread = (threadId: ThreadId) =>
    Effect.map(
      sql`UPDATE extractions SET ${sql.update(noFailureRow)} WHERE thread_id = ${threadId} AND error_tag IS NOT NULL
        RETURNING thread_id`,
      (rows) => rows.length > 0
    )

  const addNote = Effect.fnUntraced(function* (given: string, text: string) {
    const cwd = yield* normalise(given)
    const createdAt = yield* Clock.currentTimeMillis
    yield* sql`INSERT INTO user_notes (cwd, text, created_at) SELECT ${cwd}, ${text}, ${createdAt}
      WHERE NOT EXISTS (SELECT 1 FROM user_notes WHERE cwd = ${cwd} AND text = ${text})`
  })

  /** Those whose claim is held by a process that may still be there. */
  const claimedAmong = Effect.fnUntraced(function* (threadIds: ReadonlyArray<ThreadId>, now: number) {
    const rows = yield* sql`SELECT thread_id, claim_owner AS owner, claim_expires_at AS mark, claim_host AS host,
      claim_pid AS pid, claim_process_started AS process_started FROM extractions
      WHERE claim_owner IS NOT NULL AND claim_expires_at > ${now} AND ${sql.in("thread_id", threadIds)}`
    const held = yield* Effect.filter(yield* decodeClaims(rows), (holder) => Effect.negate(isGone(holder)))
    return held.map(({ threadId }) => threadId)
  })

  const forgetBatch = Effect.fnUntraced(function* (threadIds: ReadonlyArray<ThreadId>, forgottenAt: number) {
    yield* sql`INSERT INTO forgotten_threads ${sql.insert(threadIds.map((threadId) => ({ threadId, forgottenAt })))}
      ON CONFLICT (thread_id) DO UPDATE SET erased_at = NULL`
    yield* sql`DELETE FROM threads WHERE ${sql.in("id", threadIds)}`
  })

  /** Before anything goes: a database that is lost in the middle of it must not bring it back. */
  const keepRecord = Effect.fnUntraced(function* (threadIds: ReadonlyArray<ThreadId>) {
    const known = yield* decodeIds(yield* sql`SELECT thread_id FROM forgotten_threads`)
    const recorded = yield* readForgotten(path)
    yield* writeForgotten(path, [...recorded, ...known.map(({ threadId }) => threadId), ...threadIds], self.pid)
  })

  const forgetThreads = Effect.fnUntraced(function* (threadIds: ReadonlyArray<ThreadId>) {
    const now = yield* Clock.currentTimeMillis
    const claimed = yield* transaction("forgetThreads")(
      Effect.gen(function* () {
        const claimed = (yield* Effect.forEach(Arr.chunksOf(threadIds, idsAtOnce), (batch) =>
          claimedAmong(batch, now)
        )).flat()
        if (claimed.length === 0 && threadIds.length > 0) {
          yield* keepRecord(threadIds)
          yield* Effect.forEach(Arr.chunksOf(threadIds, idsAtOnce), (batch) => forgetBatch(batch, now), {
            discard: true
          })
        }
        return claimed
      })
    )
    if (claimed.length > 0) {
      return yield* new ThreadsClaimed({ threadIds: claimed })
    }
  })

  const forgetConsolidation = Effect.fnUntraced(function* (given: string) {
    const cwd = yield* normalise(given)
    yield* sql`DELETE FROM consolidations WHERE cwd = ${cwd}`
  })

  /** The write-ahead log may hold what was deleted until it was written back and cut to nothing. */
  const cutLog = Effect.flatMap(sql`PRAGMA wal_checkpoint(TRUNCATE)`, (rows) =>
    isBlocked(rows.map((row) => ({ busy: row["busy"] })))
      ? new StateDbFailure({
          operation: "eraseRemains",
          cause: new Error("another program keeps reading the state DB; end it and run the same command again")
        })
      : Effect.void
  )

  // VACUUM writes the whole database anew, without what earlier deletions left on its pages.
  const eraseRemains = Effect.gen(function* () {
    yield* statement("eraseRemains")(sql.unsafe("INSERT INTO memory_search (memory_search) VALUES ('optimize')"))
    yield* statement("eraseRemains")(sql.unsafe("VACUUM"))
    yield* cutLog.pipe(
      Effect.catchTag("SqlError", (cause) => new StateDbFailure({ operation: "eraseRemains", cause })),
      Effect.retry(untilReadersEnd)
    )
    const now = yield* Clock.currentTimeMillis
    yield* statement("eraseRemains")(sql`UPDATE forgotten_threads SET erased_at = ${now} WHERE erased_at IS NULL`)
  }).pipe(Effect.withSpan("StateDb.eraseRemains"))

  return {
    retryThread: (threadId: ThreadId) => statement("retryThread")(retryThread(threadId)),
    addNote: (cwd: string, text: string) => statement("addNote")(addNote(cwd, text)),
    removeNotes: (noteIds: ReadonlyArray<number>) =>
      noteIds.length === 0
        ? Effect.void
        : statement("removeNotes")(Effect.asVoid(sql`DELETE FROM user_notes WHERE ${sql.in("id", noteIds)}`)),
    forgetThreads,
    forgetConsolidation: (cwd: string) => statement("forgetConsolidation")(forgetConsolidation(cwd)),
    eraseRemains
  }
}
