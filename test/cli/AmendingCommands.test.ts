import { spawn } from "node:child_process"
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { notesHeading } from "../../src/domain/memory/UserNote.js"
import { bucketOf, type Directory } from "../../src/domain/thread/WorkingDirectory.js"
import { type CommandHome, emptyHome, ferry, homeOfAllStates, learnedHome, pier } from "../support/commandHome.js"
import { mainPath, snapshot } from "../support/program.js"
import { runInProcess } from "../support/programInProcess.js"
import { threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { nonEmpty } from "../support/nonEmpty.js"

const canary = "canary-heron"

const bucket = (home: CommandHome, cwd: Directory) => join(home.memories, bucketOf(cwd))
const memoryFile = (home: CommandHome, cwd: Directory) => join(bucket(home, cwd), "memory/MEMORY.md")
const memoryText = (home: CommandHome, cwd: Directory) => readFileSync(memoryFile(home, cwd), "utf8")

const traces = (home: CommandHome, cwd: Directory, isWanted: (path: string) => boolean = () => true) =>
  snapshot(join(bucket(home, cwd), "memory/trace_summaries"), isWanted)

const kept = (home: CommandHome) => snapshot(home.memories, (path) => !/-(?:wal|shm)$/.test(path))

/** Runs a command on a terminal of its own and types what is given once it asks. */
const onTerminal = (home: CommandHome, words: ReadonlyArray<string>, typed: string) =>
  Effect.async<{ readonly code: number | null; readonly output: string }>((resume) => {
    const command = [process.execPath, mainPath, ...home.args, ...words].map((word) => `'${word}'`).join(" ")
    const child = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] })
    let output = ""
    let isTyped = false
    child.stdout.on("data", (data) => {
      output += String(data)
      if (!isTyped && output.includes("[y/N]")) {
        isTyped = true
        child.stdin.write(typed)
      }
    })
    child.on("close", (code) => resume(Effect.succeed({ code, output })))
  })

describe("forget --thread", () => {
  it.scoped("forget --thread leaves no byte of the thread, keeps it out, and leaves other threads unchanged", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      // A second generation, an earlier version of the memory, and what killed passes leave.
      home.session(4, { request: "please never deploy on a Friday, ever" })
      yield* home.pass()
      home.session(2, { request: `please sort the boats by age, the ${canary} way, and say so` })
      yield* home.pass()
      mkdirSync(join(bucket(home, ferry), "staging"), { recursive: true })
      writeFileSync(join(bucket(home, ferry), "staging/MEMORY.md"), canary)
      writeFileSync(join(home.memories, "state.sqlite.corrupt-2026-01-01"), canary)
      writeFileSync(join(bucket(home, ferry), "memory/.MEMORY.md.-1-.tmp"), canary)
      assert.isAbove(home.holding(canary).length, 4)
      const isNeighbour = (path: string) => !path.includes(threadIdOf(2))
      const neighbours = traces(home, ferry, isNeighbour)
      const other = snapshot(bucket(home, pier))
      const rest = memoryText(home, ferry)
        .split("\n")
        .filter((line) => line.includes(threadIdOf(4).slice(0, 13)) && !line.includes(threadIdOf(2).slice(0, 13)))

      const ended = yield* home.run("forget", "--thread", threadIdOf(2), "--yes")
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(home.holding(canary), [])
      assert.deepStrictEqual(traces(home, ferry), neighbours)
      assert.deepStrictEqual(snapshot(bucket(home, pier)), other)
      assert.isFalse(memoryText(home, ferry).includes(threadIdOf(2).slice(0, 13)))
      nonEmpty(rest).forEach((line) => assert.isTrue(memoryText(home, ferry).includes(line), line))

      appendFileSync(
        home.pathOf(2),
        `${JSON.stringify({ type: "event_msg", payload: { type: "user_message", message: canary } })}\n`
      )
      for (const words of [[], ["--min-idle", "0"], ["--rebuild-index"]]) {
        yield* home.pass(...words)
        assert.deepStrictEqual(home.holding(canary), [], words.join(" "))
      }
      assert.deepStrictEqual(traces(home, ferry), neighbours)
      assert.strictEqual((yield* home.json("verify")).code, 0)
      assert.strictEqual((yield* home.json("status")).code, 0)
    })
  )

  const databaseOf = (home: CommandHome) => join(home.memories, "state.sqlite")
  const losses: { readonly [loss: string]: (home: CommandHome) => ReadonlyArray<string> } = {
    "is gone": (home) => {
      ;["", "-wal", "-shm"].forEach((part) => rmSync(databaseOf(home) + part, { force: true }))
      return []
    },
    "is corrupt, and set aside": (home) => {
      writeFileSync(databaseOf(home), "garbage".repeat(1_000))
      return ["--rebuild-index"]
    }
  }

  for (const [loss, lose] of Object.entries(losses)) {
    it.scoped(`no forgotten thread comes back when the state DB ${loss}`, () =>
      Effect.gen(function* () {
        const home = yield* learnedHome
        yield* home.run("forget", "--thread", threadIdOf(2), "--yes")
        yield* home.run("forget", "--thread", threadIdOf(3), "--yes")
        assert.strictEqual(
          readFileSync(join(home.memories, "forgotten"), "utf8"),
          `${threadIdOf(2)}\n${threadIdOf(3)}\n`
        )
        const words = lose(home)
        const before = traces(home, ferry)
        const report = JSON.parse((yield* home.pass("--json", ...words)).stdout)
        assert.deepStrictEqual([report.threads, report.candidates, report.failed], [1, 0, []])
        assert.deepStrictEqual(traces(home, ferry), before)
        assert.deepStrictEqual(home.holding(canary), [])
        assert.strictEqual((yield* home.json("why", "--thread", threadIdOf(2))).value["verdict"], "forgotten")
        assert.strictEqual((yield* home.json("status")).code, 0)
        yield* home.run("forget", "--thread", threadIdOf(1), "--yes")
        assert.strictEqual(lose(home).length, words.length)
        assert.strictEqual(JSON.parse((yield* home.pass("--json", ...words)).stdout).threads, 0)
      })
    )
  }

  it.scoped("forget --thread of a project's last thread removes the project's memory", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      yield* home.run("forget", "--thread", threadIdOf(3), "--yes")
      assert.isFalse(existsSync(memoryFile(home, pier)))
      assert.isFalse(readFileSync(join(home.memories, "README.md"), "utf8").includes(pier))
      const report = JSON.parse((yield* home.pass("--json")).stdout)
      assert.deepStrictEqual([report.candidates, report.consolidated], [0, []])
    })
  )

  it.scoped("an interrupted forget is reported by status and doctor, and finished by the same command", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      yield* home.run("forget", "--thread", threadIdOf(2), "--yes")
      home.sql("UPDATE forgotten_threads SET erased_at = NULL")
      assert.isTrue((yield* home.run("status")).stdout.includes(`forget --thread ${threadIdOf(2)}`))
      assert.strictEqual((yield* home.run("doctor")).code, 1)
      assert.strictEqual((yield* home.run("forget", "--thread", threadIdOf(2), "--yes")).code, 0)
      assert.strictEqual((yield* home.run("doctor")).code, 0)
    })
  )
})

describe("confirmation of forget", () => {
  it.scoped("forget does nothing without a terminal to ask on, or without anything to forget", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const before = kept(home)
      for (const words of [
        ["--thread", threadIdOf(2)],
        [],
        ["--all", "--cwd", ferry, "--yes"],
        ["--match", "ab", "--yes"]
      ]) {
        assert.strictEqual((yield* home.run("forget", ...words)).code, 2, words.join(" "))
      }
      assert.strictEqual((yield* home.run("forget", "--match", "no such text", "--yes")).code, 0)
      assert.strictEqual((yield* home.run("forget", "--thread", "00000000", "--yes")).code, 1)
      assert.deepStrictEqual(kept(home), before)
    })
  )

  it.scopedLive("forget changes nothing on no, Ctrl-C or end of input, and forgets on yes", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const before = kept(home)
      for (const [typed, code] of [
        ["n\n", 0],
        ["\n", 0],
        ["\u0003", 130],
        ["\u0004", 0]
      ] as const) {
        const asked = yield* onTerminal(home, ["forget", "--thread", threadIdOf(2)], typed)
        assert.strictEqual(asked.code, code, asked.output)
        assert.isTrue(asked.output.includes("sort the boats"), "it says what would go")
        assert.deepStrictEqual(kept(home), before)
      }
      const refused = yield* onTerminal(home, ["forget", "--thread", threadIdOf(2), "--json"], "n\n")
      assert.include(refused.output, '"forgotten":false')
      assert.deepStrictEqual(kept(home), before)
      assert.strictEqual((yield* onTerminal(home, ["forget", "--thread", threadIdOf(2)], "y\n")).code, 0)
      assert.deepStrictEqual(home.holding(canary), [])
    })
  )

  it.scoped("forget refuses a thread that another pass has claimed, and changes nothing", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      home.sql(
        "UPDATE extractions SET claim_owner = 'another pass', claim_expires_at = 95617584000000 WHERE thread_id = ?",
        threadIdOf(2)
      )
      const claimed = yield* home.run("forget", "--thread", threadIdOf(2), "--yes")
      assert.strictEqual(claimed.code, 1)
      assert.isTrue(claimed.stderr.includes("is being read by a pass"), claimed.stderr)
      home.sql(
        "INSERT INTO memory_consolidation_locks (cwd, working_thread_id, updated_at) VALUES (?, 'x', 95617584000)",
        ferry
      )
      const locked = yield* home.run("forget", "--thread", threadIdOf(1), "--yes")
      assert.strictEqual(locked.code, 1)
      assert.isTrue(locked.stderr.includes("is being consolidated by a pass"), locked.stderr)
      assert.strictEqual(home.sql("SELECT * FROM forgotten_threads").length, 0)
      assert.isTrue(memoryText(home, ferry).includes(threadIdOf(2).slice(0, 13)))
    })
  )
})

describe("forget --cwd, --match and --all", () => {
  it.scoped("forget --cwd removes the files of a project whose rows were lost", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      rmSync(home.pathOf(3))
      for (const file of ["state.sqlite", "state.sqlite-wal", "state.sqlite-shm"]) {
        rmSync(join(home.memories, file), { force: true })
      }
      assert.isTrue(existsSync(memoryFile(home, pier)))
      assert.strictEqual((yield* home.run("forget", "--cwd", pier, "--yes")).code, 0)
      assert.isFalse(existsSync(memoryFile(home, pier)))
    })
  )

  it.scoped("forget of an unknown project says so, and writes nothing", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const ofMemories = (path: string) => !path.startsWith("state.sqlite")
      const before = snapshot(home.memories, ofMemories)
      const { code, value } = yield* home.json("forget", "--cwd", "/home/ada/projects/quay", "--yes")
      assert.deepStrictEqual([code, value["forgotten"], value["cwds"]], [0, false, []])
      assert.deepStrictEqual(snapshot(home.memories, ofMemories), before)
    })
  )

  it.scoped("forget --cwd removes a project with its notes, and nothing of another project", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      yield* home.run("remember", "--cwd", ferry, "the", canary, "nests", "in", "the", "harbour")
      yield* home.pass()
      const other = snapshot(bucket(home, pier))
      assert.strictEqual((yield* home.run("forget", "--cwd", ferry, "--yes")).code, 0)
      assert.deepStrictEqual(home.holding(canary), [])
      assert.deepStrictEqual(snapshot(bucket(home, pier)), other)
      const { value } = yield* home.json("list")
      assert.isFalse(JSON.stringify(value).includes(ferry))
      yield* home.pass()
      assert.deepStrictEqual(home.holding(canary), [])
    })
  )

  it.scoped("forget --match removes threads, notes, and lines that a person wrote", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      yield* home.run("remember", "--cwd", pier, `a note on the ${canary}`)
      writeFileSync(
        memoryFile(home, pier),
        `${memoryText(home, pier)}- mind the ${canary.toUpperCase()}, I say\n- this one stays\n`
      )
      yield* home.pass()
      assert.isTrue(memoryText(home, pier).includes(`a note on the ${canary}`))
      assert.strictEqual((yield* home.run("forget", "--match", canary, "--yes")).code, 0)
      yield* home.pass()
      assert.deepStrictEqual([...home.holding(canary), ...home.holding(canary.toUpperCase())], [])
      assert.isTrue(memoryText(home, pier).includes("- this one stays"))
      assert.isTrue(memoryText(home, ferry).includes(threadIdOf(1).slice(0, 13)))
    })
  )

  it.scoped("forget --all removes everything, and the next pass has nothing to do", () =>
    Effect.gen(function* () {
      const home = yield* homeOfAllStates
      home.sql("UPDATE extractions SET claim_owner = NULL")
      assert.strictEqual((yield* home.run("forget", "--all", "--yes")).code, 0)
      assert.deepStrictEqual(home.holding("departures"), [])
      const report = JSON.parse((yield* home.pass("--json")).stdout)
      assert.deepStrictEqual([report.threads, report.candidates, report.consolidated], [0, 0, []])
      assert.deepStrictEqual(home.holding("departures"), [])
    })
  )

  it.scoped("forget --all in a home where nothing was learned finds nothing to forget", () =>
    Effect.gen(function* () {
      const home = yield* emptyHome
      const ended = yield* home.run("forget", "--all", "--yes")
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.isTrue(ended.stdout.includes("Nothing of that is known"))
    })
  )
})

describe("retry", () => {
  it.scoped("retry lets the next pass try a thread that failed, and has no effect on any other", () =>
    Effect.gen(function* () {
      const home = yield* homeOfAllStates
      for (const number of [4, 5]) {
        assert.strictEqual((yield* home.json("retry", "--thread", threadIdOf(number))).value["retried"], true)
        assert.strictEqual((yield* home.json("why", "--thread", threadIdOf(number))).value["verdict"], "taken")
      }
      assert.strictEqual((yield* home.json("retry", "--thread", threadIdOf(1))).value["retried"], false)
      yield* home.pass()
      const again = (yield* home.json("why", "--thread", threadIdOf(4))).value
      assert.strictEqual(again["verdict"], "quarantined")
      assert.strictEqual(JSON.parse(JSON.stringify(again["tries"])).length, 2)
      assert.strictEqual((yield* home.json("why", "--thread", threadIdOf(5))).value["verdict"], "fresh")
    })
  )
})

describe("remember", () => {
  it.scoped("remember puts a note first in MEMORY.md, and it stays until it is forgotten", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const secret = ["sk", "-", "abcdefghijklmnopqrstuvwx"].join("")
      yield* home.run("remember", "--cwd", ferry, "deploy from main,", `never with ${secret}`)
      const line = "- deploy from main, never with [REDACTED_SECRET]"
      yield* home.pass()
      assert.isTrue(memoryText(home, ferry).includes(`${notesHeading}\n${line}\n`), memoryText(home, ferry))
      assert.strictEqual(memoryText(home, ferry).indexOf("## "), memoryText(home, ferry).indexOf(notesHeading))
      assert.deepStrictEqual(home.holding(secret), [])
      home.session(7)
      yield* home.pass()
      assert.isTrue(memoryText(home, ferry).includes(`\n${line}\n`))
      // Taken out by hand it comes back: only forget takes it away.
      writeFileSync(memoryFile(home, ferry), memoryText(home, ferry).replace(`${line}\n`, ""))
      home.session(8)
      yield* home.pass()
      assert.isTrue(memoryText(home, ferry).includes(`\n${line}\n`))
      yield* home.run("forget", "--match", "deploy from main", "--yes")
      yield* home.pass()
      assert.isFalse(memoryText(home, ferry).includes("deploy from main"))
    })
  )

  it.scoped("remember names the kind of a secret in a note, if the settings ask for it", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const token = `ghp_${"a1B2c3D4e5".repeat(4)}`
      const ended = yield* runInProcess([...home.args, "remember", "--cwd", ferry, `push with ${token}`], {
        MEMORIES_REDACTION_KINDS: "true"
      })
      assert.include(ended.stdout, "push with [REDACTED_SECRET:github]")
      yield* home.pass()
      assert.include(memoryText(home, ferry), "- push with [REDACTED_SECRET:github]\n")
      assert.deepStrictEqual(home.holding(token), [])
    })
  )

  it.scoped("the program names the kind of a secret in its error line, where the settings want it said", () =>
    Effect.gen(function* () {
      const missing = `/nowhere/ghp_${"a1B2c3D4e5".repeat(4)}`
      const args = ["--codex-home", missing, "--memories-home", "/nowhere/memories"]
      const plain = yield* runInProcess([...args, "plan"], {})
      assert.match(plain.stderr, /^rollout-memories: .*\/nowhere\/\[REDACTED_SECRET\]/m)
      const kinds = yield* runInProcess([...args, "plan"], { MEMORIES_REDACTION_KINDS: "true" })
      assert.match(kinds.stderr, /^rollout-memories: .*\/nowhere\/\[REDACTED_SECRET:github\]/m)
    })
  )

  it.scoped("remember works for a project without sessions, and refuses an invalid text", () =>
    Effect.gen(function* () {
      const home = yield* emptyHome
      assert.strictEqual((yield* home.run("remember", "--cwd", pier, "the tide comes first")).code, 0)
      yield* home.pass()
      assert.isTrue(memoryText(home, pier).includes("- the tide comes first\n"))
      for (const words of [[], ["  "], ["x".repeat(2_001)]]) {
        assert.strictEqual((yield* home.run("remember", "--cwd", pier, ...words)).code, 2)
      }
    })
  )
})

describe("restore", () => {
  it.scoped("restore returns to the previous generation until something new is learned, and back again", () =>
    Effect.gen(function* () {
      const home = yield* learnedHome
      const none = yield* home.run("restore", "--cwd", ferry)
      assert.strictEqual(none.code, 1)
      assert.isTrue(none.stderr.includes("no earlier generation"), none.stderr)
      const first = memoryText(home, ferry)
      home.session(5, { request: "and now the ferries too" })
      yield* home.pass()
      const second = memoryText(home, ferry)
      assert.notStrictEqual(second, first)
      assert.strictEqual((yield* home.run("restore", "--cwd", ferry)).code, 0)
      assert.strictEqual(memoryText(home, ferry), first)
      yield* home.pass()
      assert.strictEqual(memoryText(home, ferry), first, "the next pass leaves it")
      yield* home.run("restore", "--cwd", ferry)
      assert.strictEqual(memoryText(home, ferry), second)
      yield* home.run("restore", "--cwd", ferry)
      home.session(6, { request: "and the rowing boats" })
      yield* home.pass()
      assert.isTrue(memoryText(home, ferry).includes(threadIdOf(6).slice(0, 13)))
      assert.deepStrictEqual(
        readdirSync(bucket(home, ferry)).filter((name) => !["memory", "previous", "published.json"].includes(name)),
        []
      )
    })
  )
})
