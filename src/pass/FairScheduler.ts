import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Scheduler from "effect/Scheduler"

/** How long, in milliseconds, fibers run before the event loop turns: well below what a person at a host's terminal notices. */
const slice = 5

const resolved = Promise.resolve()

/**
 * Runs fibers as Effect's own scheduler does, in microtasks, but lets the event loop turn once they ran for a slice: timers,
 * sockets and signals wait for one slice and one fiber's step at the most. Effect's own counts steps instead, and two
 * thousand of ours are many: several answers that come in at once would keep the next requests from leaving. Where time is
 * virtual a slice never ends, and fibers run as they always do.
 */
const makeScheduler = (clock: Clock.Clock): Scheduler.Scheduler => {
  const waiting = new Scheduler.PriorityBuckets()
  let isRunning = false
  let turnBegan: number | undefined

  const next = (): Scheduler.Task | undefined => {
    const [bucket] = waiting.buckets
    const task = bucket?.[1].shift()
    if (bucket?.[1].length === 0) {
      waiting.buckets.shift()
    }
    return task
  }

  const run = (): void => {
    if (turnBegan === undefined) {
      turnBegan = clock.unsafeCurrentTimeMillis()
      setImmediate(() => {
        turnBegan = undefined
      })
    }
    const end = turnBegan + slice
    for (let task = next(); task !== undefined; task = next()) {
      task()
      if (clock.unsafeCurrentTimeMillis() >= end) {
        setImmediate(run)
        return
      }
    }
    isRunning = false
  }

  return Scheduler.make((task, priority) => {
    waiting.scheduleTask(task, priority)
    if (!isRunning) {
      isRunning = true
      // Cheaper than queueMicrotask, which opens an async scope for each.
      void resolved.then(run)
    }
  })
}

/** Has an effect, and all fibers it starts, share the event loop with whatever else the process does. */
export const sharingTheEventLoop = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.clockWith((clock) => Effect.withScheduler(effect, makeScheduler(clock)))
