import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { mainPath } from "./support/program.js"

/** The text of a built file and of all that it imports before it runs. */
const loadedWith = (path: string, seen = new Map<string, string>()): ReadonlyMap<string, string> => {
  if (!seen.has(path)) {
    const text = readFileSync(path, "utf8")
    seen.set(path, text)
    for (const [, name = ""] of text.matchAll(/^(?:import|export)\b[^;]*?["'](\.\/[^"']+)["'];/gm)) {
      loadedWith(join(dirname(path), name), seen)
    }
  }
  return seen
}

describe("what a start loads", () => {
  it("is nothing of a model: no client, no tokenizer, no tools, no command runner", () => {
    const loaded = [...loadedWith(mainPath).values()]
    assert.isAbove(loaded.join("").length, 100_000)
    for (const machinery of ["@effect/ai/", "@effect/ai-openai/", "gpt-tokenizer/", "src/layers/openai/Responses.ts"]) {
      assert.isFalse(
        loaded.some((text) => text.includes(`// node_modules/${machinery}`) || text.includes(`// ${machinery}`)),
        machinery
      )
    }
  })

  it("is all of it where a model is named, in chunks of its own", () => {
    const main = readFileSync(mainPath, "utf8")
    const onDemand = [...main.matchAll(/import\(['"]\.\/(main-[\w-]+\.js)['"]\)/g)].map(([, name = ""]) => name)
    const chunks = onDemand.flatMap((name) => [...loadedWith(join(dirname(mainPath), name)).values()])
    assert.isTrue(chunks.some((text) => text.includes("// node_modules/@effect/ai/")))
  })
})
