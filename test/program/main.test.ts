import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { PassReport } from "../../src/domain/report/Report.js"
import { mainPath, runMain, snapshot, start, temporaryFolder, write } from "../support/program.js"
import { runInProcess } from "../support/programInProcess.js"
import { simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { nonEmpty } from "../support/nonEmpty.js"
import { until } from "../support/time.js"

const decodeReport = Schema.decodeUnknownSync(Schema.parseJson(PassReport))

const rolloutPath = (home: string, number: number) =>
  join(home, `sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`)

/** Writes a session whose file's time is that of its last line, as it is where it was recorded. */
const addSession = (home: string, number: number, cwd = "/home/ada/projects/ferry") => {
  const start = startOfFixtures + number * 60_000
  write(rolloutPath(home, number), simpleSession({ id: threadIdOf(number), cwd, start }))
  utimesSync(rolloutPath(home, number), start / 1_000, start / 1_000)
}

/** A Codex home of a few sessions in two projects, and a place for memories. */
const homes = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const codex = join(folder, "codex")
  addSession(codex, 1)
  addSession(codex, 2)
  addSession(codex, 3, "/home/ada/projects/pier")
  const memories = join(folder, "memories")
  return { folder, codex, memories, args: ["--codex-home", codex, "--memories-home", memories] }
})

const oneLine = /^rollout-memories: [^\n]+\n$/

describe("the program", () => {
  it.scoped("the program runs a pass over a Codex home and reports it as one JSON object", () =>
    Effect.gen(function* () {
      const { args, memories } = yield* homes
      const ended = yield* runMain([...args, "--json"])
      assert.strictEqual(ended.code, 0, ended.stderr)
      const report = decodeReport(ended.stdout)
      assert.deepStrictEqual([report.threads, report.candidates, report.extracted.length], [3, 3, 3])
      assert.deepStrictEqual(
        report.consolidated.map(({ cwd, outcome }) => [cwd, outcome]),
        [
          ["/home/ada/projects/ferry", "published"],
          ["/home/ada/projects/pier", "published"]
        ]
      )
      assert.deepStrictEqual(report.model, {
        name: "offline",
        calls: 3,
        inputTokens: 0,
        outputTokens: 0,
        cachedTokens: 0
      })
      for (const { memoryRoot, traceFile } of nonEmpty(report.extracted)) {
        assert.isTrue(readFileSync(traceFile, "utf8").startsWith("thread_id: "))
        assert.isTrue(readFileSync(join(memoryRoot, "MEMORY.md"), "utf8").includes("`npm test`"))
      }
      assert.isTrue(readFileSync(join(memories, "README.md"), "utf8").includes("/home/ada/projects/pier"))
    })
  )

  it.scoped("the program tells people what was learned and what to open, and then that nothing is to do", () =>
    Effect.gen(function* () {
      const { args } = yield* homes
      const first = yield* runInProcess(args)
      assert.strictEqual(first.code, 0)
      const open = /Open first: (.*MEMORY\.md)$/m.exec(first.stdout)?.[1]
      assert.isTrue(existsSync(open ?? ""), first.stdout)
      assert.isTrue(first.stdout.includes("departures.sort is not a function"))
      assert.isFalse(first.stdout.includes("\u001b"), "no colour into a pipe")
      const second = yield* runInProcess(args)
      assert.isTrue(second.stdout.startsWith("Nothing to do: 3 sessions indexed"), second.stdout)
    })
  )

  it.scoped("a second pass opens no rollout, calls no model and changes nothing but SQLite's own files", () =>
    Effect.gen(function* () {
      const { args, codex, memories } = yield* homes
      yield* runInProcess(args)
      // A rollout of the same size and time that holds something else: whoever opened it would fail.
      for (const number of [1, 2, 3]) {
        const path = rolloutPath(codex, number)
        const { mtimeMs, size } = statSync(path)
        writeFileSync(path, "x".repeat(size))
        utimesSync(path, mtimeMs / 1_000, mtimeMs / 1_000)
      }
      const files = () => snapshot(memories, (path) => !/-(?:wal|shm)$/.test(path))
      const before = files()
      const times = (path: string) => statSync(join(memories, path)).mtimeMs
      const timesBefore = Object.keys(before).map(times)
      const ended = yield* runInProcess([...args, "--json"])
      const report = decodeReport(ended.stdout)
      assert.deepStrictEqual([report.candidates, report.model.calls, report.consolidated.length], [0, 0, 0])
      assert.deepStrictEqual(files(), before)
      assert.deepStrictEqual(Object.keys(before).map(times), timesBefore)
    })
  )

  it.scoped("the files of the program are private to their owner", () =>
    Effect.gen(function* () {
      const { args, memories } = yield* homes
      yield* runInProcess(args)
      for (const entry of [
        memories,
        ...readdirSync(memories, { recursive: true }).map((name) => join(memories, String(name)))
      ]) {
        const { mode } = statSync(entry)
        assert.strictEqual(mode & 0o077, 0, entry)
      }
    })
  )

  it.scoped("a failed rollout is reported with its reason, exits 1, and does not affect the others", () =>
    Effect.gen(function* () {
      const { args, codex } = yield* homes
      write(rolloutPath(codex, 9), "this is no rollout\n")
      utimesSync(rolloutPath(codex, 9), 1_772_000_000, 1_772_000_000)
      const ended = yield* runInProcess([...args, "--json"])
      assert.strictEqual(ended.code, 1)
      const report = decodeReport(ended.stdout)
      assert.deepStrictEqual(
        report.failed.map(({ error, threadId }) => [threadId, error._tag]),
        [[threadIdOf(9), "NotACodexRollout"]]
      )
      assert.strictEqual(report.extracted.length, 3)
      assert.strictEqual((yield* runInProcess(args)).code, 0, "set aside, it fails no second pass")
    })
  )

  it.scoped("the program does nothing if memory is switched off", () =>
    Effect.gen(function* () {
      const { args, memories } = yield* homes
      const ended = yield* runInProcess([...args, "--json"], { MEMORIES_ENABLED: "false" })
      assert.strictEqual(ended.code, 0)
      assert.strictEqual(decodeReport(ended.stdout).threads, 0)
      assert.isFalse(existsSync(memories))
    })
  )
})

describe("invalid input to the program", () => {
  const usage = (
    name: string,
    args: ReadonlyArray<string>,
    environment: { readonly [name: string]: string },
    names: string,
    run = runInProcess
  ) =>
    it.scoped(name, () =>
      Effect.gen(function* () {
        const { args: homeArgs, memories } = yield* homes
        const ended = yield* run([...homeArgs, ...args], environment)
        assert.strictEqual(ended.code, 2)
        assert.strictEqual(ended.stdout, "")
        assert.isTrue(ended.stderr.includes(names), ended.stderr)
        assert.isFalse(/\n\s+at /.test(ended.stderr), "no stack trace")
        assert.isFalse(existsSync(memories))
      })
    )

  usage(
    "an option out of bounds exits 2 and names the option",
    ["--limit", "10001"],
    {},
    "--limit: expected a whole number from 0 to 10000"
  )
  usage(
    "a variable out of bounds exits 2 and names the variable",
    [],
    { MEMORIES_CONCURRENCY: "many" },
    "MEMORIES_CONCURRENCY: expected"
  )
  usage("a time without a unit exits 2", ["--min-idle", "10"], {}, "--min-idle: expected a time such as")
  usage("an unknown model exits 2", ["--model", "magic"], {}, "--model: expected")
  usage("an unknown option exits 2", ["--frobnicate"], {}, "--frobnicate", runMain)

  it.scoped("an empty variable is unset, and an option takes precedence over the environment", () =>
    Effect.gen(function* () {
      const { args } = yield* homes
      const ended = yield* runInProcess([...args, "--limit", "1", "--json"], {
        MEMORIES_CANDIDATES: "0",
        MEMORIES_CONCURRENCY: ""
      })
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.strictEqual(decodeReport(ended.stdout).candidates, 1)
    })
  )

  const failure = (
    name: string,
    prepare: (folder: { readonly codex: string; readonly memories: string }) => void,
    says: string
  ) =>
    it.scoped(`${name} exits 1 with one line of advice, and changes nothing`, () =>
      Effect.gen(function* () {
        const { args, codex, memories } = yield* homes
        prepare({ codex, memories })
        const before = snapshot(join(memories, ".."))
        const ended = yield* runInProcess([...args, "--json"])
        assert.strictEqual(ended.code, 1)
        assert.strictEqual(ended.stdout, "")
        assert.match(ended.stderr, oneLine)
        assert.isTrue(ended.stderr.includes(says), ended.stderr)
        assert.deepStrictEqual(snapshot(join(memories, "..")), before, "all was left untouched")
      })
    )

  failure("a memories home that is a file", ({ memories }) => write(memories, "mine"), "pass --memories-home")
  failure(
    "a memories home with the .git of Codex",
    ({ memories }) => mkdirSync(join(memories, ".git"), { recursive: true }),
    "pass --memories-home"
  )
  failure(
    "a memories home with the raw memories of Codex",
    ({ memories }) => write(join(memories, "raw_memories.md"), "x"),
    "pass --memories-home"
  )
  failure(
    "a state DB that is not a database",
    ({ memories }) =>
      write(join(memories, "state.sqlite"), "not a database, but long enough to be read as one".repeat(20)),
    "--rebuild-index"
  )

  it.scoped.each(["--codex-home", "--memories-home"])("an empty %s is not the current directory", (option) =>
    Effect.gen(function* () {
      const { code, stderr } = yield* runInProcess([option, "", "--json"])
      assert.strictEqual(code, 2)
      assert.match(stderr, oneLine)
      assert.isTrue(stderr.includes(`${option}: expected a directory`), stderr)
    })
  )

  it.scoped("a missing Codex home is reported in one line, and nothing is created", () =>
    Effect.gen(function* () {
      const { folder } = yield* homes
      const ended = yield* runMain(["--codex-home", join(folder, "nowhere")])
      assert.strictEqual(ended.code, 1)
      assert.match(ended.stderr, oneLine)
      assert.isTrue(ended.stderr.includes("--codex-home"))
      assert.strictEqual(ended.stdout, "")
      assert.isFalse(existsSync(join(folder, "nowhere")))
    })
  )
})

describe("lost and corrupt state DBs", () => {
  it.scoped("a state DB is rebuilt by --rebuild-index from rollouts and memories on disk, without a request", () =>
    Effect.gen(function* () {
      const { args, memories } = yield* homes
      yield* runInProcess(args)
      const kept = () => snapshot(memories, (path) => !path.includes("state.sqlite"))
      const before = kept()
      writeFileSync(join(memories, "state.sqlite"), "garbage".repeat(1_000))
      const ended = yield* runInProcess([...args, "--rebuild-index", "--json"])
      assert.strictEqual(ended.code, 0, ended.stderr)
      const report = decodeReport(ended.stdout)
      assert.deepStrictEqual([report.threads, report.candidates, report.model.calls], [3, 0, 0])
      assert.deepStrictEqual(kept(), before)
      assert.strictEqual(readdirSync(memories).filter((name) => name.startsWith("state.sqlite.corrupt-")).length, 1)
      assert.isTrue((yield* runInProcess(args)).stdout.startsWith("Nothing to do: 3 sessions"))
    })
  )

  it.scoped("a lost state DB takes no memory with it, even of a session whose rollout is lost too", () =>
    Effect.gen(function* () {
      const { args, codex, memories } = yield* homes
      yield* runInProcess(args)
      const kept = () => snapshot(memories, (path) => !path.includes("state.sqlite"))
      const before = kept()
      for (const name of ["state.sqlite", "state.sqlite-wal", "state.sqlite-shm"]) {
        rmSync(join(memories, name), { force: true })
      }
      rmSync(rolloutPath(codex, 1))
      const ended = yield* runInProcess([...args, "--json"])
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.strictEqual(decodeReport(ended.stdout).model.calls, 0)
      assert.deepStrictEqual(kept(), before)
    })
  )

  it.scoped("a memory that could not be imported is reported, and its file stays", () =>
    Effect.gen(function* () {
      const { args, memories } = yield* homes
      const first = decodeReport((yield* runInProcess([...args, "--json"])).stdout)
      const path = first.extracted[0]?.traceFile ?? ""
      writeFileSync(path, "somebody wrote over this file")
      writeFileSync(join(memories, "state.sqlite"), "garbage".repeat(1_000))
      const ended = yield* runInProcess([...args, "--rebuild-index", "--json", "--limit", "0"])
      assert.strictEqual(ended.code, 1)
      assert.deepStrictEqual(
        decodeReport(ended.stdout).failed.map(({ error, rolloutPath, threadId }) => [
          threadId,
          rolloutPath,
          error._tag
        ]),
        [[null, path, "MemoryNotImported"]]
      )
    })
  )
})

describe("interruption of the program", () => {
  const hasTrace = (memories: string) =>
    existsSync(memories) &&
    readdirSync(memories, { recursive: true }).some((name) => String(name).includes("trace_summaries/0"))

  it.scopedLive.each(["SIGINT", "SIGTERM"] as const)(
    "interruption by %s exits 130 before all is learned, without a claim, lock or temporary file",
    (signal) =>
      Effect.gen(function* () {
        const { args, codex, memories } = yield* homes
        for (let number = 10; number < 50; number++) {
          addSession(codex, number, `/home/ada/projects/p${number % 7}`)
        }
        // However late the signal comes, the pass is not at its end: a line of two hundred gigabytes takes minutes to read.
        truncateSync(rolloutPath(codex, 49), 200_000_000_000)
        utimesSync(rolloutPath(codex, 49), startOfFixtures / 1_000, startOfFixtures / 1_000)
        const running = start(mainPath, [...args, "--all", "--json"])
        yield* until(() => hasTrace(memories) || running.child.exitCode !== null)
        running.child.kill(signal)
        const ended = yield* running.ended
        assert.strictEqual(ended.code, 130, ended.stderr)
        assert.strictEqual(ended.stdout, "")
        assert.deepStrictEqual(
          Object.keys(snapshot(memories)).filter((path) => path.endsWith(".tmp")),
          []
        )
        addSession(codex, 49)
        const rest = decodeReport((yield* runInProcess([...args, "--all", "--json"])).stdout)
        assert.isNotEmpty(rest.extracted)
        assert.deepStrictEqual(rest.skipped, [], "nothing is still claimed")
        assert.deepStrictEqual(
          rest.consolidated.filter(({ outcome }) => outcome !== "published"),
          [],
          "nothing is still locked"
        )
      })
  )

  it.scopedLive("interruption by SIGTERM stops a pass in the middle of an endless line, without output", () =>
    Effect.gen(function* () {
      const { args, codex, memories } = yield* homes
      addSession(codex, 9)
      // Two hundred gigabytes that take no room, and minutes to read.
      truncateSync(rolloutPath(codex, 9), 200_000_000_000)
      const running = start(mainPath, [...args, "--all", "--min-idle", "0", "--json"])
      yield* until(() => hasTrace(memories) || running.child.exitCode !== null)
      running.child.kill("SIGTERM")
      const ended = yield* running.ended
      assert.strictEqual(ended.code, 130, ended.stderr)
      assert.strictEqual(ended.stdout, "")
    })
  )
})
