/**
 * Measures the start-up cost for a host that embeds the package. Imports the package's doors, builds the startup layer
 * around ports of the host's own, and prints the milliseconds until the host's own first line runs, and the outcome of
 * the pass in the background. The host already runs: all of `effect` is loaded, and a layer of its own is built.
 * Argument: the built package.
 */
import { join } from "node:path"
import { Effect, Layer } from "effect"
import type * as Doors from "../src/index.js"
import type * as LayersDoor from "../src/Layers.js"
import type * as Testing from "../src/testing/World.js"
import type * as HostModule from "./hostModule.js"

const [dist = ""] = process.argv.slice(2)

// Loaded first, with the same kind of import as the package, so that the cost of the first such import is not measured.
const { Heart, heart }: typeof HostModule = await import(join(import.meta.dirname, "hostModule.mjs"))
await Effect.runPromise(
  Effect.provide(
    Effect.flatMap(Heart, ({ beats }) => beats),
    heart
  )
)

/** The host's own ports, in memory. */
const loadPorts = Effect.promise((): Promise<typeof Testing> => import(join(dist, "testing/World.js")))
const ports = Layer.unwrapEffect(Effect.map(loadPorts, ({ World }) => new World().add(1).layer))

const start = performance.now()
// Imported concurrently, like static imports.
const doors: readonly [typeof Doors, typeof LayersDoor] = await Promise.all([
  import(join(dist, "index.js")),
  import(join(dist, "Layers.js"))
])
const imported = performance.now()
const [{ MemoriesStartup }, Layers] = doors
const memories = MemoriesStartup.layer(
  { isEphemeral: false, isSubAgent: false, isEnabled: true },
  Layers.layer({ settings: { codexHome: "/codex" }, ports })
)

const host = Effect.gen(function* () {
  const firstLine = performance.now()
  const { ended } = yield* MemoriesStartup.MemoriesStartup
  const outcome = yield* ended
  return { import: imported - start, total: firstLine - start, outcome: outcome._tag }
})

const result = await Effect.runPromise(Effect.provide(host, memories))
process.stdout.write(JSON.stringify(result))
