import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { Recorder } from "./Recorder.js"

/** Runs a command in the session's directory. Returns its exit code. */
export const run = Effect.fn("Tools.run")(function* (cwd: string, cmd: string) {
  const { status, stderr, stdout } = yield* Effect.sync(() => spawnSync(cmd, { cwd, shell: true, encoding: "utf8" }))
  yield* (yield* Recorder).command(cmd, status ?? 1, stdout + stderr)
  return status
})

/** Replaces a line of a file in the session's directory. */
export const replaceLine = Effect.fn("Tools.replaceLine")(function* (
  cwd: string,
  file: string,
  before: string,
  after: string
) {
  const path = join(cwd, file)
  yield* Effect.sync(() => writeFileSync(path, readFileSync(path, "utf8").replace(before, after)))
  yield* (yield* Recorder).patch(`*** Begin Patch\n*** Update File: ${file}\n@@\n-${before}\n+${after}\n*** End Patch`)
})
