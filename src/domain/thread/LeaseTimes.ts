import * as Duration from "effect/Duration"

/** When a claim ends that is taken or renewed now, both in Unix milliseconds. A lease below zero counts as zero. */
export const claimEnd = (now: number, lease: Duration.Duration): number =>
  now + Math.max(0, Math.floor(Duration.toMillis(lease)))

/** Times of locks are Unix seconds, as the contract has them; `now` is in Unix milliseconds. */
export const lockTime = (now: number): number => Math.floor(now / 1_000)

/** A lock that was last renewed at this time (Unix seconds) or before it is anybody's; `now` is in Unix milliseconds. */
export const staleLockTime = (now: number, lease: Duration.Duration): number =>
  lockTime(now) - Math.floor(Duration.toSeconds(lease))
