import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { lockTime, staleLockTime } from "../../domain/thread/LeaseTimes.js"
import type { ProcessIdentity } from "../../services/ProcessTable.js"
import type { State } from "./State.js"

interface Lock {
  readonly owner: string
  /** Unix seconds. */
  readonly updatedAt: number
  readonly holder: ProcessIdentity
}

/** The operations on consolidation locks. */
export const make = ({ normalise, processes }: State) => {
  const locks = new Map<string, Lock>()

  const acquireLock = Effect.fn("StateDb.acquireLock")(function* (
    given: string,
    owner: string,
    lease: Duration.Duration
  ) {
    const cwd = yield* normalise(given)
    const now = yield* Clock.currentTimeMillis
    const seen = locks.get(cwd)
    const isAbandoned = seen !== undefined && (yield* processes.isGone(seen.holder))
    const lock = locks.get(cwd)
    const isFree =
      lock === undefined ||
      lock.owner === owner ||
      lock.updatedAt <= staleLockTime(now, lease) ||
      (isAbandoned && lock === seen)
    if (isFree) {
      locks.set(cwd, { owner, updatedAt: lockTime(now), holder: processes.self })
    }
    return isFree
  })

  const renewLock = Effect.fn("StateDb.renewLock")(function* (given: string, owner: string) {
    const cwd = yield* normalise(given)
    const updatedAt = lockTime(yield* Clock.currentTimeMillis)
    const lock = locks.get(cwd)
    if (lock?.owner !== owner) {
      return false
    }
    locks.set(cwd, { ...lock, updatedAt })
    return true
  })

  const releaseLock = Effect.fn("StateDb.releaseLock")(function* (given: string, owner: string) {
    const cwd = yield* normalise(given)
    return locks.get(cwd)?.owner === owner && locks.delete(cwd)
  })

  return {
    acquireLock,
    lockedDirectories: Effect.sync(() => [...locks.keys()].sort()),
    renewLock,
    releaseLock
  }
}
