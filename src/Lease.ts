import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** A lease is renewed four times over, so that three renewals may come late; never more often than once a second. */
const renewalInterval = (lease: Duration.Duration): Duration.Duration =>
  Duration.max(Duration.seconds(1), Duration.times(lease, 1 / 4))

/**
 * Runs work while its lease is renewed. When a renewal fails the work is interrupted, its finalizers are waited for, and
 * the failure of the renewal is the result.
 */
export const whileRenewed = <A, E, R, E2, R2>(
  work: Effect.Effect<A, E, R>,
  renew: Effect.Effect<void, E2, R2>,
  lease: Duration.Duration
): Effect.Effect<A, E | E2, R | R2> =>
  Effect.raceFirst(work, Effect.forever(Effect.zipRight(Effect.sleep(renewalInterval(lease)), renew)))
