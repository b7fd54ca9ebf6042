import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Scheduler from "effect/Scheduler"

/**
 * Milliseconds that fibers may run before yielding to the event loop; too short for a person at a host's terminal to
 * notice.
 */
const slice = 5

const resolved = Promise.resolve()

/**
 * Schedules fibers in microtasks, like Effect's own scheduler, but yields to the event loop after each time slice:
 * timers, sockets and signals wait for at most one slice and one step of a fiber. Effect's scheduler counts steps
 * instead, and 2,000 steps of this program take long: several answers arriving at once would delay the next requests.
 * Under virtual time a slice never ends, and fibers run as usual.
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
      // Cheaper than queueMicrotask, which creates an async scope for each call.
      void resolved.then(run)
    }
  })
}

/**
 * Runs an effect, and all fibers it starts, with a scheduler that shares the event loop with the rest of the process.
 */
export const sharingTheEventLoop = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.clockWith((clock) => Effect.withScheduler(effect, makeScheduler(clock)))
