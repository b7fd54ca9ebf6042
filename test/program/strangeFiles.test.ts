import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { PassReport } from "../../src/domain/report/Report.js"
import { Directory, bucketOf } from "../../src/domain/thread/WorkingDirectory.js"
import { RolloutBuilder, simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { madeOnce } from "../support/madeOnce.js"
import { write } from "../support/program.js"
import { runInProcess } from "../support/programInProcess.js"

const decodeReport = Schema.decodeUnknownSync(Schema.parseJson(PassReport))

const [ferry, pier] = [Directory.make("/home/ada/ferry"), Directory.make("/home/ada/pier")]

const rolloutPath = (folder: string, number: number) =>
  join(folder, `codex/sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`)

const addSession = (folder: string, number: number, cwd: string) =>
  write(
    rolloutPath(folder, number),
    simpleSession({
      id: threadIdOf(number),
      cwd,
      start: startOfFixtures + number * 60_000,
      request: `fix number ${number}`
    })
  )

/** A home in which two projects were learned from, and of each a session that is new since. */
const learned = madeOnce(
  Effect.fnUntraced(function* (folder) {
    const source = ["--codex-home", join(folder, "codex")]
    const args = [...source, "--memories-home", join(folder, "memories")]
    addSession(folder, 1, ferry)
    addSession(folder, 2, pier)
    assert.strictEqual((yield* runInProcess(args)).code, 0)
    addSession(folder, 3, ferry)
    addSession(folder, 4, pier)
    return { args, folder, source, home: join(folder, "memories") }
  })
)

const makers: { readonly [what: string]: (path: string, outside: string) => void } = {
  FIFO: (path) => void execFileSync("mkfifo", [path]),
  link: (path, outside) => symlinkSync(outside, path)
}

const bucket = bucketOf(ferry)

describe("strange files in the memories home", () => {
  for (const [what, make] of Object.entries(makers)) {
    const inTheWay = ["", "/memory", "/memory/trace_summaries", "/memory/MEMORY.md", "/publish.json"]
    for (const place of inTheWay.map((name) => `${bucket}${name}`)) {
      it.scopedLive(`a ${what} at ${place.replace(bucket, "a project's folder")} affects that project alone`, () =>
        Effect.gen(function* () {
          const { args, folder, home } = yield* learned
          const [path, outside] = [join(home, place), join(folder, "outside")]
          mkdirSync(outside)
          rmSync(path, { recursive: true, force: true })
          make(path, outside)
          const ended = yield* runInProcess([...args, "--json"])
          const { consolidated, failed } = decodeReport(ended.stdout)
          const errors = [...consolidated.flatMap(({ error }) => error ?? []), ...failed.map(({ error }) => error)]
          assert.deepStrictEqual([ended.code, errors.length], [1, 1], ended.stdout)
          assert.include(errors[0]?.message, `${path} is a ${what === "link" ? "symbolic link" : what}`)
          assert.include(errors[0]?.message, "move it away")
          assert.strictEqual(consolidated.find(({ cwd }) => cwd === pier)?.outcome, "published")
          assert.deepStrictEqual(readdirSync(outside), [])

          const doctor = yield* runInProcess(["doctor", ...args])
          assert.strictEqual(doctor.code, 1)
          assert.include(doctor.stdout, path)
          rmSync(path)
          const next = decodeReport((yield* runInProcess([...args, "--json"])).stdout)
          assert.deepStrictEqual(
            next.consolidated.map(({ cwd, outcome }) => [cwd, outcome]),
            [[ferry, "published"]]
          )
        })
      )
    }
  }

  for (const name of ["ignore", "state.sqlite", "state.sqlite-wal"]) {
    it.scopedLive(`a FIFO named ${name} ends the program with one line that names it`, () =>
      Effect.gen(function* () {
        const { args, home } = yield* learned
        const path = join(home, name)
        rmSync(path, { force: true })
        execFileSync("mkfifo", [path])
        const ended = yield* runInProcess(args)
        assert.deepStrictEqual([ended.code, ended.stdout], [1, ""])
        assert.match(ended.stderr, /^rollout-memories: [^\n]* is a FIFO, a socket or a device [^\n]*; move it away\n$/)
        assert.include(ended.stderr, path)
      })
    )
  }

  it.scopedLive("a FIFO in place of the index of projects is reported, after all other work", () =>
    Effect.gen(function* () {
      const { args, home } = yield* learned
      const path = join(home, "README.md")
      rmSync(path)
      execFileSync("mkfifo", [path])
      const ended = yield* runInProcess([...args, "--json"])
      const { consolidated, extracted, failed } = decodeReport(ended.stdout)
      assert.deepStrictEqual([ended.code, extracted.length], [1, 2])
      assert.deepStrictEqual(
        consolidated.map(({ outcome }) => outcome),
        ["published", "published"]
      )
      assert.deepStrictEqual(
        failed.map(({ error, rolloutPath }) => [error._tag, rolloutPath]),
        [["MemoryFsFailure", path]]
      )
    })
  )

  it.scopedLive("a search is answered from the files that can be read", () =>
    Effect.gen(function* () {
      const { args, home } = yield* learned
      yield* runInProcess(args)
      const path = join(home, bucket, "memory/MEMORY.md")
      rmSync(path)
      execFileSync("mkfifo", [path])
      const ended = yield* runInProcess(["search", "npm", ...args])
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.include(ended.stdout, pier)
      assert.include(ended.stderr, path)
    })
  )
})

it.scopedLive("a MEMORY.md that a person emptied is an edit: old lines stay out, and new ones are added", () =>
  Effect.gen(function* () {
    const { folder, home, source } = yield* learned
    write(
      rolloutPath(folder, 5),
      new RolloutBuilder(startOfFixtures + 300_000)
        .meta({ id: threadIdOf(5), cwd: ferry })
        .turnContext({ cwd: ferry })
        .user("Please always run `make lint` before you say that you are done")
        .command("make lint", "ok\n")
        .turnEnd()
        .text()
    )
    const path = join(home, bucket, "memory/MEMORY.md")
    const old = readFileSync(path, "utf8")
    assert.include(old, "- ")
    for (const text of ["", " \n\n"]) {
      const copy = `${home}-${text.length}`
      cpSync(home, copy, { recursive: true })
      writeFileSync(join(copy, bucket, "memory/MEMORY.md"), text)
      const ended = yield* runInProcess([...source, "--memories-home", copy, "--json"])
      assert.strictEqual(ended.code, 0, ended.stdout)
      const now = readFileSync(join(copy, bucket, "memory/MEMORY.md"), "utf8")
      assert.include(now, "make lint")
      assert.deepStrictEqual(
        now.split("\n").filter((line) => line.startsWith("- ") && old.includes(line)),
        []
      )
      assert.strictEqual((yield* runInProcess(["doctor", ...source, "--memories-home", copy])).code, 0)
    }
  })
)

const mountSmall = (path: string): boolean => {
  mkdirSync(path)
  return spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", path]).status === 0
}

it.scopedLive("a full disk is named first, and the report is still printed", (context) =>
  Effect.gen(function* () {
    const { folder, source } = yield* learned
    const small = join(folder, "small")
    if (!mountSmall(small)) {
      return context.skip("nothing can be mounted here")
    }
    yield* Effect.addFinalizer(() => Effect.sync(() => void spawnSync("umount", ["-l", small])))
    const args = [...source, "--memories-home", join(small, "memories"), "--json"]
    assert.strictEqual((yield* runInProcess(args)).code, 0)
    addSession(folder, 5, ferry)
    spawnSync("dd", ["if=/dev/zero", `of=${join(small, "fill")}`, "bs=4096", "status=none"])
    const ended = yield* runInProcess(args)
    assert.strictEqual(ended.code, 1)
    assert.match(ended.stdout + ended.stderr, /(?:"|: )the disk is full: [^\n]*; free some space/)
    assert.notInclude(ended.stdout + ended.stderr, "check that its folder exists")
    rmSync(join(small, "fill"))
    const next = yield* runInProcess(args)
    assert.strictEqual(next.code, 0, next.stdout + next.stderr)
  })
)
