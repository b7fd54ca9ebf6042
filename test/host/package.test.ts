import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { build } from "esbuild"
import { inject } from "vitest"
import { countTokens as older } from "gpt-tokenizer/encoding/cl100k_base"
import { countTokens as newest } from "gpt-tokenizer/encoding/o200k_base"
import { requireBanner } from "../support/requireBanner.js"
import { exampleHome } from "../support/exampleHome.js"
import { bareFolder, type Installation, installPacked, linkRequired } from "../support/packed.js"
import { nonEmpty } from "../support/nonEmpty.js"

type Exports = { readonly [door: string]: string | { readonly types: string; readonly default: string } }

/** Every name by which a host can import something of an unpacked package, with the files of its types and its code. */
const entryPoints = (folder: string) => {
  const manifest: { readonly exports: Exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  return Object.entries(manifest.exports).flatMap(([door, target]) => {
    if (typeof target === "string") {
      return []
    }
    const name = `rollout-memories${door.slice(1)}`
    if (!door.includes("*")) {
      return [{ name, types: target.types, code: target.default }]
    }
    const [before = "", after = ""] = target.default.split("*")
    return readdirSync(join(folder, before), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(after))
      .map((path) => path.slice(0, -after.length).replaceAll("\\", "/"))
      .map((path) => ({
        name: name.replace("*", path),
        types: target.types.replace("*", path),
        code: target.default.replace("*", path)
      }))
  })
}

const run = (folder: string, program: string, variables: { readonly [name: string]: string } = {}): string =>
  execFileSync(process.execPath, ["--input-type=module"], {
    cwd: folder,
    input: program,
    encoding: "utf8",
    env: variables
  })

/** A host's program: a session's pass over some layers, then what the next session begins with. */
const hostProgram = (layers: string) => `
  import * as Effect from "effect/Effect"
  import * as Layer from "effect/Layer"
  import * as Logger from "effect/Logger"
  import { MemoriesStartup } from "rollout-memories"
  import * as Layers from "rollout-memories/layers"
  const ended = Effect.flatMap(MemoriesStartup.MemoriesStartup, ({ ended }) => ended)
  const layer = MemoriesStartup.layer({ isEphemeral: false, isSubAgent: false, isEnabled: true }, ${layers})
  const program = Effect.provide(ended, Layer.provide(layer, Logger.remove(Logger.defaultLogger)))
  Effect.runPromise(program).then((outcome) => console.log(JSON.stringify(outcome)))
`

const ownLayers = hostProgram("Layers.layer({ settings: { codexHome: process.env.EXAMPLE_HOME } })")

const outcomeIn = (output: string) => {
  const outcome: {
    readonly _tag: string
    readonly message?: string
    readonly report?: { readonly extracted: ReadonlyArray<unknown>; readonly consolidated: ReadonlyArray<unknown> }
  } = JSON.parse(output)
  return outcome
}

describe.runIf(inject("isFull"))("the packed package with all optional packages", () => {
  let installation: Installation

  beforeAll(() => {
    installation = installPacked(join(import.meta.dirname, "../../node_modules/.cache"))
  })
  afterAll(() => installation.remove())

  it("the package has code and types for each entry point in its manifest, and each can be imported", () => {
    const folder = join(installation.folder, "node_modules/rollout-memories")
    const points = entryPoints(folder)
    assert.isAbove(points.length, 50)
    for (const { code, name, types } of nonEmpty(points)) {
      assert.isTrue(existsSync(join(folder, types)), `${name}: ${types}`)
      assert.isTrue(existsSync(join(folder, code)), `${name}: ${code}`)
    }
    const failed = run(
      installation.folder,
      `const failed = []
       for (const name of ${JSON.stringify(points.map(({ name }) => name))}) {
         await import(name).catch((error) => failed.push(name + ": " + error))
       }
       console.log(JSON.stringify(failed))`
    )
    assert.strictEqual(failed.trim(), "[]")
  })

  const bundle = async (program: string, format: "cjs" | "esm") => {
    const entry = join(installation.folder, "host.mjs")
    writeFileSync(entry, program)
    const outfile = join(installation.folder, `bundle.${format === "cjs" ? "cjs" : "mjs"}`)
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: "node",
      target: "node20",
      format,
      external: ["better-sqlite3"],
      banner: format === "esm" ? requireBanner : {},
      logLevel: "error"
    })
    return outfile
  }

  for (const format of ["cjs", "esm"] as const) {
    it.scopedLive(`the package runs a pass in a host's one-file bundle (${format}), with its own prompts`, () =>
      Effect.gen(function* () {
        const codexHome = yield* exampleHome
        const outfile = yield* Effect.promise(() => bundle(ownLayers, format))
        // The bundle does not need the package's files beside it.
        const outcome = outcomeIn(
          execFileSync(process.execPath, [outfile], {
            cwd: tmpdir(),
            encoding: "utf8",
            env: { EXAMPLE_HOME: codexHome, MEMORIES_MIN_IDLE: "0" }
          })
        )
        assert.strictEqual(outcome._tag, "Finished", outcome.message)
        assert.strictEqual(outcome.report?.extracted.length, 8)
      })
    )
  }
})

describe.runIf(inject("isFull"))("the packed package without optional packages", () => {
  let installation: Installation
  let installed: ReadonlyArray<string>

  beforeAll(() => {
    installation = installPacked(bareFolder())
    installed = linkRequired(installation)
  })
  afterAll(() => installation.remove())

  it("the package installs fewer than twenty packages, without a database, model client or token table", () => {
    assert.isBelow(installed.length, 20)
    assert.includeMembers([...installed], ["effect", "@effect/platform"])
    assert.deepStrictEqual(
      installed.filter((name) => /sql|node|\/ai|eventsource|tokenizer/.test(name)),
      []
    )
  })

  it("the package runs a whole pass for a host that provides all ports", async () => {
    const outfile = join(installation.folder, "ownPorts.mjs")
    const entryPoint = join(import.meta.dirname, "../support/ownPortsProgram.ts")
    await build({ entryPoints: [entryPoint], outfile, format: "esm" })
    const outcome = outcomeIn(execFileSync(process.execPath, [outfile], { encoding: "utf8", env: {} }))
    assert.strictEqual(outcome._tag, "Finished", outcome.message)
    assert.deepStrictEqual([outcome.report?.extracted.length, outcome.report?.consolidated.length], [1, 1])
  })

  it("the package counts tokens as the tokenizer does, without another package", () => {
    const text = "Пристань: the fähre sails at 7:05 — 桟橋"
    const counted = run(
      installation.folder,
      `import * as Effect from "effect/Effect"
       import { counterFor } from "rollout-memories/services/Tokenizer"
       const count = (model) => Effect.runPromise(Effect.flatMap(counterFor(model), (count) => count(${JSON.stringify(text)})))
       console.log(await count("gpt-5"), await count("gpt-4"))`
    )
    assert.notStrictEqual(newest(text), older(text))
    assert.strictEqual(counted.trim(), `${newest(text)} ${older(text)}`)
  })

  it("a missing package for files is named, with the command that installs it", () => {
    const outcome = outcomeIn(run(installation.folder, ownLayers, { EXAMPLE_HOME: "/codex" }))
    assert.deepStrictEqual(outcome, {
      _tag: "Failed",
      message:
        "access to this machine's files needs the package @effect/platform-node, which is not installed; run npm install @effect/platform-node"
    })
  })

  it("a missing package is a typed error", () => {
    const failure = run(
      installation.folder,
      `import * as Effect from "effect/Effect"
       import { anthropicPart, loadPart, nodePart, openAiPart, sqlitePart } from "rollout-memories/services/PackageMissing"
       const parts = [
         [() => import("rollout-memories/layers/state/StateDb"), sqlitePart],
         [() => import("rollout-memories/layers/model/server/OpenAi"), openAiPart],
         [() => import("rollout-memories/layers/model/server/Anthropic"), anthropicPart],
         [() => import("rollout-memories/layers/node/Machine"), nodePart],
         [() => import("rollout-memories/layers/agent/Command"), nodePart]
       ]
       for (const [load, part] of parts) {
         console.log(await Effect.runPromise(Effect.match(loadPart(load, part), {
           onFailure: ({ _tag, install }) => [_tag, ...install].join(" "),
           onSuccess: () => "loaded"
         })))
       }`
    )
    assert.deepStrictEqual(failure.trim().split("\n"), [
      "PackageMissing @effect/sql @effect/sql-sqlite-node",
      "PackageMissing @effect/ai @effect/ai-openai eventsource-parser",
      "PackageMissing @effect/ai @effect/ai-anthropic @effect/experimental eventsource-parser",
      "PackageMissing @effect/platform-node",
      "PackageMissing @effect/platform-node"
    ])
  })
})
