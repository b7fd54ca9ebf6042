import { readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import { PassReport } from "../../src/domain/report/Report.js"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import { bucketOf, Directory } from "../../src/domain/thread/WorkingDirectory.js"
import { MemoryFs } from "../../src/services/MemoryFs.js"
import { StateDbFailure } from "../../src/services/state/StateDbError.js"
import { ThreadIndex } from "../../src/services/state/ThreadIndex.js"
import { ThreadMemories } from "../../src/services/state/ThreadMemories.js"
import { RolloutBuilder, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { inWorld, pass, World } from "../../src/testing/World.js"
import { bytesBelow } from "../support/plantedHome.js"
import { nonEmpty } from "../support/nonEmpty.js"
import { temporaryFolder, write } from "../support/program.js"
import { runInProcess } from "../support/programInProcess.js"
import { ferry } from "../support/rows.js"

const tram = Directory.make("/home/ada/projects/tram")
const name = `rollout-2026-03-02T09-00-00-${threadIdOf(1)}.jsonl`
const path = `/codex/sessions/2026/03/02/${name}`

/** A session that mends the ferry's tests, and then the tram's in another directory. */
const movingSession = (): RolloutBuilder =>
  new RolloutBuilder()
    .meta({ cwd: ferry, git: { branch: "ferry-branch" } })
    .turnContext({ cwd: ferry })
    .user("the ferry test fails, please fix it")
    .command("npm test", "TypeError: ferries.sort is not a function\n# fail 1\n", 1)
    .patch("*** Begin Patch\n*** Update File: src/ferries.js\n@@\n-a\n+b\n*** End Patch")
    .command("npm test", "# pass 2\n# fail 0\n")
    .turnEnd()
    .event({ type: "thread_settings_applied", thread_settings: { cwd: tram } })
    .turnContext({ cwd: tram })
    .user("always run npm run lint before you commit. The tram test fails too")
    .command("npm test", "ReferenceError: fare is not defined\n# fail 1\n", 1)
    .patch("*** Begin Patch\n*** Update File: src/fare.js\n@@\n-a\n+const fare = 3\n*** End Patch")
    .patch(`*** Begin Patch\n*** Update File: ${ferry}/src/shared.js\n@@\n-a\n+b\n*** End Patch`)
    .command("npm test", "# pass 3\n# fail 0\n")
    .turnEnd()

const decodeReport = Schema.decodeUnknownSync(Schema.parseJson(PassReport))

describe("a session that worked in two projects", () => {
  const home = Effect.map(temporaryFolder, (folder) => {
    const [codex, memories] = [join(folder, "codex"), join(folder, "memories")]
    write(join(codex, "sessions/2026/03/02", name), movingSession().text())
    const run = (...args: ReadonlyArray<string>) =>
      runInProcess([...args, "--codex-home", codex, "--memories-home", memories])
    const memoryOf = (cwd: Directory) => join(memories, bucketOf(cwd), "memory")
    const textOf = (cwd: Directory) => readFileSync(join(memoryOf(cwd), "MEMORY.md"), "utf8")
    const traceOf = (cwd: Directory) => {
      const [file = "", ...others] = readdirSync(join(memoryOf(cwd), "trace_summaries"))
      assert.isEmpty(others)
      return readFileSync(join(memoryOf(cwd), "trace_summaries", file), "utf8")
    }
    return { memories, run, textOf, traceOf }
  })

  it.scopedLive("a session that worked in two projects teaches each what was done there, and neither the other's", () =>
    Effect.gen(function* () {
      const { run, textOf, traceOf } = yield* home
      const report = decodeReport((yield* run("--json")).stdout)
      assert.deepStrictEqual(
        report.extracted.map(({ cwd, threadId }) => [threadId, cwd]),
        [
          [threadIdOf(1), ferry],
          [threadIdOf(1), tram]
        ]
      )
      assert.deepStrictEqual(
        report.consolidated.map(({ cwd, outcome }) => [cwd, outcome]),
        [
          [ferry, "published"],
          [tram, "published"]
        ]
      )
      assert.include(textOf(ferry), "fixed by editing `src/ferries.js`")
      assert.notInclude(textOf(ferry) + traceOf(ferry), "fare")
      assert.notInclude(traceOf(ferry), "npm run lint")
      assert.include(textOf(tram), "fixed by editing `src/fare.js`")
      assert.include(textOf(tram), "always run npm run lint before you commit")
      assert.notInclude(textOf(tram) + traceOf(tram), "ferries")
      assert.include(traceOf(ferry), `cwd: ${ferry}\n`)
      assert.include(traceOf(ferry), "ferry-branch")
      assert.include(traceOf(tram), `cwd: ${tram}\n`)
      assert.notInclude(traceOf(tram), "ferry-branch")
      assert.include(traceOf(tram), `\`${ferry}/src/shared.js\``)
      assert.deepStrictEqual(decodeReport((yield* run("--json")).stdout).extracted, [])
    })
  )

  it.scopedLive(
    "a session that worked in two projects counts once, is shown whole, and its quotations are verified",
    () =>
      Effect.gen(function* () {
        const { run } = yield* home
        assert.match((yield* run()).stdout, /^1 session, 1 learned from now\.\n/)
        const shown = (yield* run("show", "--thread", threadIdOf(1))).stdout
        assert.include(shown, "src/ferries.js")
        assert.include(shown, "src/fare.js")
        assert.include((yield* run("why", "--thread", threadIdOf(1))).stdout, `memory   ${ferry}\n         ${tram}\n`)
        assert.strictEqual((yield* run("verify")).code, 0)
        const found = (yield* run("search", "ReferenceError", "--json")).stdout
        assert.include(found, tram)
        assert.notInclude(found, `"${ferry}"`)
      })
  )

  it.scopedLive("a session that worked in two projects is forgotten in both, whichever of them is named", () =>
    Effect.gen(function* () {
      for (const target of [
        ["--thread", threadIdOf(1)],
        ["--cwd", tram]
      ]) {
        const { memories, run } = yield* home
        yield* run()
        assert.strictEqual((yield* run("forget", ...target, "--yes")).code, 0)
        for (const [file, bytes] of nonEmpty(bytesBelow(memories))) {
          assert.isFalse(bytes.includes("fare") || bytes.includes("ferries"), file)
        }
        assert.deepStrictEqual(decodeReport((yield* run("--json")).stdout).extracted, [])
      }
    })
  )

  it.scopedLive("two memories of one session come back byte for byte when the state DB and the rollout are lost", () =>
    Effect.gen(function* () {
      const { memories, run, textOf } = yield* home
      yield* run()
      const before = [textOf(ferry), textOf(tram)]
      for (const part of ["", "-wal", "-shm"]) {
        rmSync(join(memories, `state.sqlite${part}`), { force: true })
      }
      rmSync(join(memories, "../codex/sessions"), { recursive: true })
      assert.strictEqual((yield* run()).code, 0)
      assert.deepStrictEqual([textOf(ferry), textOf(tram)], before)
      assert.include((yield* run("show", "--thread", threadIdOf(1))).stdout, "src/fare.js")
    })
  )
})

describe("a session with two directories", () => {
  const worldOf = (rollout: RolloutBuilder, ...options: ConstructorParameters<typeof World>) => {
    const world = new World(...options)
    const tell = (content: string) =>
      world.rollouts.set(path, { path, content, modifiedAt: startOfFixtures + content.length })
    tell(rollout.text())
    return { tell, world }
  }

  const memoryIn = Effect.map(
    Effect.flatMap(ThreadMemories, (threadMemories) => threadMemories.sources(ThreadId.make(threadIdOf(1)))),
    (sources) => sources.map(({ memory }) => memory.cwd)
  )

  const ignoring = (world: World, text: string) =>
    Effect.gen(function* () {
      yield* (yield* MemoryFs).prepare
      yield* (yield* FileSystem.FileSystem).writeFileString(`${world.home}/ignore`, text)
    })

  it.effect("a session with two directories is one request for each, and keeps its first in its row", () => {
    const { world } = worldOf(movingSession())
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.deepStrictEqual(
          world.requests.map(({ input, thread }) => [thread.cwd, input.includes("ferries"), input.includes("fare")]),
          [
            [ferry, true, false],
            [tram, false, true]
          ]
        )
        const record = yield* (yield* ThreadIndex).get(ThreadId.make(threadIdOf(1)))
        assert.strictEqual(Option.getOrThrow(record).thread.cwd, ferry)
        assert.deepStrictEqual(yield* memoryIn, [ferry, tram])
      })
    )
  })

  it.effect(
    "a session loses the memory of a directory in which nothing stands any more, and its published memory too",
    () => {
      const { tell, world } = worldOf(movingSession())
      return inWorld(
        world,
        Effect.gen(function* () {
          yield* pass
          tell(movingSession().rolledBack(1).turnContext({ cwd: ferry }).user("thanks").turnEnd().text())
          const report = yield* pass
          assert.deepStrictEqual(yield* memoryIn, [ferry])
          assert.deepStrictEqual(report.failed, [])
          const { memory } = yield* (yield* MemoryFs).published(tram)
          assert.strictEqual(memory, "")
        })
      )
    }
  )

  it.effect(
    "a session loses the memory of a directory that is ignored, and has it again when it is ignored no more",
    () => {
      const { world } = worldOf(movingSession())
      return inWorld(
        world,
        Effect.gen(function* () {
          yield* ignoring(world, `${tram}/\n`)
          yield* pass
          assert.deepStrictEqual(yield* memoryIn, [ferry])
          assert.isFalse(world.requests.some(({ input }) => input.includes("fare")))
          yield* ignoring(world, "")
          yield* pass
          assert.deepStrictEqual(yield* memoryIn, [ferry, tram])
          yield* ignoring(world, `${tram}/\n`)
          yield* pass
          assert.deepStrictEqual(yield* memoryIn, [ferry])
          assert.strictEqual((yield* (yield* MemoryFs).published(tram)).memory, "")
        })
      )
    }
  )

  it.effect(
    "a session has no memory of either directory when one of them cannot be stored, and both at the next try",
    () => {
      const { world } = worldOf(movingSession())
      return inWorld(
        world,
        Effect.gen(function* () {
          world.faults.threadMemories.failNext(
            "store",
            1,
            new StateDbFailure({ operation: "ThreadMemories.store", cause: "disk I/O error" })
          )
          const broken = yield* pass
          assert.strictEqual(broken.failed.length, 1)
          const { memoryPath } = (yield* MemoryFs).rootOf(tram)
          const files = yield* FileSystem.FileSystem
          assert.deepStrictEqual(yield* files.readDirectory(`${memoryPath}/trace_summaries`), [])
          assert.deepStrictEqual(yield* memoryIn, [])
          yield* pass
          assert.deepStrictEqual(yield* memoryIn, [ferry, tram])
        })
      )
    }
  )
})
