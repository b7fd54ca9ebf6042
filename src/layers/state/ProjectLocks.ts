import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { lockTime, staleLockTime } from "../../domain/thread/LeaseTimes.js"
import { Directory } from "../../domain/thread/WorkingDirectory.js"
import { type LockRequest, type LockStatements, makeWithLock, ProjectLocks } from "../../services/state/ProjectLocks.js"
import { HolderRow, Queries } from "./sqlite/Queries.js"
import { findAll } from "./sqlite/Rows.js"

/** A row with the directory of a lock and the process that holds it. */
const LockRow = Schema.Struct({ ...HolderRow.fields, of: Directory })

const columns = "cwd AS of, working_thread_id AS owner, updated_at AS mark, host, pid, process_started"

/** Makes the database statements behind the locks. */
export const statements = ({ isGone, self, sql, statement }: Queries["Type"]): LockStatements => {
  const lockOf = findAll({
    Request: Directory,
    Result: LockRow,
    execute: (cwd) => sql`SELECT ${sql.literal(columns)} FROM memory_consolidation_locks WHERE cwd = ${cwd}`
  })

  const acquire = Effect.fnUntraced(function* ({ cwd, lease, owner }: LockRequest) {
    const now = yield* Clock.currentTimeMillis
    const row = { cwd, workingThreadId: owner, updatedAt: lockTime(now), ...self }
    const taken = yield* sql`INSERT INTO memory_consolidation_locks ${sql.insert(row)}
      ON CONFLICT (cwd) DO UPDATE SET working_thread_id = excluded.working_thread_id,
        updated_at = excluded.updated_at, host = excluded.host, pid = excluded.pid,
        process_started = excluded.process_started
      WHERE memory_consolidation_locks.working_thread_id = excluded.working_thread_id
        OR memory_consolidation_locks.updated_at <= ${staleLockTime(now, lease)}
      RETURNING cwd`
    if (taken.length > 0) {
      return true
    }
    const [gone] = yield* Effect.filter(yield* lockOf(cwd), isGone)
    if (gone === undefined) {
      return false
    }
    const swapped = yield* sql`UPDATE memory_consolidation_locks SET ${sql.update(row, ["cwd"])}
      WHERE cwd = ${cwd} AND working_thread_id = ${gone.owner} AND updated_at = ${gone.mark} RETURNING cwd`
    return swapped.length > 0
  })

  const renew = Effect.fnUntraced(function* ({ cwd, owner }: LockRequest) {
    const now = lockTime(yield* Clock.currentTimeMillis)
    const renewed = yield* sql`UPDATE memory_consolidation_locks SET updated_at = ${now}
      WHERE cwd = ${cwd} AND working_thread_id = ${owner} RETURNING cwd`
    return renewed.length > 0
  })

  const release = Effect.fnUntraced(function* ({ cwd, owner }: LockRequest) {
    const released = yield* sql`DELETE FROM memory_consolidation_locks
      WHERE cwd = ${cwd} AND working_thread_id = ${owner} RETURNING cwd`
    return released.length > 0
  })

  return {
    acquire: (request) => statement("ProjectLocks.acquire")(acquire(request)),
    renew: (request) => statement("ProjectLocks.renew")(renew(request)),
    release: (request) => statement("ProjectLocks.release")(release(request))
  }
}

const make = Effect.map(Queries, (queries) => {
  const { holderOf, sql, statement } = queries
  const locks = findAll({
    Request: Schema.Void,
    Result: LockRow,
    execute: () => sql`SELECT ${sql.literal(columns)} FROM memory_consolidation_locks ORDER BY cwd`
  })

  return ProjectLocks.of({
    withLock: makeWithLock(statements(queries)),
    holders: statement("ProjectLocks.holders")(Effect.flatMap(locks(), (rows) => Effect.forEach(rows, holderOf)))
  })
})

/** Stores locks in the table `memory_consolidation_locks`, with a row for each locked directory. */
export const layer: Layer.Layer<ProjectLocks, never, Queries> = Layer.effect(ProjectLocks, make)
