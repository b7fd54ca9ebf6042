import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/**
 * Returns the time between two renewals: a quarter of the lease, so that up to three renewals may be late, but at least
 * a second.
 */
const renewalInterval = (lease: Duration.Duration): Duration.Duration =>
  Duration.max(Duration.seconds(1), Duration.times(lease, 1 / 4))

/**
 * Runs work and renews its lease meanwhile. When a renewal fails, the work is interrupted, and the failure of the
 * renewal is the result. Both then and on interruption, the finalizers of the work finish first, unlike in a race: the
 * work must have ended before the lease is released.
 */
export const whileRenewed = <A, E, R, E2, R2>(
  work: Effect.Effect<A, E, R>,
  renew: Effect.Effect<void, E2, R2>,
  lease: Duration.Duration
): Effect.Effect<A, E | E2, R | R2> =>
  Effect.acquireUseRelease(
    Effect.fork(Effect.interruptible(work)),
    (working) =>
      Effect.raceFirst(
        Fiber.join(working),
        // Interruptible also where the caller is not: the race ends it when the work has ended.
        Effect.interruptible(Effect.forever(Effect.zipRight(Effect.sleep(renewalInterval(lease)), renew)))
      ),
    Fiber.interrupt
  )
