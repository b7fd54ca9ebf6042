import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { lockTime, staleLockTime } from "../../domain/thread/LeaseTimes.js"
import type { Tools } from "./sqlite/Operation.js"
import { decodeCwds } from "./sqlite/Rows.js"

/** The operations on consolidation locks. */
export const make = ({ goneHolder, normalise, self, sql, statement }: Tools) => {
  const acquireLock = Effect.fnUntraced(function* (given: string, owner: string, lease: Duration.Duration) {
    const cwd = yield* normalise(given)
    const now = yield* Clock.currentTimeMillis
    const stale = staleLockTime(now, lease)
    const row = {
      cwd,
      workingThreadId: owner,
      updatedAt: lockTime(now),
      host: self.host,
      pid: self.pid,
      processStarted: self.processStarted
    }
    const taken = yield* sql`INSERT INTO memory_consolidation_locks ${sql.insert(row)}
      ON CONFLICT (cwd) DO UPDATE SET working_thread_id = excluded.working_thread_id,
        updated_at = excluded.updated_at, host = excluded.host, pid = excluded.pid,
        process_started = excluded.process_started
      WHERE memory_consolidation_locks.working_thread_id = excluded.working_thread_id
        OR memory_consolidation_locks.updated_at <= ${stale}
      RETURNING cwd`
    if (taken.length > 0) {
      return true
    }
    const gone = yield* goneHolder(sql`SELECT working_thread_id AS owner, updated_at AS mark, host, pid, process_started
      FROM memory_consolidation_locks WHERE cwd = ${cwd}`)
    if (gone === undefined) {
      return false
    }
    const swapped = yield* sql`UPDATE memory_consolidation_locks SET ${sql.update(row, ["cwd"])}
      WHERE cwd = ${cwd} AND working_thread_id = ${gone.owner} AND updated_at = ${gone.mark} RETURNING cwd`
    return swapped.length > 0
  })

  const renewLock = Effect.fnUntraced(function* (given: string, owner: string) {
    const cwd = yield* normalise(given)
    const now = lockTime(yield* Clock.currentTimeMillis)
    const renewed = yield* sql`UPDATE memory_consolidation_locks SET updated_at = ${now}
      WHERE cwd = ${cwd} AND working_thread_id = ${owner} RETURNING cwd`
    return renewed.length > 0
  })

  const releaseLock = Effect.fnUntraced(function* (given: string, owner: string) {
    const cwd = yield* normalise(given)
    const released = yield* sql`DELETE FROM memory_consolidation_locks
      WHERE cwd = ${cwd} AND working_thread_id = ${owner} RETURNING cwd`
    return released.length > 0
  })

  return {
    acquireLock: (cwd: string, owner: string, lease: Duration.Duration) =>
      statement("acquireLock")(acquireLock(cwd, owner, lease)),
    lockedDirectories: statement("lockedDirectories")(
      Effect.map(Effect.flatMap(sql`SELECT cwd FROM memory_consolidation_locks ORDER BY cwd`, decodeCwds), (rows) =>
        rows.map(({ cwd }) => cwd)
      )
    ),
    renewLock: (cwd: string, owner: string) => statement("renewLock")(renewLock(cwd, owner)),
    releaseLock: (cwd: string, owner: string) => statement("releaseLock")(releaseLock(cwd, owner))
  }
}
