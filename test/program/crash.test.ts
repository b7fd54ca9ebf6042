import { cpSync, readFileSync, rmSync, utimesSync } from "node:fs"
import { basename, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { StateDbFailure } from "../../src/services/state/StateDbError.js"
import { bucketOf, Directory } from "../../src/domain/thread/WorkingDirectory.js"
import { git, repository } from "../support/gitRepository.js"
import { programPath } from "../support/provided.js"
import { againWith, sampleOf } from "../support/sample.js"
import { diskError, diskErrors } from "../support/faults.js"
import { snapshot, start, temporaryFolder, write } from "../support/program.js"
import { realPass } from "../support/realWorld.js"
import { RolloutBuilder, simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"

const codes = Object.keys(diskErrors)

/** A place where a pass is disturbed: its number among the points of an undisturbed one, from 1, and its name. */
interface Point {
  readonly number: number
  readonly name: string
}

const pointsOf = (names: ReadonlyArray<string>): ReadonlyArray<Point> =>
  names.map((name, index) => ({ number: index + 1, name }))

/** Which operation is disturbed, and on which file of a generation: what differs beside that is whose file it is. */
const kindOf = ({ name }: Point): string => name.replace(/^(\S+) .*\//, "$1 ")

const program = programPath("crashProgram")

const rolloutPath = (codex: string, number: number) =>
  join(codex, `sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`)

const addSession = (codex: string, number: number, cwd: string, more = "") => {
  const start = startOfFixtures + number * 60_000
  write(
    rolloutPath(codex, number),
    simpleSession({ id: threadIdOf(number), cwd, start, request: `fix number ${number}` }) + more
  )
  utimesSync(rolloutPath(codex, number), start / 1_000, start / 1_000)
}

/** One thing after another, so that points have numbers; and no wait after a failure, so that the next pass is the next try. */
const settings = { concurrency: 1, retryFirst: Duration.zero }

const ferry = "/home/ada/projects/ferry"
const pier = "/home/ada/projects/pier"

/**
 * Everything that is kept, but the state DB, the generation before, which tells how often something was published, and the
 * times at which projects were decided.
 */
const keptFiles = (memories: string) =>
  snapshot(memories, (path) => !/state\.sqlite|\/previous\/|projects\.json/.test(path))

const leftovers = (memories: string) =>
  Object.keys(snapshot(memories)).filter((path) =>
    /\.tmp$|\/(?:staging|next|previous\.next)\/|\/publish\.json$/.test(path)
  )

/** What readers see of a project. */
const published = (memories: string) => snapshot(memories, (path) => /\/memory\/(?:MEMORY\.md|skills\/)/.test(path))

/**
 * The situations to be killed in: the very first pass; one that finds a session that grew and a new one, so that files,
 * rows and a published generation are replaced; and one that joins the memories of a repository's directories, with lines
 * and files that people wrote.
 */
const situations = {
  "the first pass": (codex: string) =>
    Effect.sync(() => {
      addSession(codex, 1, ferry)
      addSession(codex, 2, ferry)
      addSession(codex, 3, pier)
    }),
  "a pass that replaces": (codex: string, memories: string) =>
    Effect.gen(function* () {
      addSession(codex, 1, ferry)
      addSession(codex, 2, ferry)
      addSession(codex, 3, ferry)
      yield* realPass({ codexHome: codex, memoriesHome: memories, settings })
      const more = new RolloutBuilder(startOfFixtures + 900_000).user("from now on use pnpm, not npm").turnEnd().text()
      addSession(codex, 1, ferry, more)
      addSession(codex, 4, ferry)
    }),
  "a pass that takes over": (codex: string, memories: string) =>
    Effect.gen(function* () {
      const repo = repository(join(codex, "repo"))
      const api = join(repo, "packages/api")
      const worktree = join(codex, "worktree")
      git(repo, "worktree", "add", "--quiet", worktree)
      addSession(codex, 1, repo)
      addSession(codex, 2, api, saying("never touch the vendor folder"))
      addSession(codex, 3, worktree, saying("always keep the changelog"))
      const byDirectory = { ...settings, project: "directory" as const }
      yield* realPass({ codexHome: codex, memoriesHome: memories, settings: byDirectory })
      for (const cwd of [api, worktree]) {
        const memory = join(memories, bucketOf(Directory.make(cwd)), "memory")
        const lines = readFileSync(join(memory, "MEMORY.md"), "utf8").split("\n")
        const kept = lines.filter((line) => !line.includes("changelog"))
        write(join(memory, "MEMORY.md"), [...kept, `- written by hand in ${basename(cwd)}`, ""].join("\n"))
        write(join(memory, "skills/mine/SKILL.md"), `---\nname: mine\ndescription: of ${basename(cwd)}\n---\n`)
      }
    })
}

const saying = (wish: string): string => new RolloutBuilder(startOfFixtures + 900_000).user(wish).turnEnd().text()

/** Every line that readers see, in the order of the lines. */
const linesThatAreRead = (memories: string): ReadonlyArray<string> =>
  Object.keys(snapshot(memories, (path) => /\/memory\/.*\.md$/.test(path)))
    .flatMap((path) => readFileSync(join(memories, path), "utf8").split("\n"))
    .filter((line) => line !== "")
    .toSorted()

/**
 * Makes what a failed write must not change. A directory that could not be joined is joined after the others, so that its
 * lines and its files of the same name come after theirs.
 */
const resultOf = (situation: keyof typeof situations) =>
  situation === "a pass that takes over" ? linesThatAreRead : keptFiles

/** A situation, as it is before the pass that is disturbed, and what an undisturbed one leaves. */
const prepare = (situation: keyof typeof situations) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const [codex, before] = [join(folder, "codex"), join(folder, "before")]
    yield* situations[situation](codex, before)
    let copies = 0
    const fresh = Effect.sync(() => {
      const memories = join(folder, `memories-${++copies}`)
      if (situation !== "the first pass") {
        cpSync(before, memories, { recursive: true })
      }
      return memories
    })
    return { codex, fresh }
  })

const pass = (codex: string, memories: string) => realPass({ codexHome: codex, memoriesHome: memories, settings })

/** Runs an undisturbed pass; returns the names of its points. */
const recordedPass = Effect.fnUntraced(function* (codexHome: string, memoriesHome: string) {
  const names: Array<string> = []
  const note = (name: string) => Effect.sync(() => void names.push(name))
  yield* realPass({
    codexHome,
    memoriesHome,
    settings,
    filePoint: (operation, path) => note(`${operation} ${path.slice(memoriesHome.length)}`),
    dbPoint: note
  })
  return names
})

describe.each(["the first pass", "a pass that replaces", "a pass that takes over"] as const)("%s", (situation) => {
  it.scopedLive("a pass killed at any point leaves whole files, and the next one ends like an undisturbed pass", () =>
    Effect.gen(function* () {
      const { codex, fresh } = yield* prepare(situation)
      const undisturbed = yield* fresh
      const old = published(undisturbed)
      const points = pointsOf(yield* recordedPass(codex, undisturbed))
      assert.isAbove(points.length, 40)
      const wanted = keptFiles(undisturbed)
      const wholes = new Set(
        [...Object.entries(old), ...Object.entries(published(undisturbed))].map(([path, hash]) => `${path} ${hash}`)
      )

      yield* Effect.forEach(
        sampleOf(points, 2, kindOf),
        Effect.fnUntraced(function* ({ name, number }) {
          const at = `point ${number}, before ${name}${againWith()}`
          const memories = yield* fresh
          const killed = yield* start(program, [codex, memories, String(number)]).ended
          assert.strictEqual(killed.signal, "SIGKILL", at)
          // While memories are joined, one has the lines of the others as if a person had just written them.
          const torn = Object.entries(published(memories)).filter(
            ([path, hash]) => situation !== "a pass that takes over" && !wholes.has(`${path} ${hash}`)
          )
          assert.deepStrictEqual(torn, [], `${at}: neither the old ones nor the new ones`)
          const report = yield* pass(codex, memories)
          assert.deepStrictEqual([report.failed, report.skipped], [[], []], at)
          assert.deepStrictEqual(keptFiles(memories), wanted, at)
          assert.deepStrictEqual(leftovers(memories), [], at)
          assert.deepStrictEqual((yield* pass(codex, memories)).candidates, 0, at)
        }),
        { concurrency: 2, discard: true }
      )
    })
  )

  it.scopedLive("a pass with one failed write of any kind leaves the next one to end like an undisturbed pass", () =>
    Effect.gen(function* () {
      const { codex, fresh } = yield* prepare(situation)
      const undisturbed = yield* fresh
      const names = yield* recordedPass(codex, undisturbed)
      const result = resultOf(situation)
      const wanted = result(undisturbed)

      assert.isAbove(names.length, 30)
      for (const { name, number } of sampleOf(pointsOf(names), 3, kindOf)) {
        const memories = yield* fresh
        const code = codes[number % codes.length] ?? "EIO"
        let at = 0
        const isHere = () => ++at === number
        yield* Effect.exit(
          realPass({
            codexHome: codex,
            memoriesHome: memories,
            settings,
            filePoint: (operation, path) => (isHere() ? diskError(code, operation, path) : Effect.void),
            dbPoint: (operation) => (isHere() ? new StateDbFailure({ operation, cause: new Error(code) }) : Effect.void)
          })
        )
        const where = `point ${number}, at ${name}, ${code}${againWith()}`
        assert.isAtLeast(at, number, where)
        const report = yield* pass(codex, memories)
        assert.deepStrictEqual([report.failed, report.skipped], [[], []], where)
        assert.deepStrictEqual(result(memories), wanted, where)
        assert.deepStrictEqual(leftovers(memories), [], where)
      }
    })
  )
})

describe("passes over a home whose state DB was lost", () => {
  /** What was learned of a session whose rollout is gone as well is on disk alone. */
  const lost = Effect.gen(function* () {
    const { codex, fresh } = yield* prepare("a pass that replaces")
    const memories = yield* fresh
    yield* pass(codex, memories)
    rmSync(rolloutPath(codex, 2))
    for (const part of ["", "-wal", "-shm"]) {
      rmSync(join(memories, `state.sqlite${part}`), { force: true })
    }
    return { codex, memories, wanted: keptFiles(memories) }
  })

  it.scopedLive("a pass killed while it imports memories leaves the rest to the next one", () =>
    Effect.gen(function* () {
      const { codex, memories, wanted } = yield* lost
      const copy = (name: string) => {
        cpSync(memories, `${memories}-${name}`, { recursive: true })
        return `${memories}-${name}`
      }
      const names = yield* recordedPass(codex, copy("whole"))
      const points = pointsOf(names.slice(0, names.lastIndexOf("ThreadIndex.change") + 2))
      assert.strictEqual(points.filter(({ name }) => name === "ThreadMemories.import").length, 4)
      yield* Effect.forEach(
        sampleOf(points, 2, kindOf),
        Effect.fnUntraced(function* ({ name, number }) {
          const at = `point ${number}, before ${name}${againWith()}`
          const home = copy(String(number))
          assert.strictEqual((yield* start(program, [codex, home, String(number)]).ended).signal, "SIGKILL", at)
          const report = yield* pass(codex, home)
          assert.deepStrictEqual([report.failed, report.model.calls], [[], 0], at)
          assert.deepStrictEqual(keptFiles(home), wanted, at)
        }),
        { concurrency: 2, discard: true }
      )
    })
  )

  it.scopedLive("a pass that cannot import a memory ends, and the next imports it; later passes import none", () =>
    Effect.gen(function* () {
      const { codex, memories, wanted } = yield* lost
      const world = { codexHome: codex, memoriesHome: memories, settings }
      const names: Array<string> = []
      const refused = yield* Effect.flip(
        realPass({
          ...world,
          dbPoint: (operation) =>
            operation === "ThreadMemories.import"
              ? new StateDbFailure({ operation, cause: new Error("EIO") })
              : Effect.void
        })
      )
      assert.strictEqual(refused._tag, "StateDbFailure")
      assert.deepStrictEqual(keptFiles(memories), wanted)
      const note = (operation: string) => Effect.sync(() => void names.push(operation))
      assert.strictEqual((yield* realPass({ ...world, dbPoint: note })).model.calls, 0)
      assert.strictEqual(names.filter((name) => name === "ThreadMemories.import").length, 4)
      assert.deepStrictEqual(keptFiles(memories), wanted)
      names.length = 0
      yield* realPass({ ...world, dbPoint: note })
      assert.notInclude(names, "ThreadMemories.import")
    })
  )
})

describe("points of interruption", () => {
  it.scopedLive("the points of interruption cover both phases, files and rows", () =>
    Effect.gen(function* () {
      const { codex, fresh } = yield* prepare("a pass that replaces")
      const memories = yield* fresh
      const taking = yield* prepare("a pass that takes over")
      const points = [
        ...(yield* recordedPass(codex, memories)),
        ...(yield* recordedPass(taking.codex, yield* taking.fresh))
      ].join("\n")
      for (const expected of [
        "ThreadIndex.change",
        "Claims.acquire",
        "ThreadMemories.store",
        "ProjectLocks.withLock",
        "trace_summaries",
        "memory_summary.md",
        "staging",
        "next/MEMORY.md",
        "publish.json",
        "published.json",
        "previous",
        "Consolidations.recordPublished",
        "README.md",
        "Projects.decide",
        "projects.json"
      ]) {
        assert.include(points, expected)
      }
      assert.isTrue(readFileSync(join(memories, "README.md"), "utf8").includes(ferry))
    })
  )
})
