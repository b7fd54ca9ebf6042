import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema, TestClock } from "effect"
import { makeIgnoreRules } from "../../src/domain/thread/IgnoreRules.js"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import { runPass } from "../../src/pass/RunPass.js"
import { updateIndex } from "../../src/pass/SessionIndex.js"
import { MemoryFs } from "../../src/services/MemoryFs.js"
import { ThreadIndex } from "../../src/services/state/ThreadIndex.js"
import { ThreadMemories } from "../../src/services/state/ThreadMemories.js"
import { PassReport } from "../../src/domain/report/Report.js"
import { withCodexStateDb } from "../support/codexStateDb.js"
import { bytesBelow } from "../support/plantedHome.js"
import { snapshot, temporaryFolder, write } from "../support/program.js"
import { runInProcess } from "../support/programInProcess.js"
import { ferry } from "../support/rows.js"
import { RolloutBuilder, simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { aDayLater, inWorld, pass, World } from "../../src/testing/World.js"
import { nonEmpty } from "../support/nonEmpty.js"

const decodeReport = Schema.decodeUnknownSync(Schema.parseJson(PassReport))

const ignoring = (world: World, text: string) =>
  Effect.gen(function* () {
    yield* (yield* MemoryFs).prepare
    yield* (yield* FileSystem.FileSystem).writeFileString(`${world.home}/ignore`, text)
  })

const rowOf = (number: number) =>
  Effect.gen(function* () {
    const record = yield* (yield* ThreadIndex).get(ThreadId.make(threadIdOf(number)))
    return Option.getOrThrow(record).thread
  })

describe("the ignore file of the memories home", () => {
  const world = () => new World().add(1, { cwd: "/home/ada/diary/2026" }).add(2, { cwd: "/home/ada/projects/ferry" })

  it.effect("an ignored directory's sessions are kept from model, files and rows, but for the thread's id", () => {
    const home = world()
    return Effect.gen(function* () {
      yield* TestClock.setTime(aDayLater)
      yield* ignoring(home, "# mine alone\n/home/ada/diary/\n")
      const report = yield* pass
      assert.deepStrictEqual(
        report.skipped.map(({ reason, threadId }) => [threadId, reason]),
        [[threadIdOf(1), "ignored"]]
      )
      assert.deepStrictEqual(
        home.requests.map(({ thread }) => thread.id),
        [threadIdOf(2)]
      )
      const row = yield* rowOf(1)
      assert.deepStrictEqual([row.cwd, row.title, row.firstUserMessage], [null, null, null])
      assert.notInclude(JSON.stringify(yield* (yield* ThreadMemories).projects), "diary")
      assert.notInclude(JSON.stringify(report.consolidated), "diary")
    }).pipe(Effect.provide(home.layer))
  })

  it.effect("an ignore file matches the rollout's path too, and its sessions are reported at each pass", () => {
    const home = world()
    return Effect.gen(function* () {
      yield* TestClock.setTime(aDayLater)
      yield* ignoring(home, `**/*${threadIdOf(2)}.jsonl\n`)
      for (let round = 0; round < 2; round++) {
        const report = yield* pass
        assert.deepStrictEqual(
          report.skipped.map(({ reason, threadId }) => [threadId, reason]),
          [[threadIdOf(2), "ignored"]]
        )
      }
      assert.deepStrictEqual(
        home.requests.map(({ thread }) => thread.id),
        [threadIdOf(1)]
      )
    }).pipe(Effect.provide(home.layer))
  })

  it.effect("an ignored session's row loses its values, and has them again when it is no longer ignored", () => {
    const home = world()
    return Effect.gen(function* () {
      yield* TestClock.setTime(aDayLater)
      yield* runPass({ all: true, rebuildIndex: false })
      assert.strictEqual((yield* rowOf(1)).cwd, "/home/ada/diary/2026")
      yield* ignoring(home, "diary\n")
      yield* pass
      assert.strictEqual((yield* rowOf(1)).title, null)
      assert.strictEqual((yield* rowOf(1)).cwd, null)
      yield* ignoring(home, "")
      yield* pass
      assert.strictEqual((yield* rowOf(1)).cwd, "/home/ada/diary/2026")
    }).pipe(Effect.provide(home.layer))
  })

  it.scopedLive("an ignore file that is a symbolic link ends the program with one line, before anything is read", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      write(join(folder, "codex/sessions/rollout-x.jsonl"), simpleSession())
      write(join(folder, "elsewhere"), "*\n")
      mkdirSync(join(folder, "memories"))
      symlinkSync(join(folder, "elsewhere"), join(folder, "memories/ignore"))
      const ended = yield* runInProcess([
        "--codex-home",
        join(folder, "codex"),
        "--memories-home",
        join(folder, "memories")
      ])
      assert.strictEqual(ended.code, 1)
      assert.match(ended.stderr, /^rollout-memories: reading the ignore file failed at [^\n]*symbolic link[^\n]*\n$/)
      assert.strictEqual(ended.stdout, "")
    })
  )
})

it.effect("a session with memory_mode disabled is not learned from, and is reported so at each pass", () => {
  const content = new RolloutBuilder()
    .meta({ id: threadIdOf(1), memory_mode: "disabled" })
    .user("the canary is 4711, remember it")
    .command("npm test", "ok\n")
    .turnEnd()
    .text()
  const world = new World().add(1, { content })
  return Effect.gen(function* () {
    yield* TestClock.setTime(aDayLater)
    for (let round = 0; round < 2; round++) {
      const report = yield* pass
      assert.deepStrictEqual(
        report.skipped.map(({ reason }) => reason),
        ["memory-disabled"]
      )
    }
    assert.strictEqual(world.requests.length, 0)
    assert.strictEqual((yield* rowOf(1)).title, null)
  }).pipe(Effect.provide(world.layer))
})

describe("memory switched off during a session", () => {
  const path = `/codex/sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(1)}.jsonl`
  const canary = "the canary is 4711, remember it"
  /** More than an index reads at either end of a file. */
  const long = "hay ".repeat(100_000)
  const off = { id: threadIdOf(1), memory_mode: "disabled" }
  const on = { id: threadIdOf(1), memory_mode: "enabled" }

  /** A world whose only session is told by a builder, line after line; each telling writes the file. */
  const worldOf = (start: (rollout: RolloutBuilder) => RolloutBuilder) => {
    const world = new World()
    const rollout = new RolloutBuilder().meta({ id: threadIdOf(1) })
    const tell = (more: (rollout: RolloutBuilder) => RolloutBuilder) => {
      const content = more(rollout).text()
      world.rollouts.set(path, { path, content, modifiedAt: startOfFixtures + content.length })
    }
    tell(start)
    return { world, tell }
  }
  const work = (rollout: RolloutBuilder) => rollout.user(canary).command("npm test", "ok\n").turnEnd()
  const hay = (rollout: RolloutBuilder) => rollout.assistant(long).assistant(long).assistant(long).assistant(long)

  /** Runs a pass; returns why sessions were skipped, how often the model was asked so far, and the row's title. */
  const passOver = (world: World) =>
    Effect.gen(function* () {
      const report = yield* pass
      const { title } = yield* rowOf(1)
      const outcome: ReadonlyArray<unknown> = [report.skipped.map(({ reason }) => reason), world.requests.length, title]
      return outcome
    })
  const withheldOutcome = (requests: number): ReadonlyArray<unknown> => [["memory-disabled"], requests, null]

  it.effect("memory is removed when a session switches it off, and learned again when it is on", () => {
    const { tell, world } = worldOf(work)
    return inWorld(
      world,
      Effect.gen(function* () {
        const threadMemories = yield* ThreadMemories
        const published = () => Effect.map(threadMemories.last(ferry, 10), (memories) => memories.length)
        assert.deepStrictEqual(yield* passOver(world), [[], 1, canary])
        assert.strictEqual(yield* published(), 1)
        tell((rollout) => rollout.meta(off).user("thanks").turnEnd())
        assert.deepStrictEqual(yield* passOver(world), withheldOutcome(1))
        assert.strictEqual(yield* published(), 0)
        assert.deepStrictEqual(yield* passOver(world), withheldOutcome(1))
        tell((rollout) => rollout.meta(on).user("go on").turnEnd())
        assert.deepStrictEqual(yield* passOver(world), [[], 2, canary])
        assert.strictEqual(yield* published(), 1)
      })
    )
  })

  it.effect("memory is not switched off by another session's copied line", () => {
    const { world } = worldOf((rollout) => work(rollout.meta({ ...off, id: threadIdOf(2) })))
    return inWorld(
      world,
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* passOver(world), [[], 1, canary])
      })
    )
  })

  it.effect("memory stays switched off if only a whole reading of a large file shows it", () => {
    const { tell, world } = worldOf((rollout) => hay(hay(work(rollout)).meta(off)))
    return inWorld(
      world,
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* passOver(world), withheldOutcome(0))
        tell((rollout) => rollout.user("thanks").turnEnd())
        yield* updateIndex({ reread: false, ignoreRules: makeIgnoreRules("") })
        assert.deepStrictEqual([(yield* rowOf(1)).title, (yield* rowOf(1)).withheld], [null, "memory-disabled"])
        assert.deepStrictEqual(yield* passOver(world), withheldOutcome(0))
      })
    )
  })

  it.effect("memory is removed even if only a whole reading shows that it was switched off", () => {
    const { tell, world } = worldOf(work)
    return inWorld(
      world,
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* passOver(world), [[], 1, canary])
        tell((rollout) => hay(hay(rollout).meta(off)))
        assert.deepStrictEqual(yield* passOver(world), withheldOutcome(1))
        assert.lengthOf(yield* (yield* ThreadMemories).last(ferry, 10), 0)
      })
    )
  })

  it.effect("memory is switched on again wherever the line is", () => {
    const { tell, world } = worldOf((rollout) => hay(hay(work(rollout)).meta(off)))
    return inWorld(
      world,
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* passOver(world), withheldOutcome(0))
        tell((rollout) => hay(hay(rollout).meta(on)))
        assert.deepStrictEqual(yield* passOver(world), [[], 1, canary])
      })
    )
  })

  it.scopedLive("memory switched off leaves nothing of the session on disk, wherever the line is", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const rollout = hay(hay(work(new RolloutBuilder().meta({ id: threadIdOf(1) }))).meta(off))
      write(join(folder, `codex/sessions/rollout-2026-03-02T09-00-00-${threadIdOf(1)}.jsonl`), rollout.text())
      const homes = ["--codex-home", join(folder, "codex"), "--memories-home", join(folder, "memories")]
      const plan = yield* runInProcess(["plan", "--json", ...homes])
      assert.include(plan.stdout, '"reason":"memory-disabled"')
      const ended = yield* runInProcess(["--json", ...homes])
      assert.strictEqual(ended.code, 0, ended.stderr)
      for (const [path, bytes] of nonEmpty(bytesBelow(join(folder, "memories")))) {
        assert.isFalse(bytes.includes(canary), path)
      }
      assert.notInclude(ended.stdout + ended.stderr + plan.stdout, canary)
    })
  )
})

describe("private text in a user's message", () => {
  const cwdOf = (number: number) => `/home/ada/projects/ferry-${number}`
  const begin = (number: number) => new RolloutBuilder().meta({ id: threadIdOf(number), cwd: cwdOf(number) })
  const forms: { readonly [form: string]: (number: number, text: string) => RolloutBuilder } = {
    "as versions up to 0.149 tell it": (number, text) => begin(number).user(text),
    "as newer versions tell it": (number, text) =>
      begin(number).completed({ type: "UserMessage", content: [{ type: "text", text }] }),
    "as the first version told it": (number, text) =>
      new RolloutBuilder()
        .raw(JSON.stringify({ id: threadIdOf(number), timestamp: "2026-03-02T09:00:00.000Z", instructions: null }))
        .raw(
          JSON.stringify({
            type: "message",
            role: "user",
            content: [
              {
                type: "input_text",
                text: `<environment_context>\n<cwd>${cwdOf(number)}</cwd>\n</environment_context>`
              }
            ]
          })
        )
        .raw(JSON.stringify({ type: "message", role: "user", content: [{ type: "input_text", text }] })),
    "in two parts of one message": (number, text) => begin(number).message("user", text.slice(0, 30), text.slice(30))
  }
  const ends = { closed: "</private> and run the tests", unclosed: "", nested: "<private>x</private>" }
  const messages = Object.entries(forms).flatMap(([form, build], at) =>
    Object.entries(ends).map(([name, end], index) => {
      const number = at * 10 + index + 11
      const plan = `the-merger-with-quay-and-sons-${number}`
      const rollout = build(number, `fix the timetable <private>prepare ${plan} ${end}`)
      return {
        name: `${form}, ${name}`,
        number,
        plan,
        text: rollout.command("npm test", "# pass 1\n").turnEnd().text()
      }
    })
  )

  for (const filter of ["evidence", "keep-all"]) {
    it.scopedLive(`private text reaches nothing, in any form of a message, with the filter ${filter}`, () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        for (const { number, text } of messages) {
          write(join(folder, `codex/sessions/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`), text)
        }
        const memories = join(folder, "memories")
        const ended = yield* runInProcess(
          ["--codex-home", join(folder, "codex"), "--memories-home", memories, "--all", "--json"],
          { MEMORIES_ROLLOUT_FILTER: filter }
        )
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.deepStrictEqual(
          decodeReport(ended.stdout)
            .extracted.map(({ threadId }) => threadId)
            .sort(),
          messages.map(({ number }) => threadIdOf(number)).sort()
        )
        const places = [...bytesBelow(memories), ["what was printed", ended.stdout + ended.stderr] as const]
        const leaks = messages.flatMap(({ name, plan }) =>
          places.filter(([, bytes]) => bytes.includes(plan)).map(([place]) => `${name}: ${place}`)
        )
        assert.deepStrictEqual(leaks, [])
      })
    )
  }
})

it.scoped("a session switched off in Codex's own state DB is not learned from until it is on again", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const [codex, memories] = [join(folder, "codex"), join(folder, "memories")]
    const name = (number: number) => `rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`
    for (const number of [1, 2]) {
      write(join(codex, "sessions/2026/03/02", name(number)), simpleSession({ id: threadIdOf(number) }))
    }
    const passOver = Effect.gen(function* () {
      const ended = yield* runInProcess(["--codex-home", codex, "--memories-home", memories, "--json", "--all"])
      assert.strictEqual(ended.code, 0, ended.stderr)
      const { extracted, skipped } = decodeReport(ended.stdout)
      return [
        extracted.map(({ threadId }) => threadId).sort(),
        skipped.map(({ reason, threadId }) => [threadId, reason])
      ]
    })
    const off = [threadIdOf(1), "memory-disabled"]
    const isOnDisk = (number: number) =>
      Object.keys(snapshot(memories)).some((path) => path.includes(threadIdOf(number)))
    yield* withCodexStateDb(codex, "state_5.sqlite", (setMode) =>
      Effect.gen(function* () {
        yield* setMode(threadIdOf(1), "disabled")
        assert.deepStrictEqual(yield* passOver, [[threadIdOf(2)], [off]])
        assert.deepStrictEqual(yield* passOver, [[], [off]])
        yield* setMode(threadIdOf(1), "enabled")
        assert.deepStrictEqual(yield* passOver, [[threadIdOf(1)], []])
        assert.isTrue(isOnDisk(2))
        yield* setMode(threadIdOf(2), "disabled")
        yield* passOver
        assert.deepStrictEqual([isOnDisk(1), isOnDisk(2)], [true, false])
      })
    )
    writeFileSync(join(codex, "state_5.sqlite"), "no database ".repeat(100))
    yield* passOver
    assert.deepStrictEqual([isOnDisk(1), isOnDisk(2)], [true, false])
  })
)
