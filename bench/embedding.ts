import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { type Figure, median } from "./measure.js"

/** What a host waits for before its own first line, each time in a fresh process. */
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
