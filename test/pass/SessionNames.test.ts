import { assert, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import { SessionStore } from "../../src/services/SessionStore.js"
import { ThreadIndex } from "../../src/services/state/ThreadIndex.js"
import { threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { inWorld, pass, World } from "../../src/testing/World.js"

const titleOf = (number: number) =>
  Effect.flatMap(ThreadIndex, (threadIndex) =>
    Effect.map(threadIndex.get(ThreadId.make(threadIdOf(number))), (record) =>
      Option.getOrUndefined(Option.map(record, ({ thread }) => thread.title))
    )
  )

const passWithNames = (...names: ReadonlyArray<readonly [number, string]>) =>
  pass.pipe(
    Effect.updateService(SessionStore, (store) => ({
      ...store,
      names: Effect.succeed(new Map(names.map(([number, name]) => [threadIdOf(number), name])))
    }))
  )

it.effect("a session has the last name that a person gave it, even after it was learned", () => {
  const world = new World().add(1).add(2)
  return inWorld(
    world,
    Effect.gen(function* () {
      yield* pass
      assert.strictEqual(yield* titleOf(1), "request 1")
      yield* passWithNames([1, "Ferry times"])
      assert.strictEqual(yield* titleOf(1), "Ferry times")
      assert.strictEqual(yield* titleOf(2), "request 2")
      yield* passWithNames([1, "Ferry times of winter"])
      assert.strictEqual(yield* titleOf(1), "Ferry times of winter")
      assert.strictEqual(world.requests.length, 2, "a name alone is nothing to learn from")
    })
  )
})

it.effect("a session keeps a name that was known before it was learned", () =>
  inWorld(
    new World().add(1),
    Effect.gen(function* () {
      yield* passWithNames([1, "Ferry times"])
      assert.strictEqual(yield* titleOf(1), "Ferry times")
    })
  )
)
