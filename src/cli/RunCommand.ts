import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { isThreadPrefix } from "../domain/thread/ThreadPrefix.js"
import { ThreadId } from "../domain/thread/ThreadId.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"
import { WorkingDirectories } from "../services/WorkingDirectories.js"
import { loadSettings, SettingInvalid, Settings } from "../settings/Settings.js"
import { withLogLevel } from "./terminal/Logging.js"
import { type Given, givenOptions } from "./Options.js"
import { withTelemetry } from "./telemetry/Telemetry.js"

/** No thread is meant by an id, or several are. Nothing was done; give more of the id, or see `list`. */
export class ThreadNotFound extends Schema.TaggedError<ThreadNotFound>("rollout-memories/ThreadNotFound")(
  "ThreadNotFound",
  { given: Schema.String, candidates: Schema.Array(Schema.String) }
) {
  override get message(): string {
    return this.candidates.length === 0
      ? `no thread begins with ${this.given}; \`rollout-memories list\` shows those that were learned from`
      : `several threads begin with ${this.given}; give more of the id: ${this.candidates.join(", ")}`
  }
}

/** The thread that an id, or the beginning of one, stands for. */
export const threadOf = Effect.fnUntraced(function* (given: string) {
  const text = given.trim().toLowerCase().replace(/…$/, "")
  if (!isThreadPrefix(text)) {
    return yield* new SettingInvalid({
      source: "--thread",
      value: given,
      expected: "a thread id, or its first eight characters or more"
    })
  }
  const threadIndex = yield* ThreadIndex
  const [found, ...others] = yield* threadIndex.idsFrom(text)
  return found === undefined || others.length > 0
    ? yield* new ThreadNotFound({ given: text, candidates: found === undefined ? [] : [found, ...others] })
    : ThreadId.make(found)
})

/** The directory that a person means by `--cwd`, as sessions record it; none is meant by an empty text. */
export const directoryOf = Effect.fnUntraced(function* (given: string) {
  if (given === "") {
    return yield* new SettingInvalid({ source: "--cwd", value: given, expected: "a directory" })
  }
  const { normalise } = yield* WorkingDirectories
  return yield* normalise(resolve(given))
})

/** Runs a command's work on the services it needs, with the settings that were given. */
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
