import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { mainPath } from "../support/program.js"

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

/** Words that only the machinery of a model, or of a collector, has in it: its tools, its client, its events, its spans. */
const machinery = ["@effect/ai/Tool", "@effect/ai-openai/", "response.output_text.delta", "resourceSpans"]

describe("code loaded at the start", () => {
  it("a start without a model or collector loads none of their code", () => {
    const loaded = [...loadedWith(mainPath).values()]
    assert.isAbove(loaded.join("").length, 100_000)
    assert.deepStrictEqual(
      [...machinery, "<|endoftext|>"].filter((words) => loaded.some((text) => text.includes(words))),
      []
    )
  })

  it("a start with a model or collector loads their code, in chunks of its own", () => {
    const main = readFileSync(mainPath, "utf8")
    const onDemand = [...main.matchAll(/import\(['"]\.\/(main-[\w-]+\.js)['"]\)/g)].map(([, name = ""]) => name)
    const chunks = onDemand.flatMap((name) => [...loadedWith(join(dirname(mainPath), name)).values()])
    assert.deepStrictEqual(
      machinery.filter((words) => !chunks.some((text) => text.includes(words))),
      []
    )
  })
})
