import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { simpleSession, startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"
import { temporaryFolder, write } from "../support/program.js"
import { realPass } from "../support/realWorld.js"

it.scopedLive("a pass with nothing to do reads no facts", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const codexHome = join(folder, "codex")
    write(
      join(codexHome, `sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(1)}.jsonl`),
      simpleSession({ id: threadIdOf(1), start: startOfFixtures })
    )
    const operations: Array<string> = []
    const pass = realPass({
      codexHome,
      memoriesHome: join(folder, "memories"),
      dbPoint: (operation) => Effect.sync(() => void operations.push(operation))
    })
    yield* pass
    assert.include(operations, "Facts.of")
    operations.length = 0
    assert.strictEqual((yield* pass).candidates, 0)
    assert.isNotEmpty(operations)
    assert.notInclude(operations, "Facts.of")
  })
)
