import { readFileSync, realpathSync } from "node:fs"
import { homedir } from "node:os"
import { isAbsolute } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { type Machine, oneSpelling } from "../../domain/project/PathSpelling.js"
import { Directory, foldWindowsCase } from "../../domain/thread/WorkingDirectory.js"
import { WorkingDirectories } from "../../services/WorkingDirectories.js"
import { variable } from "../../settings/Environment.js"
import { findCheckout } from "./Checkouts.js"

const attempt = (read: () => string): string | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

const machineNow = (): Machine =>
  process.platform === "win32"
    ? "windows"
    : /microsoft/i.test(attempt(() => readFileSync("/proc/version", "utf8")) ?? "")
      ? "wsl"
      : "linux"

const make = Effect.gen(function* () {
  const machine = machineNow()
  const distribution = Option.getOrUndefined(
    yield* Effect.orElseSucceed(variable("WSL_DISTRO_NAME"), () => Option.none<string>())
  )
  const canonical = (cwd: string): Directory => {
    const path = isAbsolute(cwd) ? (attempt(() => realpathSync.native(cwd)) ?? cwd) : cwd
    return Directory.make(machine === "wsl" ? foldWindowsCase(path) : path)
  }
  return WorkingDirectories.of({
    normalise: (cwd) => Effect.sync(() => canonical(cwd)),
    locate: (given) =>
      Effect.sync(() => {
        const directory = canonical(oneSpelling(given, machine, distribution))
        return { directory, found: findCheckout(directory, homedir()) }
      })
  })
})

/** Resolves working directories to canonical paths in this machine's file system. */
export const layer: Layer.Layer<WorkingDirectories> = Layer.effect(WorkingDirectories, make)

/** Leaves working directories unchanged and finds no repository, for tests and for sessions of another machine. */
export const layerVerbatim: Layer.Layer<WorkingDirectories> = Layer.succeed(WorkingDirectories, {
  normalise: (cwd) => Effect.succeed(Directory.make(cwd)),
  locate: (directory) => Effect.succeed({ directory, found: { _tag: "Gone" } })
})
