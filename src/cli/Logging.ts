import type * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import type { SettingValues } from "../Settings.js"
import { clearLine } from "./TerminalProgress.js"

/** Logs on stderr, where a terminal's progress line makes way for them; stdout is for results alone. */
export const layer = (stderr: NodeJS.WriteStream): Layer.Layer<never> =>
  Logger.replace(
    Logger.defaultLogger,
    Logger.map(Logger.logfmtLogger, (line) => {
      stderr.write(`${stderr.isTTY ? clearLine : ""}${line}\n`)
    })
  )

const levels = {
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warning: LogLevel.Warning,
  error: LogLevel.Error,
  none: LogLevel.None
} as const

/** Leaves out what is of less weight than a person wants to be told. */
export const withLogLevel = (level: SettingValues["logLevel"]) => Logger.withMinimumLogLevel(levels[level])
