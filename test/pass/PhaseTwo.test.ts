import { Directory } from "../../src/domain/thread/WorkingDirectory.js"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Exit, Fiber, Layer, Option, Stream, TestClock } from "effect"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import { keepToProvider } from "../../src/pass/RunAgent.js"
import { runPass } from "../../src/pass/RunPass.js"
import { AgentControl, type AgentStatus } from "../../src/services/AgentControl.js"
import { MemoryFs } from "../../src/services/MemoryFs.js"
import { Consolidations } from "../../src/services/state/Consolidations.js"
import { Forgetting } from "../../src/services/state/Forgetting.js"
import { ProjectLocks } from "../../src/services/state/ProjectLocks.js"
import { ThreadIndex } from "../../src/services/state/ThreadIndex.js"
import { RolloutBuilder, simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import type { SettingValues } from "../../src/settings/Settings.js"
import type { StageOneOutput } from "../../src/domain/memory/StageOneOutput.js"
import {
  aDayLater,
  answer,
  inWorld,
  namesIn,
  over,
  pass,
  readText,
  type Services,
  traceAbout,
  World,
  writeMemory
} from "../../src/testing/World.js"
import { onlyRollout } from "../support/onlyRollout.js"

const ferry = Directory.make("/home/ada/projects/ferry")
const id = (number: number) => ThreadId.make(threadIdOf(number))

const root = Effect.map(MemoryFs, (memoryFs) => memoryFs.rootOf(ferry))
const memoryText = Effect.flatMap(root, ({ memoryPath }) => readText(`${memoryPath}/MEMORY.md`))

/** Another session in the same directory, so that it is dirty again. */
const grow = (world: World, number: number) => Effect.sync(() => void world.add(number))

const lockOf = (owner: string, lease = Duration.minutes(10)) => ({ cwd: ferry, owner, lease })

const lockIsFree = Effect.flatMap(ProjectLocks, ({ withLock }) =>
  Effect.map(
    withLock(lockOf("a stranger"), () => Effect.void),
    Option.isSome
  )
)

describe("phase two: consolidation", () => {
  it.effect("a directory is consolidated by an agent in a staged copy, and published", () => {
    const world = new World().add(1).add(2)
    return inWorld(
      world,
      Effect.gen(function* () {
        const report = yield* pass
        const { memoryPath, stagingPath } = yield* root
        assert.deepStrictEqual(report.consolidated, [{ cwd: ferry, memoryRoot: memoryPath, outcome: "published" }])
        assert.deepStrictEqual(
          world.spawned.map(({ directory, prompt, source }) => ({ directory, prompt, source })),
          [{ directory: stagingPath, prompt: `work in ${stagingPath}`, source: "memory_consolidation" }]
        )
        assert.isTrue((yield* memoryText).includes("request_1"))
        assert.deepStrictEqual(yield* namesIn(stagingPath), [])
        assert.strictEqual(
          yield* readText(`${memoryPath}/memory_summary.md`),
          [
            "# Memory Summary",
            "",
            "Map of concise summaries to trace IDs (latest first):",
            "",
            `- request 2 was learned (trace: \`${threadIdOf(2)}\`)`,
            `- request 1 was learned (trace: \`${threadIdOf(1)}\`)`,
            ""
          ].join("\n")
        )
      })
    )
  })

  it.effect("a directory with the same inputs as published starts no agent", () => {
    const world = new World().add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const held = onlyRollout(world)
        world.rollouts.set(held.path, { ...held, content: `${held.content}{"timestamp":"2026-03-02T12:00:00Z"}\n` })
        const report = yield* pass
        assert.strictEqual(report.extracted.length, 1)
        assert.strictEqual(report.consolidated[0]?.outcome, "unchanged")
        assert.strictEqual(world.spawned.length, 1)
      })
    )
  })

  it.effect("a directory keeps only the last ten traces, and other files in it stay", () => {
    const world = new World({ settings: { candidates: 20 } })
    Array.from({ length: 12 }, (_, index) => world.add(index + 1))
    return inWorld(
      world,
      Effect.gen(function* () {
        const { memoryPath } = yield* root
        const files = yield* FileSystem.FileSystem
        yield* files.makeDirectory(`${memoryPath}/trace_summaries`, { recursive: true })
        yield* files.writeFileString(`${memoryPath}/trace_summaries/notes.md`, "mine")
        yield* pass
        const names = yield* namesIn(`${memoryPath}/trace_summaries`)
        assert.deepStrictEqual(
          names.map((name) => name.slice(0, 36)),
          [...Array.from({ length: 10 }, (_, index) => threadIdOf(index + 3)), "notes.md"]
        )
      })
    )
  })
})

describe("phase two: directories that are due", () => {
  it.effect("a due directory is consolidated even if phase one has nothing to do", () => {
    let isDown = true
    const world: World = new World({
      agent: (request) => (isDown ? Effect.fail({ message: "out of order" }) : writeMemory(request))
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const first = yield* pass
        assert.deepStrictEqual(first.consolidated[0]?.error?._tag, "AgentFailure")
        isDown = false
        assert.deepStrictEqual((yield* pass).consolidated, [], "it waits for its time")
        yield* TestClock.adjust("10 minutes")
        const third = yield* pass
        assert.deepStrictEqual([third.candidates, third.consolidated[0]?.outcome], [0, "published"])
        assert.deepStrictEqual((yield* pass).consolidated, [])
      })
    )
  })

  it.effect("a directory that always fails is tried as often as the backoff allows, and at once on new inputs", () => {
    const world = new World({ agent: () => Effect.fail({ message: "out of order" }) }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* Effect.repeatN(Effect.zipRight(pass, TestClock.adjust("10 minutes")), 11)
        assert.strictEqual(world.spawned.length, 3, "at 0, 10 and 50 minutes")
        yield* grow(world, 2)
        yield* pass
        assert.strictEqual(world.spawned.length, 4)
      })
    )
  })

  it.effect("a directory is consolidated again in the same pass if a session ended while the agent worked", () => {
    const world: World = new World({
      agent: Effect.fnUntraced(function* (request) {
        yield* writeMemory(request)
        if (world.spawned.length === 1) {
          yield* Effect.orDie(otherPass)
        }
      })
    }).add(1)
    const otherPass = Effect.suspend(() =>
      Effect.provide(
        Effect.gen(function* () {
          world.add(2)
          const report = yield* pass
          assert.strictEqual(report.consolidated[0]?.outcome, "locked")
        }),
        services
      )
    )
    let services: Layer.Layer<Services> = world.layer
    return inWorld(
      world,
      Effect.gen(function* () {
        services = Layer.succeedContext(yield* Effect.context<Services>())
        const report = yield* pass
        assert.deepStrictEqual(
          report.consolidated.map(({ outcome }) => outcome),
          ["published"]
        )
        assert.strictEqual(world.spawned.length, 2)
        assert.isTrue((yield* memoryText).includes("request_2"))
        assert.deepStrictEqual(yield* (yield* Consolidations).dirty(10), [])
      })
    )
  })

  it.effect("a published directory whose DB record failed is not consolidated a second time", () => {
    let isDown = true
    const world: World = new World({
      stateDb: over(Consolidations, (consolidations) => ({
        ...consolidations,
        recordPublished: (cwd, fingerprint) =>
          isDown ? Effect.interrupt : consolidations.recordPublished(cwd, fingerprint)
      }))
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* Effect.exit(pass)
        isDown = false
        assert.strictEqual((yield* pass).consolidated[0]?.outcome, "unchanged")
        assert.strictEqual(world.spawned.length, 1)
        assert.deepStrictEqual(yield* (yield* Consolidations).dirty(10), [])
      })
    )
  })
})

describe("phase two: removals", () => {
  it.effect("a recorded removal deletes its trace, and the last one deletes all published files", () => {
    const world = new World().add(1).add(2)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const threadIndex = yield* ThreadIndex
        const { memoryPath } = yield* root
        yield* threadIndex.delete(id(1))
        yield* pass
        assert.isFalse((yield* memoryText).includes("request_1"))
        yield* threadIndex.delete(id(2))
        assert.strictEqual((yield* pass).consolidated[0]?.outcome, "published")
        assert.deepStrictEqual(yield* namesIn(memoryPath), [])
        assert.deepStrictEqual((yield* pass).consolidated, [])
      })
    )
  })

  it.effect("missing memories without a recorded removal are an error, and nothing is deleted", () => {
    let isEmpty = false
    const world: World = new World({
      stateDb: over(Consolidations, (consolidations) => ({
        ...consolidations,
        dirty: () => Effect.succeed(isEmpty ? [{ cwd: ferry, attempts: 0, retryAt: undefined }] : []),
        state: (cwd, count) =>
          Effect.map(consolidations.state(cwd, count), (state) =>
            isEmpty ? { ...state, memories: [], fingerprint: "", removals: [] } : state
          )
      }))
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const before = yield* memoryText
        isEmpty = true
        const report = yield* pass
        assert.strictEqual(report.consolidated[0]?.error?._tag, "MemoriesMissing")
        assert.strictEqual(yield* memoryText, before)
        assert.strictEqual((yield* namesIn(`${(yield* root).memoryPath}/trace_summaries`)).length, 1)
      })
    )
  })
})

describe("phase two: the lock", () => {
  it.effect("a directory whose lock another owner holds is skipped without a warning", () => {
    const world = new World().add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const { withLock } = yield* ProjectLocks
        const report = Option.getOrThrow(yield* withLock(lockOf("another pass"), () => pass))
        assert.strictEqual(report.consolidated[0]?.outcome, "locked")
        assert.deepStrictEqual([world.spawned.length, world.warnings.length], [0, 0])
      })
    )
  })

  it.effect("the lock is renewed while the agent runs, and free afterwards", () => {
    const world: World = new World({
      agent: (request) => Effect.zipRight(Effect.sleep("25 minutes"), writeMemory(request))
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const running = yield* Effect.fork(pass)
        for (let minute = 0; minute < 24; minute++) {
          yield* TestClock.adjust("1 minutes")
          assert.isFalse(yield* lockIsFree, `held at minute ${minute + 1}`)
        }
        yield* TestClock.adjust("1 minutes")
        assert.strictEqual((yield* Fiber.join(running)).consolidated[0]?.outcome, "published")
        assert.isTrue(yield* lockIsFree)
      })
    )
  })

  it.effect("a lost lock interrupts the agent, and nothing is published", () =>
    Effect.gen(function* () {
      const interrupted = yield* Deferred.make<void>()
      const world: World = new World({
        agent: (request) =>
          Effect.zipRight(
            writeMemory(request),
            world.spawned.length === 1
              ? Effect.void
              : Effect.onInterrupt(Effect.never, () => Deferred.succeed(interrupted, undefined))
          )
      }).add(1)
      yield* inWorld(
        world,
        Effect.gen(function* () {
          yield* pass
          const before = yield* memoryText
          yield* grow(world, 2)
          const { withLock } = yield* ProjectLocks
          const running = yield* Effect.fork(pass)
          yield* TestClock.adjust("1 seconds")
          const thief = yield* Effect.fork(withLock(lockOf("a thief", Duration.zero), () => Effect.never))
          yield* TestClock.adjust("150 seconds")
          yield* Deferred.await(interrupted)
          const report = yield* Fiber.join(running)
          assert.strictEqual(report.consolidated[0]?.error?._tag, "LeaseLost")
          assert.strictEqual(yield* memoryText, before)
          assert.isFalse(yield* lockIsFree, "the thief keeps it")
          yield* Fiber.interrupt(thief)
        })
      )
    })
  )

  it.effect.each([
    ["completes", (request: { readonly directory: string }) => writeMemory(request)],
    ["fails", () => Effect.fail({ message: "no" })],
    ["dies", () => Effect.die("boom")],
    ["interrupts itself", () => Effect.interrupt]
  ] as const)("the lock is free after an agent that %s", ([, agent]) => {
    const world = new World({ agent }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* Effect.exit(pass)
        assert.isTrue(yield* lockIsFree)
      })
    )
  })

  it.effect("the lock is free after the pass was interrupted during the agent's work", () => {
    const world = new World({ agent: () => Effect.never }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const running = yield* Effect.fork(pass)
        yield* TestClock.adjust("1 seconds")
        assert.isFalse(yield* lockIsFree)
        const exit = yield* Fiber.interrupt(running)
        assert.isTrue(Exit.isInterrupted(exit))
        assert.isTrue(yield* lockIsFree)
      })
    )
  })

  it.effect("the lock is released only after an interrupted agent has ended, and the staged copy is removed", () => {
    const seen: Array<boolean> = []
    let staged = ""
    let ending: Effect.Effect<void> = Effect.void
    const world = new World({
      agent: ({ directory }) => {
        staged = directory
        return Effect.onInterrupt(Effect.never, () => Effect.zipRight(Effect.yieldNow(), ending))
      }
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const locks = yield* ProjectLocks
        ending = Effect.orDie(Effect.map(locks.holders, (holders) => void seen.push(holders.length === 0)))
        const running = yield* Effect.fork(pass)
        yield* TestClock.adjust("1 seconds")
        assert.isTrue(yield* files.exists(staged))
        yield* Fiber.interrupt(running)
        assert.deepStrictEqual(seen, [false])
        assert.isFalse(yield* files.exists(staged))
      })
    )
  })
})

describe("phase two: untrusted agents", () => {
  type Work = (directory: string) => Effect.Effect<void, { readonly message: string }, FileSystem.FileSystem>
  const files = FileSystem.FileSystem
  const memoryOf = (directory: string) => directory.replace(/staging$/, "memory")

  const agents: { readonly [behaviour: string]: Work } = {
    "deletes the memory": (directory) => Effect.flatMap(files, (fs) => fs.remove(`${directory}/MEMORY.md`)),
    "lies about success, with an empty file": (directory) =>
      Effect.flatMap(files, (fs) => fs.writeFileString(`${directory}/MEMORY.md`, " \n")),
    "crashes after it wrote": (directory) =>
      Effect.zipRight(writeMemory({ directory }), Effect.fail({ message: "crash" })),
    "deletes everything": (directory) => Effect.flatMap(files, (fs) => fs.remove(directory, { recursive: true })),
    "writes what is no text": (directory) =>
      Effect.flatMap(files, (fs) => fs.writeFile(`${directory}/MEMORY.md`, Uint8Array.of(0xff, 0xfe, 0xfd))),
    "writes more than may be kept": (directory) => writeMemory({ directory }, "x".repeat(300_000)),
    "cites a session that never was": (directory) => writeMemory({ directory }, "- a fact [deadbeef-0000…]"),
    "leaves a symbolic link": (directory) =>
      Effect.zipRight(
        writeMemory({ directory }),
        Effect.flatMap(files, (fs) => fs.symlink("/etc/passwd", `${directory}/skills`))
      ),
    "touches a trace": (directory) =>
      Effect.gen(function* () {
        yield* writeMemory({ directory })
        const fs = yield* files
        const [name = ""] = yield* fs.readDirectory(`${directory}/trace_summaries`)
        yield* fs.writeFileString(`${directory}/trace_summaries/${name}`, "changed")
      }),
    "adds a trace": (directory) =>
      Effect.gen(function* () {
        yield* writeMemory({ directory })
        const fs = yield* files
        yield* fs.writeFileString(`${directory}/trace_summaries/${threadIdOf(7)}_x.md`, "made up")
      }),
    "writes a skill without front matter": (directory) =>
      Effect.gen(function* () {
        yield* writeMemory({ directory })
        const fs = yield* files
        yield* fs.makeDirectory(`${directory}/skills/deploy`, { recursive: true })
        yield* fs.writeFileString(`${directory}/skills/deploy/SKILL.md`, "just do it")
      }),
    "overwrites what readers see": (directory) =>
      Effect.zipRight(
        writeMemory({ directory }),
        Effect.flatMap(files, (fs) => fs.writeFileString(`${memoryOf(directory)}/MEMORY.md`, "hacked"))
      ),
    "adds a file beside what readers see": (directory) =>
      Effect.zipRight(
        writeMemory({ directory }),
        Effect.flatMap(files, (fs) => fs.writeFileString(`${memoryOf(directory)}/skills.txt`, "hacked"))
      ),
    "deletes the traces that readers see": (directory) =>
      Effect.zipRight(
        writeMemory({ directory }),
        Effect.flatMap(files, (fs) => fs.remove(`${memoryOf(directory)}/trace_summaries`, { recursive: true }))
      ),
    "leaves a file in the memories home": (directory) =>
      Effect.zipRight(
        writeMemory({ directory }),
        Effect.flatMap(files, (fs) => fs.writeFileString(`${directory}/../../evil.txt`, "hacked"))
      ),
    "never finishes": () => Effect.never
  }

  const snapshot = (memoryPath: string) =>
    Effect.gen(function* () {
      const traces = yield* namesIn(`${memoryPath}/trace_summaries`)
      const paths = ["MEMORY.md", "memory_summary.md", ...traces.slice(0, 1).map((name) => `trace_summaries/${name}`)]
      return {
        names: yield* namesIn(memoryPath),
        texts: yield* Effect.forEach(paths, (path) => readText(`${memoryPath}/${path}`))
      }
    })

  it.effect.each(Object.entries(agents))("an agent that %s is refused: old bytes intact, lock free", ([, work]) => {
    const world: World = new World({
      agent: ({ directory }) => (world.spawned.length === 1 ? writeMemory({ directory }) : work(directory))
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const { memoryPath } = yield* root
        const before = yield* snapshot(memoryPath)
        yield* grow(world, 2)
        const running = yield* Effect.fork(pass)
        yield* TestClock.adjust("31 minutes")
        const report = yield* Fiber.join(running)
        const { error, outcome } = report.consolidated[0] ?? {}
        assert.strictEqual(outcome, "failed")
        assert.include(["PublishRefused", "AgentFailure"], error?._tag)
        const after = yield* snapshot(memoryPath)
        assert.strictEqual(after.texts[0], before.texts[0])
        assert.deepStrictEqual(after.names, before.names)
        assert.strictEqual(after.texts[2], before.texts[2])
        assert.isTrue(yield* lockIsFree)
        // What is wrong is over: the next try publishes.
        const files = yield* FileSystem.FileSystem
        yield* files.remove(`${world.home}/evil.txt`, { force: true })
      })
    )
  })

  it.effect("an agent whose status stream ends without a result has failed, and its lock is free", () => {
    const running: AgentStatus = { _tag: "Running" }
    const lost = Layer.succeed(AgentControl, { spawn: () => Effect.succeed({ status: Stream.make(running) }) })
    const world = new World().add(1)
    return Effect.gen(function* () {
      yield* TestClock.setTime(aDayLater)
      const report = yield* runPass({ all: false, rebuildIndex: false })
      assert.isTrue(report.consolidated[0]?.error?.message.includes("ended without a result"))
      assert.isTrue(yield* lockIsFree)
    }).pipe(Effect.provide(Layer.merge(world.layer, lost)))
  })
})

describe("phase two: edits of what is published", () => {
  const skillPath = "skills/run-checks/SKILL.md"
  const skillText = (step: string) =>
    `---\nname: run-checks\ndescription: How to check.\n---\n\n1. ${step} [${threadIdOf(1).slice(0, 13)}…]\n`

  /** An agent that makes the memory at its first start, with a skill, and does `work` at each later one. */
  const editing = (work: (directory: string) => Effect.Effect<void, PlatformError, FileSystem.FileSystem>) => {
    const world: World = new World({
      settings: { candidates: 50 },
      agent: ({ directory }) =>
        world.spawned.length > 1
          ? work(directory)
          : Effect.gen(function* () {
              const fileSystem = yield* FileSystem.FileSystem
              yield* writeMemory({ directory })
              yield* fileSystem.makeDirectory(`${directory}/skills/run-checks`, { recursive: true })
              yield* fileSystem.writeFileString(`${directory}/${skillPath}`, skillText("npm test"))
            })
    }).add(1)
    return world
  }

  const inputsOf = ({ spawned }: World): ReadonlyMap<string, string> =>
    new Map((spawned.at(-1)?.inputs ?? []).map(({ name, text }) => [name, text]))

  const lastTrace = (number: number) => `trace_summaries/${threadIdOf(number)}_request_${number}.md`

  it.effect("an agent that makes the memory is shown the facts and every trace, and no change", () => {
    const world = editing(() => Effect.void).add(2)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.deepStrictEqual([...inputsOf(world).keys()], ["facts", lastTrace(2), lastTrace(1)])
        assert.include(inputsOf(world).get("facts") ?? "", "## What works here\n- Run the tests: `npm test` [")
        assert.include(inputsOf(world).get(lastTrace(1)) ?? "", "# request 1")
      })
    )
  })

  it.effect("a later agent edits a copy, and is shown what changed, the memory, its skills and only new traces", () => {
    const edited = (directory: string) =>
      Effect.gen(function* () {
        const fileSystem = yield* FileSystem.FileSystem
        const memory = yield* readText(`${directory}/MEMORY.md`)
        const line = `- request_2 [${threadIdOf(2).slice(0, 13)}…]\n`
        yield* fileSystem.writeFileString(`${directory}/MEMORY.md`, memory + line)
        yield* fileSystem.writeFileString(`${directory}/${skillPath}`, skillText("`npm test`, from the top"))
      })
    const world = editing(edited)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const before = yield* memoryText
        yield* grow(world, 2)
        assert.strictEqual((yield* pass).consolidated[0]?.outcome, "published")
        const changed = "what changed since MEMORY.md was written"
        assert.deepStrictEqual(
          [...inputsOf(world).keys()],
          [changed, "MEMORY.md", skillPath, "facts that did not change", lastTrace(2)]
        )
        assert.strictEqual(inputsOf(world).get("MEMORY.md"), before)
        assert.include((inputsOf(world).get(changed) ?? "").split("\n"), `- trace added: ${threadIdOf(2)}`)
        assert.isTrue((yield* memoryText).startsWith(before.trimEnd()))
        assert.include(yield* memoryText, "- request_2 [")
        assert.strictEqual(
          yield* readText(`${(yield* root).memoryPath}/${skillPath}`),
          skillText("`npm test`, from the top")
        )
      })
    )
  })

  it.effect("a skill that the agent deletes is retired, and one that a person changed is not the agent's", () => {
    const world = editing((directory) =>
      Effect.flatMap(FileSystem.FileSystem, (files) => files.remove(`${directory}/skills`, { recursive: true }))
    )
    return inWorld(
      world,
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        yield* pass
        const { memoryPath } = yield* root
        yield* files.writeFileString(`${memoryPath}/${skillPath}`, skillText("npm run mine"))
        yield* grow(world, 2)
        const refused = yield* pass
        assert.include(refused.consolidated[0]?.error?.message ?? "", `${skillPath} was deleted`)
        assert.strictEqual(yield* readText(`${memoryPath}/${skillPath}`), skillText("npm run mine"))
        const own = editing((directory) =>
          Effect.flatMap(FileSystem.FileSystem, (files) => files.remove(`${directory}/skills`, { recursive: true }))
        )
        yield* inWorld(
          own,
          Effect.gen(function* () {
            yield* pass
            yield* grow(own, 2)
            assert.strictEqual((yield* pass).consolidated[0]?.outcome, "published")
            assert.deepStrictEqual(yield* namesIn(`${(yield* root).memoryPath}/skills`), [])
          })
        )
      })
    )
  })

  it.effect("an agent that finds nothing to change leaves the memory as it is, byte for byte", () => {
    const world = editing(() => Effect.void)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const before = yield* memoryText
        yield* grow(world, 2)
        assert.strictEqual((yield* pass).consolidated[0]?.outcome, "published")
        assert.strictEqual(yield* memoryText, before)
        assert.deepStrictEqual((yield* pass).consolidated, [], "it is clean then")
      })
    )
  })

  it.effect("a first agent that writes nothing is refused", () => {
    const world = new World({ agent: () => Effect.void }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const [consolidated] = (yield* pass).consolidated
        assert.strictEqual(consolidated?.error?._tag, "PublishRefused")
        assert.isTrue(yield* lockIsFree)
      })
    )
  })

  it.effect("a session that is resumed and says what it said starts no agent", () => {
    const world = editing(() => Effect.void).add(2)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.lengthOf(world.spawned, 1)
        const [path = "", rollout] = [...world.rollouts].find(([path]) => path.includes(threadIdOf(1))) ?? []
        assert.isDefined(rollout)
        const later = `${rollout.content}{"timestamp":"2026-03-02T20:00:00.000Z","type":"event_msg","payload":{"type":"token_count"}}\n`
        world.rollouts.set(path, { ...rollout, content: later, modifiedAt: startOfFixtures + 40_000_000 })
        const report = yield* pass
        assert.deepStrictEqual([report.extracted.length, report.consolidated[0]?.outcome], [1, "unchanged"])
        assert.lengthOf(world.spawned, 1)
        assert.deepStrictEqual((yield* pass).consolidated, [], "it is clean then")
      })
    )
  })

  it.effect("a forgotten session leaves no line in the copy, no skill, and no id in the record of the publish", () => {
    const world = editing(() => Effect.void).add(2)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const { memoryPath } = yield* root
        const record = memoryPath.replace(/memory$/, "published.json")
        assert.include(yield* readText(record), threadIdOf(1))
        yield* Effect.flatMap(Forgetting, ({ forget }) => forget([id(1)]))
        yield* grow(world, 3)
        assert.strictEqual((yield* pass).consolidated[0]?.outcome, "published")
        const inputs = [...inputsOf(world).values()].join("\n")
        assert.include(inputs, `- trace gone: ${threadIdOf(1)}`)
        assert.notInclude(inputs, "request_1 ")
        assert.isFalse(inputsOf(world).has(skillPath))
        assert.notInclude(yield* memoryText, threadIdOf(1).slice(0, 13))
        assert.notInclude(yield* readText(record), threadIdOf(1))
      })
    )
  })

  it.effect("an agent by rule gets an empty copy and is shown nothing", () => {
    const seen: Array<ReadonlyArray<string>> = []
    const world: World = new World({
      agent: ({ directory }) =>
        Effect.gen(function* () {
          seen.push(yield* namesIn(directory))
          yield* writeMemory({ directory })
        })
    }).add(1)
    const byRule = Layer.map(world.layer, (context) =>
      Context.add(context, AgentControl, { ...Context.get(context, AgentControl), worksByRule: true })
    )
    return Effect.gen(function* () {
      yield* TestClock.setTime(aDayLater)
      yield* pass
      yield* grow(world, 2)
      yield* pass
      const staged = ["memory_summary.md", "project_facts.json", "trace_summaries"]
      assert.deepStrictEqual(seen, [staged, staged])
      assert.deepStrictEqual(
        world.spawned.map(({ inputs }) => inputs),
        [[], []]
      )
    }).pipe(Effect.provide(byRule))
  })
})

describe("phase two: edits by people", () => {
  it.effect("a person's line is given to the agent, and a result without it is refused", () => {
    const line = "- never deploy on a Friday"
    let keeps = false
    const world: World = new World({ agent: (request) => writeMemory(request, keeps ? line : "") }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const { memoryPath, stagingPath } = yield* root
        const files = yield* FileSystem.FileSystem
        yield* files.writeFileString(`${memoryPath}/MEMORY.md`, `${yield* memoryText}${line}\n`)
        yield* grow(world, 2)
        const refused = yield* pass
        assert.strictEqual(refused.consolidated[0]?.error?._tag, "PublishRefused")
        assert.isTrue(refused.consolidated[0]?.error?.message.includes(line))
        assert.isTrue((yield* memoryText).includes(line))
        assert.isTrue((yield* readText(`${stagingPath}/person_edits.json`)).includes(line))
        keeps = true
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual((yield* pass).consolidated[0]?.outcome, "published")
        keeps = false
        yield* grow(world, 3)
        const third = yield* pass
        assert.strictEqual(third.consolidated[0]?.error?._tag, "PublishRefused", "it is kept for good, not only once")
      })
    )
  })

  it.effect("a skill that a person edited or deleted is not published over", () => {
    const skill = (body: string) => `---\nname: deploy\ndescription: how to deploy\n---\n\n${body}\n`
    const world: World = new World({
      agent: Effect.fnUntraced(function* ({ directory }) {
        yield* writeMemory({ directory })
        const files = yield* FileSystem.FileSystem
        if (!(yield* files.exists(`${directory}/skills/deploy/SKILL.md`))) {
          yield* files.makeDirectory(`${directory}/skills/deploy`, { recursive: true })
          yield* files.writeFileString(`${directory}/skills/deploy/SKILL.md`, skill("make deploy"))
        }
      })
    }).add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const path = `${(yield* root).memoryPath}/skills/deploy/SKILL.md`
        assert.strictEqual(yield* readText(path), skill("make deploy"))
        const files = yield* FileSystem.FileSystem
        yield* files.writeFileString(path, skill("make deploy, then tell Ada"))
        yield* grow(world, 2)
        assert.strictEqual((yield* pass).consolidated[0]?.outcome, "published")
        assert.strictEqual(yield* readText(path), skill("make deploy, then tell Ada"))
        yield* files.remove(path)
        yield* grow(world, 3)
        assert.strictEqual((yield* pass).consolidated[0]?.outcome, "published")
        assert.isFalse(yield* files.exists(path), "what a person deleted does not come back")
      })
    )
  })
})

describe("phase two: directories with more sessions than traces", () => {
  const friday = "please never deploy on a Friday, ever"
  const withWish = (what: string): StageOneOutput => ({
    traceMemory: `# ${what}\nTrace context: test\nUser preferences:\n- "${friday}"\n\n## Task: ${what}\nOutcome: success`,
    summary: `${what} was learned`
  })
  const files = (world: World, count: number, from = 1) =>
    Array.from({ length: count }, (_, index) => {
      const number = index + from
      const start = startOfFixtures + number * 60_000
      const request = number === 1 ? friday : `request ${number}`
      return world.add(number, { content: simpleSession({ id: threadIdOf(number), start, request }) })
    })

  /** The agent's workspace, as it was at each of its starts. */
  const watched = (seen: Array<ReadonlyMap<string, string>>, settings: Partial<SettingValues> = {}) =>
    new World({
      settings: { candidates: 50, ...settings },
      model: ({ thread }) => {
        const title = thread.title ?? "?"
        return Stream.fromIterable(
          answer(title === friday.replace("please ", "") ? withWish(title) : traceAbout(title))
        )
      },
      agent: (request) =>
        Effect.gen(function* () {
          const names = (yield* namesIn(request.directory)).filter((name) => /\.(?:md|json)$/.test(name))
          const texts = yield* Effect.forEach(names, (name) =>
            Effect.map(readText(`${request.directory}/${name}`), (text) => [name, text] as const)
          )
          seen.push(new Map(texts))
          const facts = texts.find(([name]) => name === "project_facts.json")?.[1] ?? ""
          const line = facts.includes(friday) ? `- "${friday}" [${threadIdOf(1).slice(0, 13)}…]` : ""
          yield* writeMemory(request, `## What the user wants\n${line}`)
        })
    })

  it.effect("an agent can read the facts of all sessions and the published memory", () => {
    const seen: Array<ReadonlyMap<string, string>> = []
    const world = watched(seen)
    files(world, 10)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.deepStrictEqual([...(seen[0]?.keys() ?? [])], ["memory_summary.md", "project_facts.json"])
        const published = yield* memoryText
        yield* grow(world, 11)
        const report = yield* pass
        assert.strictEqual(report.consolidated[0]?.outcome, "published")
        assert.strictEqual(seen[1]?.get("MEMORY.md"), published)
        assert.include(seen[1]?.get("project_facts.json") ?? "", JSON.stringify(`"${friday}" (said 2026-03-02)`))
        // A wish of a session without a trace is no less the user's, and may be cited.
        assert.include(yield* memoryText, `- "${friday}" [${threadIdOf(1).slice(0, 13)}…]`)
        assert.notInclude(yield* memoryText, "Not from the user")
        assert.deepStrictEqual(
          (yield* namesIn((yield* root).memoryPath)).filter((name) => name.endsWith(".md")),
          ["MEMORY.md", "memory_summary.md"]
        )
      })
    )
  })

  it.effect("an earlier session without a line starts no agent, and a forgotten wish of one does", () => {
    const seen: Array<ReadonlyMap<string, string>> = []
    const world = watched(seen, { tracesPerCwd: 2 })
    files(world, 1)
    files(world, 3, 3)
    return inWorld(
      world,
      Effect.gen(function* () {
        const forgetting = yield* Forgetting
        yield* pass
        assert.lengthOf(seen, 1)
        yield* grow(world, 2)
        const second = yield* pass
        assert.deepStrictEqual([second.extracted.length, second.consolidated[0]?.outcome], [1, "unchanged"])
        assert.lengthOf(seen, 1)
        assert.deepStrictEqual((yield* pass).consolidated, [], "it is clean then")
        yield* forgetting.forget([id(1)])
        const third = yield* pass
        assert.strictEqual(third.consolidated[0]?.outcome, "published")
        assert.isDefined(seen[1])
        assert.isFalse(seen[1].has("earlier_sessions.md"))
        assert.notInclude(yield* memoryText, friday)
      })
    )
  })

  it.effect("an agent gets no earlier session of another provider, nor the published memory with its lines", () => {
    const world = new World({ settings: { candidates: 50, tracesPerCwd: 2 } })
    files(world, 4)
    const strange = simpleSession({ id: threadIdOf(1), start: startOfFixtures + 60_000, request: friday })
    world.add(1, { content: strange.replace('"model_provider":"openai"', '"model_provider":"elsewhere"') })
    const agentOf = (provider: string | undefined) =>
      Effect.map(AgentControl, (control): AgentControl["Type"] => ({ ...control, provider }))
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const state = yield* Effect.flatMap(Consolidations, (consolidations) => consolidations.state(ferry, 2))
        assert.deepStrictEqual(
          state.earlier.map(({ threadId }) => threadId),
          [id(2), id(1)]
        )
        const given = (provider: string | undefined, of = state) =>
          keepToProvider(ferry, of).pipe(Effect.provideServiceEffect(AgentControl, agentOf(provider)))
        const own = yield* given("openai")
        assert.deepStrictEqual([own.mayBeTold(id(2)), own.mayBeTold(id(1)), own.isPublishedShown], [true, false, false])
        const withOwn = { ...state, earlier: state.earlier.filter(({ threadId }) => own.mayBeTold(threadId)) }
        assert.isTrue((yield* given("openai", withOwn)).isPublishedShown)
        const offline = yield* given(undefined)
        assert.deepStrictEqual([offline.mayBeTold(id(1)), offline.isPublishedShown], [true, true])
        assert.strictEqual((yield* Effect.flip(given("elsewhere")))._tag, "ProviderCrossing")
      })
    )
  })

  it.effect("an agent that changes its read-only inputs is refused", () => {
    const world: World = new World({
      settings: { candidates: 50, tracesPerCwd: 2 },
      model: () => Stream.fromIterable(answer(withWish("a day"))),
      agent: (request) =>
        Effect.gen(function* () {
          const fileSystem = yield* FileSystem.FileSystem
          yield* writeMemory(request)
          yield* fileSystem.writeFileString(`${request.directory}/project_facts.json`, "{}")
        })
    })
    files(world, 3)
    return inWorld(
      world,
      Effect.gen(function* () {
        const report = yield* pass
        assert.strictEqual(report.consolidated[0]?.error?._tag, "PublishRefused")
        assert.include(report.consolidated[0]?.error?.message ?? "", "project_facts.json was changed")
      })
    )
  })
})

describe("phase two: trace files and rows", () => {
  it.effect("a trace file that is missing or changed is written again from its row", () => {
    const world = new World().add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        const first = yield* pass
        const path = first.extracted[0]?.traceFile ?? ""
        const before = yield* readText(path)
        const files = yield* FileSystem.FileSystem
        yield* files.remove(path)
        yield* grow(world, 2)
        yield* pass
        assert.strictEqual(yield* readText(path), before)
        yield* files.writeFileString(path, "scribbled over")
        yield* grow(world, 3)
        yield* pass
        assert.strictEqual(yield* readText(path), before)
      })
    )
  })

  it.effect("a missing rollout removes no memory", () => {
    const world = new World().add(1)
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        const before = yield* memoryText
        const all = new Map(world.rollouts)
        world.rollouts.clear()
        assert.strictEqual((yield* pass).threads, 1)
        assert.strictEqual(yield* memoryText, before)
        const record = Option.getOrThrow(yield* (yield* ThreadIndex).get(id(1)))
        assert.isNotNull(record.thread.missingSince)
        all.forEach((rollout, path) => world.rollouts.set(path, rollout))
        assert.strictEqual((yield* pass).candidates, 0)
        assert.strictEqual(world.requests.length, 1)
      })
    )
  })

  it.effect("a trace file is named after its thread's title, and no two threads share one", () => {
    const world = new World()
    const content = (number: number) =>
      new RolloutBuilder(startOfFixtures + number)
        .meta({ id: threadIdOf(number) })
        .user("same words")
        .turnEnd()
        .text()
    world.add(1, { content: content(1) }).add(2, { content: content(2) })
    return inWorld(
      world,
      Effect.gen(function* () {
        yield* pass
        assert.deepStrictEqual(yield* namesIn(`${(yield* root).memoryPath}/trace_summaries`), [
          `${threadIdOf(1)}_same_words.md`,
          `${threadIdOf(2)}_same_words.md`
        ])
      })
    )
  })
})
