import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { HostLayersError, HostOptions, HostSettings, SettingsError } from "./host/HostLayers.js"
import type { PassServices } from "./host/MemoriesStartup.js"
import type { MemoryFs } from "./services/MemoryFs.js"
import type { Progress } from "./services/Progress.js"
import type { Redactor } from "./services/Redactor.js"
import type { WorkingDirectories } from "./services/WorkingDirectories.js"
import type { Settings } from "./settings/Settings.js"

export type { HostLayersError, HostOptions, HostSettings, SettingsError } from "./host/HostLayers.js"

const loadHostLayers = Effect.promise(() => import("./host/HostLayers.js"))

/**
 * All that a pass runs on, for `MemoriesStartup.layer` or `runPass`: the ports that are the host's own, and this package's
 * disk, SQLite and offline layers for the rest. Nothing of it is loaded before the layer is built, and no technology of a
 * port that is the host's own at all. What the host's ports require and fail with shows in the type, the settings excepted,
 * which they get.
 *
 * Built, it has made the memories home and opened the state DB where these are ours. Shared, it is built once.
 */
export const layer = <Own extends PassServices | Progress = never, E = never, R = never>(
  options: HostOptions<Own, E, R> = {}
): Layer.Layer<PassServices | Progress, E | HostLayersError, Exclude<R, Settings>> =>
  Layer.unwrapEffect(Effect.map(loadHostLayers, ({ make }) => make(options)))

/**
 * What `MemoryContext.forCwd` reads with, beside a pass or without one: the files of the memories home, and nothing that
 * writes. The settings are those that the pass is given; undefined reads them from the environment.
 */
export const reading = (
  settings?: HostSettings
): Layer.Layer<MemoryFs | Redactor | WorkingDirectories, SettingsError> =>
  Layer.unwrapEffect(Effect.map(loadHostLayers, ({ makeReading }) => makeReading(settings)))
