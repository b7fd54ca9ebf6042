import { lstatSync, mkdirSync, readdirSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { PassReport } from "../../src/domain/report/Report.js"
import { hostileFiles } from "../support/hostile.js"
import { runMain, runMeasured, temporaryFolder, write } from "../support/program.js"
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

describe("a hostile file in the home", () => {
  for (const [index, hostile] of hostileFiles.entries()) {
    it.scopedLive(
      `costs neither time nor the pass: ${hostile.name}`,
      () =>
        Effect.gen(function* () {
          const folder = yield* temporaryFolder
          const path = pathOf(folder, index + 1)
          mkdirSync(dirname(path), { recursive: true })
          hostile.write(path, index + 1)
          write(
            pathOf(folder, harmless),
            simpleSession({ id: threadIdOf(harmless), cwd: "/home/ada/other", start: startOfFixtures })
          )
          const { ended, taken } = yield* runMeasured([
            "--codex-home",
            join(folder, "codex"),
            "--memories-home",
            join(folder, "memories"),
            "--json",
            "--min-idle",
            "0"
          ])
          const report = decodeReport(ended.stdout)
          const isOther = ({ cwd }: { readonly cwd: string }) => cwd === "/home/ada/other"
          assert.strictEqual(report.extracted.filter(isOther).length, 1, ended.stderr)
          assert.isTrue(
            report.consolidated.every(({ outcome }) => outcome === "published"),
            ended.stdout
          )
          const { expected } = hostile
          assert.deepStrictEqual(
            report.failed.map(({ error }) => error._tag),
            typeof expected === "object" ? [expected.failed] : []
          )
          assert.strictEqual(report.threads, expected === "absent" ? 1 : 2)
          assert.strictEqual(
            report.extracted.length + report.noOutput.length,
            expected === "extracted" || expected === "nothing" ? 2 : 1
          )
          assert.isBelow(taken.cpu, passMilliseconds + (megabyteMilliseconds * sizeOf(path)) / 1_000_000)
          assert.isBelow(taken.memory, passBytes)
          // Nothing that a rollout names is written to: all is in the two homes.
          assert.deepStrictEqual(
            readdirSync(folder)
              .filter((name) => !name.startsWith("elsewhere"))
              .sort(),
            ["codex", "memories"]
          )
        }),
      150_000
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
    const report = decodeReport((yield* runMain(args)).stdout)
    assert.strictEqual(report.threads, 1)
    assert.include(report.extracted[0]?.traceFile, "the_later_request")
  })
)
