import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { findThread } from "../commands/FindThread.js"
import { readProject } from "../delivery/ReadProject.js"
import { InputInvalid } from "../services/Memories.js"
import { WorkingDirectories } from "../services/WorkingDirectories.js"
import { loadSettings, SettingInvalid, Settings } from "../settings/Settings.js"
import { withLogLevel } from "./terminal/Logging.js"
import { type Given, givenOptions } from "./Options.js"
import { withTelemetry } from "./telemetry/Telemetry.js"

const isInputInvalid = Schema.is(InputInvalid)

/**
 * Converts an `InputInvalid` of an operation into a usage error, which names the option or word that the user typed.
 */
export const asUsage = <A, E, R>(source: string, work: Effect.Effect<A, E | InputInvalid, R>) =>
  Effect.catchIf(
    work,
    isInputInvalid,
    ({ expected, input, value }) =>
      new SettingInvalid({ source: input === "fact" ? "--fact" : source, value, expected })
  )

/** Finds the thread whose id is given in `--thread`, or whose id begins with the given text. */
export const threadOf = (given: string) => asUsage("--thread", findThread(given))

/** Finds the directory of `--cwd` by its canonical path, and the project whose memory it reads. Fails on an empty text. */
export const readProjectOf = Effect.fnUntraced(function* (given: string) {
  if (given === "") {
    return yield* new SettingInvalid({ source: "--cwd", value: given, expected: "a directory" })
  }
  const { normalise } = yield* WorkingDirectories
  const cwd = yield* normalise(resolve(given))
  return { cwd, read: yield* readProject(cwd) }
})

/** Finds the root of the project that the directory of `--cwd` belongs to. Fails on an empty text. */
export const projectOf = (given: string) => Effect.map(readProjectOf(given), ({ read }) => read.project)

/** Finds the root of the project of `--cwd`; undefined if the option was not given. */
export const givenProject = (given: Option.Option<string>) =>
  Option.match(given, { onNone: () => Effect.succeed(undefined), onSome: projectOf })

/** Runs a command's work with its services and the settings of the command line. */
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
