import { mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { compose, type CompositionError, type Machine, stateDbInHome } from "./Composition.js"
import type { MemoriesNeeds } from "./Memories.js"
import type { PassServices } from "./MemoriesStartup.js"
import { AgentControl } from "../services/AgentControl.js"
import type { Memories } from "../services/Memories.js"
import { MemoryCatalogue } from "../services/MemoryCatalogue.js"
import { MemoriesHomeUnavailable, MemoryFs } from "../services/MemoryFs.js"
import { MemoryInspection } from "../services/MemoryInspection.js"
import { ModelClient } from "../services/ModelClient.js"
import { layerSilent, Progress } from "../services/Progress.js"
import { loadPart, nodePart, type PackageMissing, sqlitePart } from "../services/PackageMissing.js"
import { SessionStore } from "../services/SessionStore.js"
import { StateDb } from "../services/StateDb.js"
import { WorkingDirectories } from "../services/WorkingDirectories.js"
import * as Settings from "../settings/Settings.js"
import * as Templates from "../services/Templates.js"

/** Settings that a host gives; each one that it leaves out has its default. */
export type HostSettings = Parameters<typeof Settings.layer>[0]

/** Options for the layers of a pass. */
export interface HostOptions<Own, E, R> {
  /** Undefined reads all settings, the homes too, from the environment variables in docs/settings.md. */
  readonly settings?: HostSettings | undefined
  /** The host's own ports, merged into one layer. */
  readonly ports?: Layer.Layer<Own, E, R> | undefined
}

/** Failures of settings: a value that is out of bounds, given or in the environment. */
export type SettingsError = ConfigError | Settings.SettingInvalid

/** Failures of this package's own layers as they are built. */
export type HostLayersError = CompositionError | SettingsError

/** Loads a layer's technology when the layer is built. */
const loaded = <A, E, R>(load: () => Promise<Layer.Layer<A, E, R>>): Layer.Layer<A, E, R> =>
  Layer.unwrapEffect(Effect.promise(load))

const machine: Layer.Layer<Machine, PackageMissing> = Layer.unwrapEffect(
  loadPart(() => import("../layers/node/Machine.js").then(({ layer }) => layer), nodePart)
)

const sqlite = (path: string) =>
  Layer.unwrapEffect(
    loadPart(
      () => import("../layers/state/StateDb.js").then(({ layer }) => layer(path, { replaceCorrupt: false })),
      sqlitePart
    )
  )

const memoryFs = loaded(() => import("../layers/memory/MemoryFs.js").then(({ layer }) => layer))

/** Takes the host's own service where there is one, else ours. */
const ownOr = <I, S, E, R>(
  own: Context.Context<never>,
  tag: Context.Tag<I, S>,
  ours: Layer.Layer<I, E, R>
): Layer.Layer<I, E, R> =>
  Option.match(Context.getOption(own, tag), {
    onNone: () => ours,
    onSome: (service) => Layer.succeed(tag, service)
  })

/** Makes the folder of our state DB, which a host's own `MemoryFs` does not. */
const makeFolder = (path: string) =>
  Effect.try({
    try: () => mkdirSync(path, { recursive: true, mode: 0o700 }),
    catch: (cause) => new MemoriesHomeUnavailable({ path, reason: `cannot be made (${String(cause)})` })
  })

const around = (own: Context.Context<never>) =>
  compose<never>({
    agentControl: ownOr(
      own,
      AgentControl,
      loaded(() => import("../layers/model/ChooseModel.js").then(({ agent }) => agent)).pipe(Layer.provide(machine))
    ),
    memoryFs: ownOr(own, MemoryFs, Layer.provide(memoryFs, machine)),
    modelClient: ownOr(
      own,
      ModelClient,
      loaded(() => import("../layers/model/ChooseModel.js").then(({ model }) => model)).pipe(Layer.provide(machine))
    ),
    progress: ownOr(own, Progress, layerSilent),
    sessionStore: ownOr(
      own,
      SessionStore,
      loaded(() => import("../layers/sessions/SessionStoreDisk.js").then(({ layer }) => layer))
    ),
    stateDb: ownOr(
      own,
      StateDb,
      stateDbInHome((path) =>
        Layer.unwrapEffect(Effect.as(makeFolder(dirname(path)), Layer.provide(sqlite(path), machine)))
      )
    ),
    templates: ownOr(own, Templates.Templates, Templates.layer)
  })

const settingsOf = (given: HostSettings | undefined): Layer.Layer<Settings.Settings, SettingsError> =>
  given === undefined ? Settings.layerFromEnvironment : Settings.layer(given)

/** The layers of a pass around the host's own ports; exported as `Layers.layer`. */
export const make = <Own extends PassServices | Progress, E, R>({
  ports,
  settings
}: HostOptions<Own, E, R>): Layer.Layer<PassServices | Progress, E | HostLayersError, Exclude<R, Settings.Settings>> =>
  Layer.unwrapScoped(
    Effect.map(ports === undefined ? Effect.succeed(Context.empty()) : Layer.build(ports), around)
  ).pipe(Layer.provideMerge(settingsOf(settings)))

/** Reads the state DB that this package's own layer keeps in the memories home, once that has made it. */
const catalogueInHome = Layer.unwrapEffect(
  Effect.map(Effect.zipRight(StateDb, Settings.Settings), ({ memoriesHome }) =>
    Layer.unwrapEffect(
      loadPart(
        () =>
          import("../layers/state/MemoryCatalogueSqlite.js").then(({ layer }) =>
            layer(join(memoriesHome, "state.sqlite"))
          ),
        sqlitePart
      )
    )
  )
)

/** The memories of a home, around the host's own ports; exported as `Layers.memories`. */
export const makeMemories = <Own extends MemoriesNeeds, E, R>({
  ports,
  settings
}: HostOptions<Own, E, R>): Layer.Layer<Memories, E | HostLayersError, Exclude<R, Settings.Settings>> =>
  Layer.unwrapScoped(
    Effect.map(ports === undefined ? Effect.succeed(Context.empty()) : Layer.build(ports), (own) =>
      loaded(() => import("./Memories.js").then(({ layer }) => layer)).pipe(
        Layer.provide(
          Layer.merge(
            ownOr(own, MemoryCatalogue, Layer.provide(catalogueInHome, machine)),
            ownOr(
              own,
              MemoryInspection,
              loaded(() => import("../layers/memory/Inspection.js").then(({ layer }) => layer))
            )
          )
        ),
        Layer.provide(around(own)),
        Layer.provide(ownOr(own, WorkingDirectories, machine))
      )
    )
  ).pipe(Layer.provide(settingsOf(settings)))

/** The services that read memories; exported as `Layers.reading`. */
export const makeReading = (
  settings: HostSettings | undefined
): Layer.Layer<MemoryFs | WorkingDirectories, PackageMissing | SettingsError> =>
  memoryFs.pipe(Layer.provideMerge(machine), Layer.provide(settingsOf(settings)))
