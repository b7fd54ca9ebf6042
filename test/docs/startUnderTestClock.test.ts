import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Stream, TestClock } from "effect"
import { MemoriesStartup } from "rollout-memories"
import { answer, inWorld, type Services, sessionContext, traceAbout, World } from "rollout-memories/testing"

const cwd = "/home/ada/projects/ferry"
const session: MemoriesStartup.Session = { isEphemeral: false, isSubAgent: false, isEnabled: true }

it.effect("a session receives what the pass beside it learned, from a model that took an hour", () =>
  Effect.gen(function* () {
    const asked = yield* Deferred.make<void>()
    const slowly = Effect.zipRight(Deferred.succeed(asked, undefined), Effect.sleep("1 hour"))
    const world = new World({
      model: () => Stream.fromIterableEffect(Effect.as(slowly, answer(traceAbout("the timetable"))))
    }).add(1, { cwd })
    const memories = MemoriesStartup.layer(session, Layer.context<Services>())
    yield* inWorld(
      world,
      Effect.gen(function* () {
        const { ended } = yield* MemoriesStartup.MemoriesStartup
        assert.strictEqual(yield* sessionContext(cwd), "")
        // The pass loads its code first, which takes real time: a clock moved at once would move before anyone sleeps.
        yield* Deferred.await(asked)
        yield* TestClock.adjust("1 hour")
        // From here on nobody sleeps: waiting for the end needs no clock.
        const outcome = yield* ended
        assert.strictEqual(outcome._tag, "Finished")
        assert.include(yield* sessionContext(cwd), "the timetable was learned")
      }).pipe(Effect.provide(memories))
    )
  })
)
