import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Stream } from "effect"
import { ModelFailure } from "../../src/services/ModelClient.js"
import { MemoryFsFailure } from "../../src/services/MemoryFs.js"
import { RolloutUnreadable } from "../../src/services/SessionStore.js"
import { StateDbFailure } from "../../src/services/state/StateDbError.js"
import { ThreadIndex } from "../../src/services/state/ThreadIndex.js"
import { Faults } from "../../src/testing/Faults.js"
import { idOf } from "../support/rows.js"
import { simpleSession, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { inWorld, pass, sessionContext, World } from "../../src/testing/World.js"

const busy = new StateDbFailure({ operation: "test", cause: new Error("busy") })

describe("faults of a world", () => {
  it.effect("faults fail the requested number of next calls of one operation, and no others", () => {
    const world = new World()
    return inWorld(
      world,
      Effect.gen(function* () {
        const threadIndex = yield* ThreadIndex
        world.faults.threadIndex.failNext("count", 2, busy)
        world.faults.threadIndex.failNext("get", 1, busy)
        assert.deepStrictEqual(yield* Effect.exit(threadIndex.count), Exit.fail(busy))
        assert.deepStrictEqual(yield* Effect.exit(threadIndex.count), Exit.fail(busy))
        assert.strictEqual(yield* threadIndex.count, 0)
        assert.deepStrictEqual(yield* Effect.exit(threadIndex.get(idOf(1))), Exit.fail(busy))
        assert.isTrue(Exit.isSuccess(yield* Effect.exit(threadIndex.get(idOf(1)))))
      })
    )
  })

  it.effect("faults count a call when it runs, however often it was prepared", () =>
    Effect.gen(function* () {
      const faults = new Faults<{ readonly read: (path: string) => Stream.Stream<string, RolloutUnreadable> }>()
      const service = faults.wrap({ read: (path) => Stream.make(path) })
      const reading = Stream.runCollect(service.read("a"))
      const unreadable = new RolloutUnreadable({ path: "a" })
      faults.failNext("read", 1, unreadable)
      assert.deepStrictEqual(yield* Effect.exit(reading), Exit.fail(unreadable))
      assert.deepStrictEqual([...(yield* reading)], ["a"])
    })
  )

  it.effect("faults come in the order in which they were requested", () =>
    Effect.gen(function* () {
      const faults = new Faults<{ readonly count: Effect.Effect<number, StateDbFailure> }>()
      const { count } = faults.wrap({ count: Effect.succeed(7) })
      const other = new StateDbFailure({ operation: "other", cause: null })
      faults.failNext("count", 1, busy)
      faults.failNext("count", 1, other)
      assert.deepStrictEqual(yield* Effect.exit(count), Exit.fail(busy))
      assert.deepStrictEqual(yield* Effect.exit(count), Exit.fail(other))
      assert.strictEqual(yield* count, 7)
    })
  )

  it.effect("faults reach a pass through every port, and the next pass learns the rest", () => {
    const world = new World().add(1).add(2, { cwd: "/home/ada/projects/tide" })
    return inWorld(
      world,
      Effect.gen(function* () {
        const { faults } = world
        const broken = new MemoryFsFailure({ operation: "staging", path: "/memories" })
        const overloaded = { threadId: idOf(1), reason: "overloaded", isServerSide: true }
        faults.modelClient.failNext("stream", 1, new ModelFailure(overloaded))
        faults.memoryFs.failNext("stage", 1, broken)
        const first = yield* pass
        assert.deepStrictEqual(
          first.failed.map(({ error }) => error._tag),
          ["ModelFailure"]
        )
        assert.deepStrictEqual(
          first.consolidated.map(({ error, outcome }) => [outcome, error?._tag]),
          [["failed", "MemoryFsFailure"]]
        )
        const second = yield* pass
        assert.strictEqual(second.extracted.length, 1)
        assert.deepStrictEqual(second.failed, [])
      })
    )
  })
})

describe("the session context of a world", () => {
  const ferry = "/home/ada/projects/ferry"
  const tide = "/home/ada/projects/tide"

  it.effect("the session context is empty before the first pass, and the directory's own memory after it", () => {
    const world = new World().add(1, { cwd: ferry }).add(2, { cwd: tide })
    return inWorld(
      world,
      Effect.gen(function* () {
        assert.strictEqual(yield* sessionContext(ferry), "")
        yield* pass
        const [inFerry, inTide] = [yield* sessionContext(ferry), yield* sessionContext(tide)]
        assert.include(inFerry, "request 1 was learned")
        assert.notInclude(inFerry, "request 2")
        assert.include(inTide, "request 2 was learned")
        assert.strictEqual(yield* sessionContext("/home/ada/projects"), "")
      })
    )
  })

  it.effect("the session context stays within the requested tokens", () => {
    const world = new World().add(1, { cwd: ferry })
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.strictEqual(yield* sessionContext(ferry, 10), "")
      })
    )
  })

  it.effect("the session context shows what a later pass learned from an added session", () => {
    const world = new World().add(1, { cwd: ferry })
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        world.add(3, {
          cwd: ferry,
          content: simpleSession({ id: threadIdOf(3), cwd: ferry, request: "paint the pier" })
        })
        assert.notInclude(yield* sessionContext(ferry), "paint the pier")
        yield* pass
        assert.include(yield* sessionContext(ferry), "paint the pier was learned")
      })
    )
  })
})
