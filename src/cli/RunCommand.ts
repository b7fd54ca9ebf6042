import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { findThread } from "../commands/FindThread.js"
import { InputInvalid } from "../services/Memories.js"
import { WorkingDirectories } from "../services/WorkingDirectories.js"
import { loadSettings, SettingInvalid, Settings } from "../settings/Settings.js"
import { withLogLevel } from "./terminal/Logging.js"
import { type Given, givenOptions } from "./Options.js"
import { withTelemetry } from "./telemetry/Telemetry.js"

const isInputInvalid = Schema.is(InputInvalid)

/** Reports an invalid argument as one of the command line, by what the user typed it for. */
export const asUsage = <A, E, R>(source: string, work: Effect.Effect<A, E | InputInvalid, R>) =>
  Effect.catchIf(work, isInputInvalid, ({ expected, value }) => new SettingInvalid({ source, value, expected }))

/** The thread of an id that was typed, or of its beginning. */
export const threadOf = (given: string) => asUsage("--thread", findThread(given))

/** Resolves the directory of `--cwd` to its canonical path. Fails on an empty text. */
export const directoryOf = Effect.fnUntraced(function* (given: string) {
  if (given === "") {
    return yield* new SettingInvalid({ source: "--cwd", value: given, expected: "a directory" })
  }
  const { normalise } = yield* WorkingDirectories
  return yield* normalise(resolve(given))
})

/** Runs a command's work over its services, with the settings of the command line. */
export const runOn = <A, E, R, E2>(
  given: Given,
  services: Layer.Layer<R, E2, Settings>,
  work: Effect.Effect<A, E, R | Settings>
) =>
  Effect.flatMap(loadSettings(givenOptions(given)), (settings) =>
    work.pipe(
      Effect.provide(services),
      withTelemetry,
      Effect.provideService(Settings, settings),
      withLogLevel(settings.logLevel)
    )
  )
