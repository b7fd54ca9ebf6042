import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { type Figure, median, withFolder } from "./measure.js"
import { writeSessions } from "./rollouts.js"

/** Time until a host's own first line runs, each measured in a fresh process. */
export const embedding = (): Figure => {
  const program = join(import.meta.dirname, "embeddingProgram.mjs")
  const runs = Array.from({ length: 15 }, () => {
    const stdout = execFileSync(process.execPath, [program, join(process.cwd(), "dist")], { encoding: "utf8" })
    const run: { readonly import: number; readonly total: number; readonly outcome: string } = JSON.parse(stdout)
    if (run.outcome !== "Finished") {
      throw new Error(`the pass in the background came out as ${run.outcome}`)
    }
    return run
  })
  const total = median(runs.map((run) => run.total))
  const imported = median(runs.map((run) => run.import))
  return {
    what: "added to a host that has all of `effect` loaded, with ports of its own, until its first line runs",
    bound: "below 5 ms",
    measured: `${total.toFixed(1)} ms (${imported.toFixed(1)} ms of it importing)`,
    isWithin: total < 5
  }
}

/** Delay of a host's event loop while a pass runs beside it. */
export const eventLoop = (): ReadonlyArray<Figure> => {
  const program = join(import.meta.dirname, "eventLoopProgram.mjs")
  const runs = Array.from({ length: 5 }, () =>
    withFolder((codex) => {
      writeSessions(codex, 64, 120_000)
      const stdout = execFileSync(process.execPath, [program, join(process.cwd(), "dist"), codex], { encoding: "utf8" })
      const run: { readonly extracted: number; readonly p99: number; readonly longest: number } = JSON.parse(stdout)
      if (run.extracted !== 64) {
        throw new Error(`${run.extracted} of 64 rollouts were extracted`)
      }
      return run
    })
  )
  const p99 = median(runs.map((run) => run.p99))
  const longest = median(runs.map((run) => run.longest))
  const what = "a host's event loop while a pass over 64 rollouts of 120 KB runs beside it with our own layers, delay"
  return [
    { what: `${what}, 99th percentile`, bound: "below 20 ms", measured: `${p99.toFixed(1)} ms`, isWithin: p99 < 20 },
    { what: `${what}, longest`, bound: "below 50 ms", measured: `${longest.toFixed(1)} ms`, isWithin: longest < 50 }
  ]
}
