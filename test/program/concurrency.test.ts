import { readFileSync, utimesSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { PassReport } from "../../src/domain/report/Report.js"
import { programPath } from "../support/provided.js"
import { mainPath, snapshot, start, temporaryFolder, write } from "../support/program.js"
import { realPass } from "../support/realWorld.js"
import { simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { nonEmpty } from "../support/nonEmpty.js"
import { amount } from "../support/sample.js"

const sessions = Array.from({ length: amount(64, 16) }, (_, index) => index + 1)
const processes = Array.from({ length: amount(8, 3) }, (_, index) => index)

/** Sessions in eight directories. */
const homes = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const codex = join(folder, "codex")
  for (const number of sessions) {
    const path = join(codex, `sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`)
    const at = startOfFixtures + number * 60_000
    const cwd = `/home/ada/projects/boat-${number % 8}`
    write(path, simpleSession({ id: threadIdOf(number), cwd, start: at, request: `fix number ${number}` }))
    utimesSync(path, at / 1_000, at / 1_000)
  }
  return { folder, codex, memories: join(folder, "memories") }
})

const decodeReport = Schema.decodeUnknownSync(Schema.parseJson(PassReport))

/** Every thread was extracted by one process alone, nothing failed, and all of it was published. */
const assertSharedOut = (reports: ReadonlyArray<PassReport>) => {
  const extracted = reports.flatMap((report) => report.extracted.map(({ threadId }) => String(threadId)))
  assert.deepStrictEqual(extracted.sort(), sessions.map(threadIdOf))
  assert.deepStrictEqual(
    reports.flatMap((report) => report.failed),
    []
  )
  assert.deepStrictEqual(
    reports.flatMap((report) => report.consolidated.filter(({ outcome }) => outcome === "failed")),
    []
  )
}

/** The next pass finds nothing that is new and no directory that is dirty. */
const assertClean = (codexHome: string, memoriesHome: string) =>
  Effect.gen(function* () {
    const before = snapshot(memoriesHome, (path) => !path.startsWith("state.sqlite"))
    const { candidates, consolidated, extracted } = yield* realPass({ codexHome, memoriesHome })
    assert.deepStrictEqual([candidates, extracted, consolidated], [0, [], []])
    assert.deepStrictEqual(
      snapshot(memoriesHome, (path) => !path.startsWith("state.sqlite")),
      before
    )
    const published = Object.keys(before).filter((path) => path.endsWith("/memory/MEMORY.md"))
    assert.lengthOf(published, 8)
    assert.deepStrictEqual(
      Object.keys(before).filter((path) => /\.tmp$|\/(?:staging|next|previous\.next)\/|\/publish\.json$/.test(path)),
      []
    )
  })

describe("processes over the same rollouts", () => {
  it.scopedLive(
    "passes make one request for each rollout, with one agent per directory, and consolidate no inputs twice",
    () =>
      Effect.gen(function* () {
        const { codex, folder, memories } = yield* homes
        const [log, gate] = [join(folder, "log"), join(folder, "gate")]
        write(log, "")
        const program = programPath("passProgram")
        const running = processes.map(() => start(program, [codex, memories, log, gate]))
        yield* Effect.forEach(running, ({ ready }) => ready, { discard: true })
        write(gate, "")
        const ended = yield* Effect.forEach(running, ({ ended }) => ended)
        nonEmpty(ended).forEach(({ code, stderr }) => assert.strictEqual(code, 0, stderr))
        assertSharedOut(ended.map(({ stdout }) => decodeReport(stdout)))

        const lines = readFileSync(log, "utf8")
          .trimEnd()
          .split("\n")
          .map((line) => line.split(" "))
        const requested = lines.flatMap(([what, id = ""]) => (what === "request" ? [id] : []))
        assert.deepStrictEqual(requested.sort(), sessions.map(threadIdOf))
        const working = new Set<string>()
        const consumed = new Set<string>()
        for (const [what, directory = "", inputs = ""] of nonEmpty(lines.filter(([what]) => what !== "request"))) {
          if (what === "ends") {
            working.delete(directory)
            continue
          }
          assert.isFalse(working.has(directory), `two agents at once in ${directory}`)
          assert.isFalse(consumed.has(`${directory} ${inputs}`), `the same inputs twice in ${directory}`)
          working.add(directory)
          consumed.add(`${directory} ${inputs}`)
        }
        assert.strictEqual(working.size, 0)
        yield* assertClean(codex, memories)
      })
  )

  it.scopedLive("programs share the rollouts, and all exit 0", () =>
    Effect.gen(function* () {
      const { codex, memories } = yield* homes
      const args = ["--codex-home", codex, "--memories-home", memories, "--all", "--json"]
      const running = processes.map(() => start(mainPath, args))
      const ended = yield* Effect.forEach(running, ({ ended }) => ended)
      nonEmpty(ended).forEach(({ code, stderr }) => assert.strictEqual(code, 0, stderr))
      assertSharedOut(ended.map(({ stdout }) => decodeReport(stdout)))
      yield* assertClean(codex, memories)
    })
  )
})
