import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { HostLayersError, HostOptions, HostSettings, SettingsError } from "./host/HostLayers.js"
import type { MemoriesNeeds } from "./host/Memories.js"
import type { PassServices } from "./host/SessionStart.js"
import type { Memories } from "./services/Memories.js"
import type { MemoryFs } from "./services/MemoryFs.js"
import type { PackageMissing } from "./services/PackageMissing.js"
import type { Progress } from "./services/Progress.js"
import type { Redactor } from "./services/Redactor.js"
import type { WorkingDirectories } from "./services/WorkingDirectories.js"
import type { Settings } from "./settings/Settings.js"

export type { HostLayersError, HostOptions, HostSettings, SettingsError } from "./host/HostLayers.js"

const loadHostLayers = Effect.promise(() => import("./host/HostLayers.js"))

/**
 * The services of a pass, for `MemoriesStartup.layer` or `runPass`: the host's own ports, and for the others this
 * package's disk, SQLite and offline layers. Nothing is loaded before the layer is built, and no code for a port that
 * the host brings. Fails with `PackageMissing` when a package is needed that is not installed. The type shows the
 * requirements and errors of the host's ports; the settings are provided to them.
 * Unless the host brings `MemoryFs` and the state DB, building the layer creates the memories home and opens the state
 * DB. Share the layer, and it is built once.
 */
export const layer = <Own extends PassServices | Progress = never, E = never, R = never>(
  options: HostOptions<Own, E, R> = {}
): Layer.Layer<PassServices | Progress, E | HostLayersError, Exclude<R, Settings>> =>
  Layer.unwrapEffect(Effect.map(loadHostLayers, ({ make }) => make(options)))

/**
 * The service `Memories`, for a host's own tools and pages. Takes the same options as `layer`; give both the same ones,
 * so that they use the same home and ports. Building it loads its code, and creates the memories home and opens the
 * state DB as `layer` does. Build it once and keep it as long as the host runs.
 */
export const memories = <Own extends MemoriesNeeds = never, E = never, R = never>(
  options: HostOptions<Own, E, R> = {}
): Layer.Layer<Memories, E | HostLayersError, Exclude<R, Settings>> =>
  Layer.unwrapEffect(Effect.map(loadHostLayers, ({ makeMemories }) => makeMemories(options)))

/**
 * The services that `MemoryContext.forCwd` needs. They read the memories home and write nothing, whether a pass runs or
 * not. Give the settings of the pass; undefined reads the settings from the environment.
 */
export const reading = (
  settings?: HostSettings
): Layer.Layer<MemoryFs | Redactor | Settings | WorkingDirectories, PackageMissing | SettingsError> =>
  Layer.unwrapEffect(Effect.map(loadHostLayers, ({ makeReading }) => makeReading(settings)))
