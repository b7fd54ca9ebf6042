import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { threadIdOf } from "rollout-memories/testing/RolloutBuilder"
import { memories } from "./oneLayer.js"
import { memoriesIn, recall } from "./recall.js"
import { contextOf, followPass } from "./startOfSession.js"
import { exampleHome } from "../support/exampleHome.js"
import { nonEmpty } from "../support/nonEmpty.js"

const root = join(import.meta.dirname, "../..")

/** The TypeScript of a page. */
const samplesIn = (page: string): ReadonlyArray<string> =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ""]) => code)

describe("samples of the documentation", () => {
  it("the samples are these files, which are type-checked and run", () => {
    const files = readdirSync(import.meta.dirname)
      .filter((name) => !["readme.test.ts", "samples.test.ts"].includes(name))
      .map((name) => readFileSync(join(import.meta.dirname, name), "utf8"))
    const samples = samplesIn("docs/embedding.md")
    assert.deepStrictEqual([...new Set(samples)].sort(), files.sort())
  })

  it.scopedLive("the samples follow a pass, and its memory is in the context of the next session", () =>
    Effect.gen(function* () {
      const codexHome = yield* exampleHome
      const learned = yield* Effect.provide(followPass, memories(codexHome, threadIdOf(1)))
      assert.strictEqual(learned, 8)
      assert.include(yield* contextOf("/home/mira/code/ferry-times", codexHome), "npm test")
      assert.strictEqual(yield* contextOf("/home/mira/code/unknown", codexHome), "")
      const lines = yield* Effect.provide(recall("/home/mira/code/ferry-times", ["npm test"]), memoriesIn(codexHome))
      nonEmpty(lines).forEach((line) => assert.include(line, "npm test"))
    }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))
  )
})
