/**
 * One pass that is killed at its n-th point, before a change of a file or an operation of the state DB; with n = 0 it runs to its
 * end and prints the names of its points. Arguments: Codex home, memories home, n.
 */
import { Effect } from "effect"
import { realPass } from "./realWorld.js"

const [codexHome = "", memoriesHome = "", killAt = "0"] = process.argv.slice(2)
const points: Array<string> = []

const point = (name: string) =>
  Effect.sync(() => {
    points.push(name)
    if (points.length === Number(killAt)) {
      process.kill(process.pid, "SIGKILL")
    }
  })

const world = {
  codexHome,
  memoriesHome,
  settings: { concurrency: 1 },
  filePoint: (operation: string, path: string) => point(`${operation} ${path.slice(memoriesHome.length)}`),
  dbPoint: point
}

Effect.runPromise(realPass(world)).then(
  () => process.stdout.write(JSON.stringify(points)),
  (error: unknown) => {
    process.stderr.write(String(error))
    process.exitCode = 1
  }
)
