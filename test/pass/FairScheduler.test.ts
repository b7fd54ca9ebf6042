import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, FiberRef } from "effect"
import { sharingTheEventLoop } from "../../src/pass/FairScheduler.js"

const steps = 100

/** Takes steps that each leave the fiber; returns at which of them the event loop had turned, or none. */
const stepsUntilTurn = Effect.gen(function* () {
  let isTurned = false
  const turn = setImmediate(() => {
    isTurned = true
  })
  for (let step = 1; step <= steps; step++) {
    yield* Effect.yieldNow()
    if (isTurned) {
      return step
    }
  }
  clearImmediate(turn)
  return undefined
})

/** A clock on which each look at it takes a millisecond. */
const hurried = (): Clock.Clock => {
  let now = 0
  const clock = Clock.make()
  return Object.create(clock, { unsafeCurrentTimeMillis: { value: () => now++ } })
}

describe("a fair scheduler", () => {
  it.effect("the fair scheduler yields to the event loop once its fibers have run for a slice", () =>
    Effect.gen(function* () {
      const step = yield* Effect.withClock(sharingTheEventLoop(stepsUntilTurn), hurried())
      assert.isDefined(step)
      assert.isBelow(step ?? steps, 20)
    })
  )

  it.effect("the fair scheduler does not yield to the event loop under virtual time", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* sharingTheEventLoop(stepsUntilTurn))
    })
  )

  it.effect("the fair scheduler runs urgent fibers first, and fibers of one priority in order", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const told = (name: string) =>
        Effect.zipRight(
          Effect.yieldNow(),
          Effect.sync(() => void order.push(name))
        )
      const urgent = (name: string) => Effect.locally(told(name), FiberRef.currentSchedulingPriority, -1)
      const fibers = [told("one"), urgent("first"), told("two"), urgent("second"), told("three")]
      yield* sharingTheEventLoop(Effect.all(fibers, { concurrency: "unbounded" }))
      assert.deepStrictEqual(order, ["first", "second", "one", "two", "three"])
    })
  )
})
