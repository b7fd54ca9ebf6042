import { assert, it } from "@effect/vitest"
import { Effect, Option, Stream } from "effect"
import { parseTraceFile } from "../../src/domain/memory/TraceMemory.js"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import { MemoryFs } from "../../src/services/MemoryFs.js"
import { SessionStore } from "../../src/services/SessionStore.js"
import { ThreadIndex } from "../../src/services/state/ThreadIndex.js"
import { ThreadMemories } from "../../src/services/state/ThreadMemories.js"
import { threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { answer, inWorld, namesIn, pass, readText, traceAbout, World } from "../../src/testing/World.js"
import { ferry } from "../support/rows.js"

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

/** The headings of the trace files of the project, by name of the file. */
const headingsOfFiles = Effect.gen(function* () {
  const folder = `${(yield* MemoryFs).rootOf(ferry).memoryPath}/trace_summaries`
  const texts = yield* Effect.forEach(yield* namesIn(folder), (name) => readText(`${folder}/${name}`))
  return texts.map((text) => parseTraceFile(text).trace.split("\n")[0])
})

const headings = Effect.gen(function* () {
  const { list } = yield* ThreadMemories
  return (yield* list(undefined, 10)).map(({ title }) => title)
})

it.effect("the name of a session leads the heading of its trace from the next pass on", () =>
  inWorld(
    new World({ model: () => Stream.fromIterable(answer(traceAbout("sorted the tides"))) }).add(1).add(2),
    Effect.gen(function* () {
      yield* passWithNames([1, "Ferry times"])
      assert.deepStrictEqual(yield* headings, ["sorted the tides", "Ferry times: sorted the tides"])
      yield* passWithNames([1, "Winter ferries"], [2, "Harbour list"])
      const renamed = ["Harbour list: sorted the tides", "Winter ferries: sorted the tides"]
      assert.deepStrictEqual(yield* headings, renamed)
      assert.deepStrictEqual(
        (yield* headingsOfFiles).toReversed(),
        renamed.map((heading) => `# ${heading}`)
      )
      yield* passWithNames([1, "Winter ferries"], [2, "Harbour list"])
      assert.deepStrictEqual(yield* headings, renamed, "a name is put before the heading once")
    })
  )
)
