import type * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { clearLine } from "./TerminalProgress.js"

/** Logs on stderr, where a terminal's progress line makes way for them; stdout is for results alone. */
export const layer = (stderr: NodeJS.WriteStream): Layer.Layer<never> =>
  Logger.replace(
    Logger.defaultLogger,
    Logger.map(Logger.logfmtLogger, (line) => {
      stderr.write(`${stderr.isTTY ? clearLine : ""}${line}\n`)
    })
  )
