/**
 * Measures the delay of a host's event loop while a pass runs beside it. Starts a pass over a Codex home with the
 * package's own layers, and prints percentiles of the delay in milliseconds, less the delay of an idle loop, and the
 * number of sessions learned from. Arguments: the built package, the Codex home.
 */
import { join } from "node:path"
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout as wait } from "node:timers/promises"
import { Duration, Effect, Layer, Logger } from "effect"
import type * as Doors from "../src/index.js"
import type * as LayersDoor from "../src/Layers.js"

const [dist = "", codexHome = ""] = process.argv.slice(2)
const doors: readonly [typeof Doors, typeof LayersDoor] = await Promise.all([
  import(join(dist, "index.js")),
  import(join(dist, "Layers.js"))
])
const [{ MemoriesStartup }, Layers] = doors

const follow = (): IntervalHistogram => {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  return delays
}

// The histogram's delays include its interval; the delay of an idle loop is subtracted.
const quiet = follow()
await wait(500)
quiet.disable()
const without = quiet.percentile(50)

const delays = follow()
const memories = MemoriesStartup.layer(
  { isEphemeral: false, isSubAgent: false, isEnabled: true },
  Layers.layer({ settings: { codexHome, candidates: 64, minIdle: Duration.zero } })
)
const outcome = await Effect.runPromise(
  Effect.provide(
    Effect.flatMap(MemoriesStartup.MemoriesStartup, ({ ended }) => ended),
    Layer.provideMerge(memories, Logger.remove(Logger.defaultLogger))
  )
)
delays.disable()

const milliseconds = (nanoseconds: number): number => Math.max(0, nanoseconds - without) / 1e6
process.stdout.write(
  JSON.stringify({
    extracted: outcome._tag === "Finished" ? outcome.report.extracted.length : 0,
    p99: milliseconds(delays.percentile(99)),
    longest: milliseconds(delays.max)
  })
)
