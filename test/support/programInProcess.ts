import { ConfigProvider, Effect, Layer } from "effect"
import { exitCodeOf } from "../../src/cli/ExitCode.js"
import { makeProgram } from "../../src/cli/Program.js"
import type { Ended } from "./program.js"
import { mainPath } from "./program.js"
import { format } from "node:util"

/**
 * Runs the program to its end in this process, as `runMain` runs the built one in its own: with its output in pipes, real
 * time, and nothing of this process's own settings in its environment. For what a process of its own makes no difference to.
 */
export const runInProcess = (
  args: ReadonlyArray<string>,
  environment: { readonly [name: string]: string } = {}
): Effect.Effect<Ended> =>
  Effect.promise(async (signal) => {
    const output = { stdout: "", stderr: "" }
    const { HOME = "", PATH = "" } = process.env
    const print = (...values: ReadonlyArray<unknown>) => {
      output.stdout += `${format(...values)}\n`
    }
    const stderr = {
      columns: 80,
      isTTY: false,
      write: (text: string | Uint8Array) => {
        output.stderr += String(text)
        return true
      }
    }
    const program = Effect.gen(function* () {
      const console = yield* Effect.console
      return yield* makeProgram({ argv: [process.execPath, mainPath, ...args], version: "0.0.0", stderr }).pipe(
        Effect.withConsole({ ...console, log: (...values) => Effect.sync(() => print(...values)) }),
        Effect.provide(
          Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries({ HOME, PATH, ...environment }))))
        )
      )
    })
    const code = exitCodeOf(await Effect.runPromiseExit(program, { signal }))
    return { code, signal: null, ...output }
  })
