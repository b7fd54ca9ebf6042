import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/** The time between renewals: a quarter of the lease, so that three may come late; never less than a second. */
const renewalInterval = (lease: Duration.Duration): Duration.Duration =>
  Duration.max(Duration.seconds(1), Duration.times(lease, 1 / 4))

/**
 * Runs work while its lease is renewed. When a renewal fails, the work is interrupted, its finalizers are waited for, and the
 * failure of the renewal is the result. An interruption waits for them too, which a race would not do: the work must have
 * ended when the lease is given back.
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
