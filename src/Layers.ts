import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { HostLayersError, HostOptions } from "./HostLayers.js"
import type { PassServices } from "./MemoriesStartup.js"
import type { Settings } from "./Settings.js"

export type { HostLayersError, HostOptions, HostSettings } from "./HostLayers.js"

/**
 * All that a pass runs on, for `MemoriesStartup.layer`: the ports that are the host's own, and this package's disk, SQLite
 * and offline layers for the rest. Nothing of it is loaded before the layer is built, and no technology of a port that is the
 * host's own at all. What the host's ports require and fail with shows in the type, the settings excepted, which they get.
 *
 * Built, it has made the memories home and opened the state DB where these are ours. Shared, it is built once.
 */
export const layer = <Own extends PassServices = never, E = never, R = never>(
  options: HostOptions<Own, E, R> = {}
): Layer.Layer<PassServices, E | HostLayersError, Exclude<R, Settings>> =>
  Layer.unwrapEffect(
    Effect.map(
      Effect.promise(() => import("./HostLayers.js")),
      ({ make }) => make(options)
    )
  )
