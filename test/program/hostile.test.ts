import { lstatSync, mkdirSync, readdirSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { inject } from "vitest"
import { PassReport } from "../../src/domain/report/Report.js"
import { type Hostile, hostileFiles } from "../support/hostile.js"
import { nonEmpty } from "../support/nonEmpty.js"
import { againWith, sampleOf } from "../support/sample.js"
import { runMeasured, temporaryFolder, write } from "../support/program.js"
import { runInProcess } from "../support/programInProcess.js"
import { simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"

const decodeReport = Schema.decodeUnknownSync(Schema.parseJson(PassReport))

const pathOf = (folder: string, number: number): string =>
  join(folder, `codex/sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`)

const sizeOf = (path: string): number => (lstatSync(path).isFile() ? statSync(path).size : 0)

/** What a pass over two small sessions takes at the most, and each megabyte of a file, in milliseconds of its own. */
const passMilliseconds = 4_000
const megabyteMilliseconds = 2_000
/** What a pass may hold, whatever is in a file, in bytes. */
const passBytes = 600_000_000

const harmless = 900

/** A hostile file, with the number of its thread. */
type Numbered = readonly [number: number, hostile: Hostile]

const numbered: ReadonlyArray<Numbered> = nonEmpty(hostileFiles).map((hostile, index) => [index + 1, hostile])

const howMany = (files: ReadonlyArray<Numbered>, isWanted: (hostile: Hostile) => boolean): number =>
  files.filter(([, hostile]) => isWanted(hostile)).length

/** A pass over some hostile files and a harmless one becomes what it should; says what it took, and of which size they are. */
const passOver = Effect.fnUntraced(function* (files: ReadonlyArray<Numbered>) {
  const folder = yield* temporaryFolder
  mkdirSync(dirname(pathOf(folder, harmless)), { recursive: true })
  files.forEach(([number, hostile]) => hostile.write(pathOf(folder, number), number))
  write(
    pathOf(folder, harmless),
    simpleSession({ id: threadIdOf(harmless), cwd: "/home/ada/other", start: startOfFixtures })
  )
  const homes = ["--codex-home", join(folder, "codex"), "--memories-home", join(folder, "memories")]
  const { ended, taken } = yield* runMeasured([...homes, "--json", "--min-idle", "0", "--all"])
  const report = decodeReport(ended.stdout)
  assert.deepStrictEqual(
    report.extracted.filter(({ cwd }) => cwd === "/home/ada/other").map(({ threadId }) => threadId),
    [threadIdOf(harmless)],
    `${ended.stderr}${againWith()}`
  )
  assert.deepStrictEqual(
    report.consolidated.filter(({ outcome }) => outcome !== "published"),
    []
  )
  const failed = files.flatMap(([number, { expected }]) =>
    typeof expected === "object" ? [[pathOf(folder, number), expected.failed]] : []
  )
  assert.deepStrictEqual(
    report.failed.map(({ error, rolloutPath }) => [rolloutPath, error._tag]).sort(),
    failed.sort(),
    againWith()
  )
  assert.strictEqual(report.threads, howMany(files, ({ expected }) => expected !== "absent") + 1)
  assert.strictEqual(
    report.extracted.length + report.noOutput.length,
    howMany(files, ({ expected }) => expected === "extracted" || expected === "nothing") + 1
  )
  assert.isBelow(taken.memory, passBytes)
  // Nothing that a rollout names is written to: all is in the two homes.
  assert.deepStrictEqual(
    readdirSync(folder)
      .filter((name) => !name.startsWith("elsewhere"))
      .sort(),
    ["codex", "memories"]
  )
  const size = files.reduce((sum, [number]) => sum + sizeOf(pathOf(folder, number)), 0)
  return { size, taken }
})

/** The subject of a hostile file, without its sizes and the text it is made of. */
const kindOf = ([, { name }]: Numbered): string => name.replace(/[\d:"\\{[].*/, "")

it.scopedLive("no hostile file stops a pass over a home full of them, or takes its memory", () =>
  passOver(sampleOf(numbered, 12, kindOf))
)

describe.runIf(inject("isFull"))("single hostile files", () => {
  for (const [number, hostile] of numbered) {
    it.scopedLive(`a hostile file costs neither time nor the pass: ${hostile.name}`, () =>
      Effect.gen(function* () {
        const { size, taken } = yield* passOver([[number, hostile]])
        assert.isBelow(taken.cpu, passMilliseconds + (megabyteMilliseconds * size) / 1_000_000)
      })
    )
  }
})

it.scopedLive("two files with one id are one thread, and the later one counts", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const old = simpleSession({ id: threadIdOf(1), request: "the old request", start: startOfFixtures })
    const later = simpleSession({ id: threadIdOf(1), request: "the later request", start: startOfFixtures + 60_000 })
    write(pathOf(folder, 1), later)
    write(pathOf(folder, 2), old)
    const args = ["--codex-home", join(folder, "codex"), "--memories-home", join(folder, "memories"), "--json"]
    const report = decodeReport((yield* runInProcess(args)).stdout)
    assert.strictEqual(report.threads, 1)
    assert.include(report.extracted[0]?.traceFile, "the_later_request")
  })
)
