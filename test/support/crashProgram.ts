/**
 * One pass that is killed at its n-th point, before a change of a file or an operation of the state DB. Arguments: Codex home,
 * memories home, n.
 */
import { Effect } from "effect"
import { realPass } from "./realWorld.js"

const [codexHome = "", memoriesHome = "", killAt = ""] = process.argv.slice(2)
let points = 0

const point = Effect.sync(() => {
  if (++points === Number(killAt)) {
    process.kill(process.pid, "SIGKILL")
  }
})

const world = {
  codexHome,
  memoriesHome,
  settings: { concurrency: 1 },
  filePoint: () => point,
  dbPoint: () => point
}

Effect.runPromise(realPass(world)).catch((error: unknown) => {
  process.stderr.write(String(error))
  process.exitCode = 1
})
