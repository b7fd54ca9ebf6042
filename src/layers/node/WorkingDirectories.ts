import { readFileSync, realpathSync } from "node:fs"
import { isAbsolute } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Directory, foldWindowsCase } from "../../domain/thread/WorkingDirectory.js"
import { WorkingDirectories } from "../../services/WorkingDirectories.js"

const attempt = (read: () => string): string | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Resolves working directories to canonical paths in this machine's file system. */
export const layer: Layer.Layer<WorkingDirectories> = Layer.sync(WorkingDirectories, () => {
  const isWsl = /microsoft/i.test(attempt(() => readFileSync("/proc/version", "utf8")) ?? "")
  return {
    normalise: (cwd) =>
      Effect.sync(() => {
        const canonical = isAbsolute(cwd) ? (attempt(() => realpathSync.native(cwd)) ?? cwd) : cwd
        return Directory.make(isWsl ? foldWindowsCase(canonical) : canonical)
      })
  }
})

/** Leaves working directories unchanged, for tests and for sessions of another machine. */
export const layerVerbatim: Layer.Layer<WorkingDirectories> = Layer.succeed(WorkingDirectories, {
  normalise: (cwd) => Effect.succeed(Directory.make(cwd))
})
