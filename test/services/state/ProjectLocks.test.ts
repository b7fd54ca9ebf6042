import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { assert } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, Option, TestClock } from "effect"
import { LeaseLost } from "../../../src/domain/memory/ConsolidationError.js"
import { ferry } from "../../support/rows.js"
import { contract } from "../../support/stateDb.js"

const lease = Duration.seconds(600)

const request = (owner: string, cwd = ferry) => ({ cwd, owner, lease })

contract("the locks of projects", ({ test }) => {
  test("work runs under the lock, and its result is returned; the lock is free after it", ({ projectLocks }) =>
    Effect.gen(function* () {
      const held = yield* projectLocks.withLock(request("one"), () => projectLocks.holders)
      assert.deepStrictEqual(
        Option.map(held, (all) => all.map(({ of, owner, isAbandoned }) => [of, owner, isAbandoned])),
        Option.some([[ferry, "one", false]])
      )
      assert.deepStrictEqual(yield* projectLocks.holders, [])
    }))

  test("work does not run while another owner holds the lock", ({ projectLocks }) =>
    Effect.gen(function* () {
      let runs = 0
      const other = request("two")
      const refused = yield* projectLocks.withLock(request("one"), () =>
        projectLocks.withLock(other, () => Effect.sync(() => ++runs))
      )
      assert.deepStrictEqual(refused, Option.some(Option.none()))
      assert.strictEqual(runs, 0)
      assert.deepStrictEqual(yield* projectLocks.withLock(other, () => Effect.sync(() => ++runs)), Option.some(1))
    }))

  test("directories are locked independently of each other", ({ projectLocks }) =>
    Effect.gen(function* () {
      const both = yield* projectLocks.withLock(request("one", Directory.make("/b")), () =>
        projectLocks.withLock(request("two", Directory.make("/a")), () => projectLocks.holders)
      )
      assert.deepStrictEqual(
        Option.map(Option.flatten(both), (all) => all.map(({ of, owner }) => [of, owner])),
        Option.some([
          ["/a", "two"],
          ["/b", "one"]
        ])
      )
    }))

  test("the lock is free after work that fails, dies or is interrupted, once its finalizers have run", ({
    projectLocks
  }) =>
    Effect.gen(function* () {
      for (const end of [Effect.fail("no"), Effect.die("boom"), Effect.interrupt]) {
        yield* Effect.exit(projectLocks.withLock(request("one"), () => end))
        assert.deepStrictEqual(yield* projectLocks.holders, [])
      }
      const started = yield* Deferred.make<void>()
      const seen: Array<number> = []
      const look = Effect.flatMap(projectLocks.holders, (all) => Effect.sync(() => seen.push(all.length)))
      const working = yield* Effect.fork(
        projectLocks.withLock(request("one"), () =>
          Effect.onInterrupt(Effect.zipRight(Deferred.succeed(started, undefined), Effect.never), () =>
            Effect.orDie(look)
          )
        )
      )
      yield* Deferred.await(started)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(working)))
      assert.deepStrictEqual([seen, yield* projectLocks.holders], [[1], []])
    }))

  test("the lease is renewed for as long as the work takes", ({ projectLocks }) =>
    Effect.gen(function* () {
      const working = yield* Effect.fork(projectLocks.withLock(request("one"), () => Effect.sleep("1 hour")))
      for (let minute = 0; minute < 59; minute++) {
        yield* TestClock.adjust("1 minute")
        assert.isTrue(Option.isNone(yield* projectLocks.withLock(request("two"), () => Effect.void)))
      }
      yield* TestClock.adjust("1 minute")
      assert.isTrue(Option.isSome(yield* Fiber.join(working)))
      assert.isTrue(Option.isSome(yield* projectLocks.withLock(request("two"), () => Effect.void)))
    }))

  test("work whose lock was stolen is interrupted and fails with LeaseLost, and the thief keeps the lock", ({
    projectLocks
  }) =>
    Effect.gen(function* () {
      const interrupted = yield* Deferred.make<void>()
      const started = yield* Deferred.make<void>()
      const working = yield* Effect.fork(
        projectLocks.withLock(request("one"), () =>
          Effect.onInterrupt(Effect.zipRight(Deferred.succeed(started, undefined), Effect.never), () =>
            Deferred.succeed(interrupted, undefined)
          )
        )
      )
      yield* Deferred.await(started)
      const stealing = yield* Deferred.make<void>()
      const thief = yield* Effect.fork(
        projectLocks.withLock({ ...request("a thief"), lease: Duration.zero }, () =>
          Effect.zipRight(Deferred.succeed(stealing, undefined), Effect.never)
        )
      )
      yield* Deferred.await(stealing)
      yield* TestClock.adjust("150 seconds")
      yield* Deferred.await(interrupted)
      assert.instanceOf(yield* Effect.flip(Fiber.join(working)), LeaseLost)
      assert.deepStrictEqual(
        (yield* projectLocks.holders).map(({ owner }) => owner),
        ["a thief"]
      )
      yield* Fiber.interrupt(thief)
    }))

  test("work can confirm its lock at once, and learns that it was stolen", ({ projectLocks }) =>
    Effect.gen(function* () {
      const stolen = yield* projectLocks.withLock(request("one"), (lock) =>
        Effect.gen(function* () {
          yield* lock.confirm
          yield* projectLocks.withLock({ ...request("two"), lease: Duration.seconds(-5) }, () => Effect.void)
          return yield* Effect.flip(lock.confirm)
        })
      )
      assert.instanceOf(Option.getOrThrow(stolen), LeaseLost)
    }))

  test("a lock whose process is gone is abandoned, and taken over at once", ({ projectLocks }, process) =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const killed = yield* Effect.fork(
        projectLocks.withLock(request("one"), () => Effect.zipRight(Deferred.succeed(started, undefined), Effect.never))
      )
      yield* Deferred.await(started)
      process.isGone = true
      assert.deepStrictEqual(
        (yield* projectLocks.holders).map(({ isAbandoned, of }) => [of, isAbandoned]),
        [[ferry, true]]
      )
      assert.isTrue(Option.isSome(yield* projectLocks.withLock(request("two"), () => Effect.void)))
      yield* Fiber.interrupt(killed)
    }))

  test("uninterruptible work under several locks finishes, even if its fiber is interrupted", ({ projectLocks }) =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const gate = yield* Deferred.make<void>()
      let isDone = false
      const work = Effect.zipRight(
        Effect.zipRight(Deferred.succeed(started, undefined), Deferred.await(gate)),
        Effect.sync(() => (isDone = true))
      )
      const working = yield* Effect.fork(
        Effect.uninterruptible(
          projectLocks.withLock(request("one", Directory.make("/a")), () =>
            projectLocks.withLock(request("one", Directory.make("/b")), () => Effect.uninterruptible(work))
          )
        )
      )
      yield* Deferred.await(started)
      const interrupting = yield* Effect.fork(Fiber.interrupt(working))
      yield* Effect.yieldNow()
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(interrupting)
      assert.isTrue(isDone)
      assert.deepStrictEqual(yield* projectLocks.holders, [])
    }))
})
