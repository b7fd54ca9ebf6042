import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Mailbox from "effect/Mailbox"
import { Redactor } from "../../services/Redactor.js"
import type { SettingValues } from "../../settings/Settings.js"
import { clearLine } from "./Terminal.js"

/**
 * Logs redacted lines to stderr, and clears a terminal's progress line before each. When the layer is released, it
 * waits until the last line is written. Loads the redaction rules with the first line, as most runs log none.
 */
export const layer = (stderr: Pick<NodeJS.WriteStream, "isTTY" | "write">): Layer.Layer<never, never, Redactor> =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const { redact } = yield* Redactor
      const lines = yield* Mailbox.make<string>()
      const write = Effect.flatMap(lines.take, redact).pipe(
        Effect.map((line) => stderr.write(`${stderr.isTTY ? clearLine : ""}${line}\n`)),
        Effect.forever,
        Effect.ignore
      )
      yield* Effect.acquireRelease(Effect.forkDaemon(write), (writing) =>
        Effect.zipRight(lines.end, Fiber.await(writing))
      )
      return Logger.replace(
        Logger.defaultLogger,
        Logger.map(Logger.logfmtLogger, (line) => {
          lines.unsafeOffer(line)
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
