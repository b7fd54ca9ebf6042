import { assert, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Option, Stream, TestClock } from "effect"
import { Claims } from "rollout-memories"
import { ClaimLost } from "rollout-memories/services/state/Claims"
import { answer, inWorld, pass, traceAbout, World } from "rollout-memories/testing"

const claimLease = Duration.minutes(10)

for (const isLost of [false, true]) {
  it.effect(
    `a model that takes an hour ${isLost ? "loses" : "keeps"} its claim when a renewal ${isLost ? "fails" : "works"}`,
    () =>
      Effect.gen(function* () {
        const asked = yield* Deferred.make<void>()
        const slowly = Effect.zipRight(Deferred.succeed(asked, undefined), Effect.sleep("1 hour"))
        const world = new World({
          settings: { claimLease },
          model: () => Stream.fromIterableEffect(Effect.as(slowly, answer(traceAbout("the timetable"))))
        }).add(1)
        yield* inWorld(
          world,
          Effect.gen(function* () {
            const running = yield* Effect.fork(pass)
            // The clock moves only after the model was asked.
            yield* Deferred.await(asked)
            const [threadId] = world.requests.map(({ thread }) => thread.id)
            assert(threadId !== undefined)
            yield* TestClock.adjust("30 minutes")
            const claims = yield* Claims
            assert.isTrue(Option.isNone(yield* claims.acquire(threadId, "another pass", claimLease)))
            if (isLost) {
              world.faults.claims.failNext("renew", 1, new ClaimLost({ threadId }))
            }
            yield* TestClock.adjust("30 minutes")
            const report = yield* Fiber.join(running)
            assert.strictEqual(report.extracted.length, isLost ? 0 : 1)
            assert.deepStrictEqual(
              report.failed.map(({ error }) => error._tag),
              isLost ? ["ClaimLost"] : []
            )
          })
        )
      })
  )
}
