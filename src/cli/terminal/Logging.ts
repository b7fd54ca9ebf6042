import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import type { SettingValues } from "../../settings/Settings.js"
import { clearLine } from "./Terminal.js"

/** Loads the redaction rules with the first log line, since most runs log none. */
const loadRules = () => import("../../domain/privacy/Redaction.js")

/**
 * Logs redacted lines to stderr, and clears a terminal's progress line before each. The end of the layer waits until
 * the last line is written.
 */
export const layer = (stderr: Pick<NodeJS.WriteStream, "isTTY" | "write">): Layer.Layer<never> =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      let written: Promise<void> = Promise.resolve()
      yield* Effect.addFinalizer(() => Effect.promise(() => written))
      const write = async (before: Promise<void>, line: string): Promise<void> => {
        await before
        const { redact } = await loadRules()
        stderr.write(`${stderr.isTTY ? clearLine : ""}${redact(line)}\n`)
      }
      return Logger.replace(
        Logger.defaultLogger,
        Logger.map(Logger.logfmtLogger, (line) => {
          written = write(written, line)
        })
      )
    })
  )

const levels = {
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warning: LogLevel.Warning,
  error: LogLevel.Error,
  none: LogLevel.None
} as const

/** Drops log lines below a level. */
export const withLogLevel = (level: SettingValues["logLevel"]) => Logger.withMinimumLogLevel(levels[level])
