import * as Duration from "effect/Duration"

/** Returns the end of a claim that is taken or renewed at `now`, in Unix milliseconds. A negative lease counts as zero. */
export const claimEnd = (now: number, lease: Duration.Duration): number =>
  now + Math.max(0, Math.floor(Duration.toMillis(lease)))

/** Converts `now`, in Unix milliseconds, to Unix seconds, the unit of the table of locks. */
export const lockTime = (now: number): number => Math.floor(now / 1_000)

/** Returns the time in Unix seconds up to which a lock is stale if not renewed later; `now` is in Unix milliseconds. */
export const staleLockTime = (now: number, lease: Duration.Duration): number =>
  lockTime(now) - Math.floor(Duration.toSeconds(lease))
