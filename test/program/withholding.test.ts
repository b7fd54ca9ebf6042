import { mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, TestClock } from "effect"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import { runPass } from "../../src/pass/RunPass.js"
import { MemoryFs } from "../../src/services/MemoryFs.js"
import { StateDb } from "../../src/services/StateDb.js"
import { bytesBelow } from "../support/plantedHome.js"
import { runMain, temporaryFolder, write } from "../support/program.js"
import { RolloutBuilder, simpleSession, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { aDayLater, pass, World } from "../../src/testing/World.js"

const ignoring = (world: World, text: string) =>
  Effect.gen(function* () {
    yield* (yield* MemoryFs).prepare
    yield* (yield* FileSystem.FileSystem).writeFileString(`${world.home}/ignore`, text)
  })

const rowOf = (number: number) =>
  Effect.gen(function* () {
    const record = yield* (yield* StateDb).getThread(ThreadId.make(threadIdOf(number)))
    return Option.getOrThrow(record).thread
  })

describe("the ignore file of the memories home", () => {
  const world = () => new World().add(1, { cwd: "/home/ada/diary/2026" }).add(2, { cwd: "/home/ada/projects/ferry" })

  it.effect("keeps a directory's sessions from the model, the files and the rows, beyond the thread's id", () => {
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
      assert.notInclude(JSON.stringify(yield* (yield* StateDb).listProjects), "diary")
      assert.notInclude(JSON.stringify(report.consolidated), "diary")
    }).pipe(Effect.provide(home.layer))
  })

  it.effect("matches the rollout's path too, and says again what it said at each pass", () => {
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

  it.effect("takes what a row held away when it is written later, and gives it back when it is gone", () => {
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

  it.scopedLive("that is a symbolic link ends the program with one line, before anything is read", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      write(join(folder, "codex/sessions/rollout-x.jsonl"), simpleSession())
      write(join(folder, "elsewhere"), "*\n")
      mkdirSync(join(folder, "memories"))
      symlinkSync(join(folder, "elsewhere"), join(folder, "memories/ignore"))
      const ended = yield* runMain(["--codex-home", join(folder, "codex"), "--memories-home", join(folder, "memories")])
      assert.strictEqual(ended.code, 1)
      assert.match(ended.stderr, /^rollout-memories: reading the ignore file failed at [^\n]*symbolic link[^\n]*\n$/)
      assert.strictEqual(ended.stdout, "")
    })
  )
})

it.effect("a session with memory_mode disabled gives nothing, and is reported so at each pass", () => {
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

describe("private text in a user's message", () => {
  const secretPlan = "the-merger-with-quay-and-sons"
  const kinds: { readonly [name: string]: (text: string) => RolloutBuilder } = {
    "as versions up to 0.149 tell it": (text) => new RolloutBuilder().meta({ id: threadIdOf(1) }).user(text),
    "as newer versions tell it": (text) =>
      new RolloutBuilder()
        .meta({ id: threadIdOf(1) })
        .completed({ type: "UserMessage", content: [{ type: "text", text }] }),
    "as the first version told it": (text) =>
      new RolloutBuilder()
        .raw(JSON.stringify({ id: threadIdOf(1), timestamp: "2026-03-02T09:00:00.000Z", instructions: null }))
        .raw(
          JSON.stringify({
            type: "message",
            role: "user",
            content: [
              {
                type: "input_text",
                text: "<environment_context>\n<cwd>/home/ada/projects/ferry</cwd>\n</environment_context>"
              }
            ]
          })
        )
        .raw(JSON.stringify({ type: "message", role: "user", content: [{ type: "input_text", text }] })),
    "in two parts of one message": (text) =>
      new RolloutBuilder().meta({ id: threadIdOf(1) }).message("user", text.slice(0, 30), text.slice(30))
  }
  for (const [name, build] of Object.entries(kinds)) {
    for (const end of ["</private> and run the tests", "", "<private>x</private>"]) {
      it.scopedLive(`reaches nothing, ${name}, ${end === "" ? "unclosed" : `before ${end}`}`, () =>
        Effect.gen(function* () {
          const folder = yield* temporaryFolder
          const rollout = build(`fix the timetable <private>prepare ${secretPlan} ${end}`)
            .command("npm test", "ok\n# pass 1\n")
            .turnEnd()
          write(join(folder, `codex/sessions/rollout-2026-03-02T09-00-00-${threadIdOf(1)}.jsonl`), rollout.text())
          for (const filter of ["evidence", "keep-all"]) {
            const memories = join(folder, filter)
            const ended = yield* runMain(
              ["--codex-home", join(folder, "codex"), "--memories-home", memories, "--json"],
              {
                MEMORIES_ROLLOUT_FILTER: filter
              }
            )
            assert.strictEqual(ended.code, 0, ended.stderr)
            for (const [path, bytes] of bytesBelow(memories)) {
              assert.isFalse(bytes.includes(secretPlan), path)
            }
            assert.notInclude(ended.stdout + ended.stderr, secretPlan)
          }
        })
      )
    }
  }
})
