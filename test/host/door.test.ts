import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { loadedBy } from "../support/loadedModules.js"
import { nonEmpty } from "../support/nonEmpty.js"

const root = join(import.meta.dirname, "../..")

const manifest: {
  readonly exports: { readonly [door: string]: string | { readonly types: string; readonly default: string } }
} = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))

/** The modules of this package, and the names of all others, that a program loads. */
const loaded = (program: string) => {
  const own: Array<string> = []
  const packages = new Set<string>()
  for (const url of loadedBy(program, root)) {
    const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]
    if (name !== undefined) {
      packages.add(name)
    } else if (url.includes("/dist/")) {
      own.push(url.slice(url.lastIndexOf("/dist/") + 6))
    }
  }
  return { own: own.sort(), packages: [...packages].sort() }
}

describe("entry points of the library", () => {
  it("the entry points load only effect and themselves: no SQLite, file system, HTTP or pass", () => {
    const program = 'await import("rollout-memories"); await import("rollout-memories/layers")'
    assert.deepStrictEqual(loaded(program), { own: ["Layers.js", "index.js"], packages: ["effect"] })
  })

  it("the entry points create no schema, which would slow down a host's start", () => {
    for (const door of ["index.js", "Layers.js"]) {
      const text = readFileSync(join(root, "dist", door), "utf8")
      assert.notInclude(text, "effect/Schema")
      assert.notInclude(text, "TaggedError")
    }
  })

  it("the entry points load no technology of a port that the host provides, in a whole pass", () => {
    const { packages } = loaded(`
      import * as Effect from "effect/Effect"
      import * as Layer from "effect/Layer"
      import { MemoriesStartup } from "rollout-memories"
      import * as Layers from "rollout-memories/layers"
      import { World } from "rollout-memories/testing"
      const layer = MemoriesStartup.layer(
        { isEphemeral: false, isSubAgent: false, isEnabled: true },
        Layers.layer({ settings: { codexHome: "/codex" }, ports: new World().add(1).layer })
      )
      const ended = Effect.flatMap(MemoriesStartup.MemoriesStartup, ({ ended }) => ended)
      const outcome = await Effect.runPromise(Effect.provide(ended, layer))
      if (outcome._tag !== "Finished") throw new Error(JSON.stringify(outcome))
    `)
    assert.include(packages, "@effect/platform")
    // The state DB of a world is SQLite in memory.
    assert.deepStrictEqual(
      packages.filter((name) => /sql|node|ai|vitest|tokenizer/.test(name)),
      ["@effect/sql", "@effect/sql-sqlite-node", "better-sqlite3"]
    )
  })

  it("the entry points all have types", () => {
    const files = Object.entries(manifest.exports).flatMap(([door, target]) =>
      typeof target === "string" || door.includes("*") ? [] : [target.types, target.default]
    )
    for (const file of nonEmpty(files)) {
      assert.isTrue(existsSync(join(root, file)), file)
    }
  })
})
