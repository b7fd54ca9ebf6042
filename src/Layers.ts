import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { HostLayersError, HostOptions, HostSettings, SettingsError } from "./host/HostLayers.js"
import type { MemoriesNeeds } from "./host/Memories.js"
import type { PassServices } from "./host/MemoriesStartup.js"
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
 * The services of a pass, for `MemoriesStartup.layer` or `runPass`: the host's own ports, and this package's disk, SQLite and
 * offline layers for the rest. Loads nothing before it is built, and never the technology of a port that the host brings;
 * fails with `PackageMissing` when a package that it then needs is not installed. The requirements and errors of the host's
 * ports show in the type, except the settings, which they get.
 *
 * Building it makes the memories home and opens the state DB, unless these are the host's. A shared layer is built once.
 */
export const layer = <Own extends PassServices | Progress = never, E = never, R = never>(
  options: HostOptions<Own, E, R> = {}
): Layer.Layer<PassServices | Progress, E | HostLayersError, Exclude<R, Settings>> =>
  Layer.unwrapEffect(Effect.map(loadHostLayers, ({ make }) => make(options)))

/**
 * The service `Memories`: context, search, notes, deletion, status and explanations, for the tools and pages of a host. Takes
 * the options of the pass, so that both have the same home and ports. Building it loads its code, makes the memories home
 * and opens the state DB, as `layer` does. Keep one for the host's lifetime.
 */
export const memories = <Own extends MemoriesNeeds = never, E = never, R = never>(
  options: HostOptions<Own, E, R> = {}
): Layer.Layer<Memories, E | HostLayersError, Exclude<R, Settings>> =>
  Layer.unwrapEffect(Effect.map(loadHostLayers, ({ makeMemories }) => makeMemories(options)))

/**
 * The services of `MemoryContext.forCwd`, which read the memories home and write nothing, beside a pass or without one. Give
 * the settings of the pass; undefined reads them from the environment.
 */
export const reading = (
  settings?: HostSettings
): Layer.Layer<MemoryFs | Redactor | WorkingDirectories, PackageMissing | SettingsError> =>
  Layer.unwrapEffect(Effect.map(loadHostLayers, ({ makeReading }) => makeReading(settings)))
