import { Clock, type Duration, Effect, Fiber, Option, TestClock, TestContext, TestServices } from "effect"

/** A moment of real time, also where time is virtual. */
const moment = TestServices.provideLive(Effect.sleep("5 millis"))

/** Waits for what another process, or the disk, does in its own time. Only the test's own limit ends the wait. */
export const until = (holds: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => (holds() ? Effect.void : Effect.zipRight(moment, until(holds))))

/**
 * Runs what waits for a time limit with virtual time, which begins now and stands still until a condition holds. From then
 * on it passes, a step at a time, until the work has ended.
 */
export const withTimePassing = <A, E, R>(
  work: Effect.Effect<A, E, R>,
  { once, step }: { readonly once: () => boolean; readonly step: Duration.DurationInput }
): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    yield* TestClock.setTime(yield* TestServices.provideLive(Clock.currentTimeMillis))
    const working = yield* Effect.fork(work)
    yield* until(once)
    while (Option.isNone(yield* Fiber.poll(working))) {
      yield* TestClock.adjust(step)
      yield* moment
    }
    return yield* Fiber.join(working)
  }).pipe(Effect.provide(TestContext.TestContext))

/**
 * Milliseconds that this process computed for some work. What other processes do at the same time does not count, so that a
 * busy machine fails no test.
 */
export const cpuTimeOf = (work: () => unknown): number => {
  const before = process.cpuUsage()
  work()
  const { system, user } = process.cpuUsage(before)
  return (system + user) / 1_000
}
