import { safe } from "../../src/domain/privacy/SafeText.js"
import { Directory } from "../../src/domain/thread/WorkingDirectory.js"
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { MemoryFs } from "../../src/services/MemoryFs.js"
import { Consolidations } from "../../src/services/state/Consolidations.js"
import { Notes } from "../../src/services/state/Notes.js"
import { aDayLater, over, pass, readText, type Services, World, writeMemory } from "../../src/testing/World.js"

const ferry = Directory.make("/home/ada/projects/ferry")
const note = safe`deploy from main only`

const inWorld = <A, E>(world: World, test: Effect.Effect<A, E, Services>) =>
  Effect.zipRight(TestClock.setTime(aDayLater), test).pipe(Effect.provide(world.layer))

const noteStands = Effect.flatMap(MemoryFs, (memoryFs) =>
  readText(`${memoryFs.rootOf(ferry).memoryPath}/MEMORY.md`)
).pipe(
  Effect.map((text) => text.split("\n").includes(`- ${note}`)),
  Effect.orElseSucceed(() => false)
)

describe("notes of a person", () => {
  it.effect("a note is given to the agent as the strongest evidence, and a result without it is refused", () => {
    const edits: Array<string> = []
    const world = new World({
      agent: (request) =>
        Effect.gen(function* () {
          edits.push(yield* readText(`${request.directory}/person_edits.json`))
          yield* writeMemory(request)
        }).pipe(Effect.orDie)
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* (yield* Notes).add(ferry, note)
        const report = yield* pass
        assert.strictEqual(report.consolidated[0]?.error?._tag, "PublishRefused")
        assert.isTrue(edits[0]?.includes(`- ${note}`))
        assert.isFalse(yield* noteStands)
      })
    )
  })

  it.effect("a note is published when the agent kept it", () => {
    const world = new World({
      agent: (request) => Effect.orDie(writeMemory(request, `- ${note}`))
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* (yield* Notes).add(ferry, note)
        assert.strictEqual((yield* pass).consolidated[0]?.outcome, "published")
        assert.isTrue(yield* noteStands)
        assert.deepStrictEqual((yield* pass).consolidated, [], "it is no new input at the next pass")
      })
    )
  })

  it.effect("a note does not let an empty read delete traces without a recorded removal", () => {
    let isEmpty = false
    const world = new World({
      agent: (request) => Effect.orDie(writeMemory(request, `- ${note}`)),
      stateDb: over(Consolidations, (consolidations) => ({
        ...consolidations,
        state: (cwd, traces) =>
          Effect.map(consolidations.state(cwd, traces), (state) =>
            isEmpty ? { ...state, memories: [], fingerprint: "other" } : state
          )
      }))
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const memoryFs = yield* MemoryFs
        yield* pass
        yield* (yield* Notes).add(ferry, note)
        isEmpty = true
        const report = yield* pass
        assert.strictEqual(report.consolidated[0]?.error?._tag, "MemoriesMissing")
        assert.strictEqual((yield* memoryFs.tracesOf(ferry)).length, 1)
      })
    )
  })
})
