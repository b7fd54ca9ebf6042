import { mkdirSync, realpathSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { temporaryFolder, write } from "../support/program.js"
import { realPass } from "../support/realWorld.js"

/** A session in a directory of its real name, and one in the same by the name of a link. */
const homes = Effect.gen(function* () {
  const folder = realpathSync(yield* temporaryFolder)
  const [project, link] = [join(folder, "project"), join(folder, "link")]
  const [codexHome, memoriesHome] = [join(folder, "codex"), join(folder, "memories")]
  mkdirSync(project)
  symlinkSync(project, link)
  for (const [index, cwd] of [project, link].entries()) {
    const id = threadIdOf(index + 1)
    const path = join(codexHome, `sessions/2026/03/02/rollout-2026-03-02T09-00-00-${id}.jsonl`)
    write(path, simpleSession({ id, cwd, start: startOfFixtures + index * 60_000, request: `request ${index}` }))
  }
  return { codexHome, memoriesHome, project, link, settings: { minIdle: Duration.zero } }
})

describe("sessions in one directory with two names", () => {
  it.scopedLive("sessions in one directory with two names have one memory, at the canonical path", () =>
    Effect.gen(function* () {
      const { project, ...world } = yield* homes
      const report = yield* realPass(world)
      assert.deepStrictEqual(
        report.extracted.map(({ cwd }) => cwd),
        [project, project]
      )
      assert.deepStrictEqual(
        report.consolidated.map(({ cwd, outcome }) => [cwd, outcome]),
        [[project, "published"]]
      )
    })
  )

  for (const [name, ignored] of [
    ["project", [1, 2]],
    ["link", [2]]
  ] as const) {
    it.scopedLive(`an ignored ${name} path covers the sessions that have that path`, () =>
      Effect.gen(function* () {
        const world = yield* homes
        write(join(world.memoriesHome, "ignore"), `${world[name]}/\n`)
        const report = yield* realPass(world)
        assert.sameMembers(
          report.skipped.map(({ threadId }) => threadId),
          ignored.map((number): string => threadIdOf(number))
        )
        assert.lengthOf(report.extracted, 2 - ignored.length)
      })
    )
  }
})
