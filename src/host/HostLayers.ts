import { mkdirSync } from "node:fs"
import { dirname } from "node:path"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { compose, type CompositionError, type Machine, stateDbInHome } from "./Composition.js"
import type { MemoriesNeeds } from "./Memories.js"
import type { PassServices } from "./SessionStart.js"
import { AgentControl } from "../services/AgentControl.js"
import type { Memories } from "../services/Memories.js"
import { MemoriesHomeUnavailable, MemoryFs } from "../services/MemoryFs.js"
import { MemoryInspection } from "../services/MemoryInspection.js"
import { ModelClient } from "../services/ModelClient.js"
import { layerSilent, Progress } from "../services/Progress.js"
import * as Redactor from "../services/Redactor.js"
import { loadPart, nodePart, type PackageMissing, sqlitePart } from "../services/PackageMissing.js"
import { SessionStore } from "../services/SessionStore.js"
import { Claims } from "../services/state/Claims.js"
import { Consolidations } from "../services/state/Consolidations.js"
import { Facts } from "../services/state/Facts.js"
import { Forgetting } from "../services/state/Forgetting.js"
import { Integrity } from "../services/state/Integrity.js"
import { Notes } from "../services/state/Notes.js"
import { ProjectLocks } from "../services/state/ProjectLocks.js"
import { Projects } from "../services/state/Projects.js"
import { Spending } from "../services/state/Spending.js"
import type { StateDb } from "../services/state/StateDb.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"
import { ThreadMemories } from "../services/state/ThreadMemories.js"
import { WorkingDirectories } from "../services/WorkingDirectories.js"
import * as Settings from "../settings/Settings.js"
import * as Templates from "../services/Templates.js"

/** Settings that a host gives; an omitted one has its default. */
export type HostSettings = Parameters<typeof Settings.layer>[0]

/** Options for the layers of a pass. */
export interface HostOptions<Own, E, R> {
  /**
   * The settings; undefined reads all of them, including the homes, from the environment variables in docs/settings.md.
   */
  readonly settings?: HostSettings | undefined
  /** The host's own ports, merged into one layer. */
  readonly ports?: Layer.Layer<Own, E, R> | undefined
}

/** Failures of the settings: a value that is out of bounds, given by the host or found in the environment. */
export type SettingsError = ConfigError | Settings.SettingInvalid

/** Failures of this package's own layers as they are built. */
export type HostLayersError = CompositionError | SettingsError

/** Makes a layer that loads the code behind it only when it is built. */
const loaded = <A, E, R>(load: () => Promise<Layer.Layer<A, E, R>>): Layer.Layer<A, E, R> =>
  Layer.unwrapEffect(Effect.promise(load))

const machine: Layer.Layer<Machine, PackageMissing> = Layer.unwrapEffect(
  loadPart(() => import("../layers/node/Machine.js").then(({ layer }) => layer), nodePart)
)

const sqlite = (path: string) =>
  Layer.unwrapEffect(
    loadPart(
      () =>
        import("../layers/state/StateDb.js").then(({ layerSqlite }) => layerSqlite(path, { replaceCorrupt: false })),
      sqlitePart
    )
  )

/**
 * Resolves working directories to canonical paths. Needs only Node's own modules, so a host that supplies all other
 * services need not install an optional package.
 */
const directories = loaded(() => import("../layers/node/WorkingDirectories.js").then(({ layer }) => layer))

const memoryFs = loaded(() => import("../layers/memory/MemoryFs.js").then(({ layer }) => layer))

/** Returns the host's own service if it has one. Otherwise builds `layer` and takes only this service from it. */
const ownOr = <I, S, O, E, R>(own: Context.Context<never>, tag: Context.Tag<I, S>, ours: Layer.Layer<O, E, R>) =>
  Option.match(Context.getOption(own, tag), {
    onNone: () => Layer.provide(Layer.effect(tag, tag), ours),
    onSome: (service) => Layer.succeed(tag, service)
  })

/**
 * Provides every capability of the state DB: the host's own where it has one, otherwise that of this package's
 * database. The database is opened only if at least one capability is missing.
 */
const capabilitiesOr = <E, R>(
  own: Context.Context<never>,
  ours: Layer.Layer<StateDb, E, R>
): Layer.Layer<StateDb, E, R> =>
  Layer.mergeAll(
    ownOr(own, Claims, ours),
    ownOr(own, Consolidations, ours),
    ownOr(own, Forgetting, ours),
    ownOr(own, Integrity, ours),
    ownOr(own, Notes, ours),
    ownOr(own, ProjectLocks, ours),
    ownOr(own, Projects, ours),
    ownOr(own, Spending, ours),
    ownOr(own, ThreadIndex, ours),
    ownOr(own, ThreadMemories, ours),
    ownOr(own, Facts, ours)
  )

/** Creates the folder of this package's state DB, which a host's own `MemoryFs` need not create. */
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
    stateDb: capabilitiesOr(
      own,
      stateDbInHome((path) =>
        Layer.unwrapEffect(Effect.as(makeFolder(dirname(path)), Layer.provide(sqlite(path), machine)))
      )
    ),
    templates: ownOr(own, Templates.Templates, Templates.layer)
  }).pipe(
    Layer.provideMerge(ownOr(own, Redactor.Redactor, Redactor.layer)),
    Layer.merge(ownOr(own, WorkingDirectories, directories))
  )

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

/** The memories of a home, around the host's own ports; exported as `Layers.memories`. */
export const makeMemories = <Own extends MemoriesNeeds, E, R>({
  ports,
  settings
}: HostOptions<Own, E, R>): Layer.Layer<Memories, E | HostLayersError, Exclude<R, Settings.Settings>> =>
  Layer.unwrapScoped(
    Effect.map(ports === undefined ? Effect.succeed(Context.empty()) : Layer.build(ports), (own) =>
      loaded(() => import("./Memories.js").then(({ layer }) => layer)).pipe(
        Layer.provide(
          ownOr(
            own,
            MemoryInspection,
            loaded(() => import("../layers/memory/Inspection.js").then(({ layer }) => layer))
          )
        ),
        Layer.provide(around(own))
      )
    )
  ).pipe(Layer.provide(settingsOf(settings)))

/** The services that read memories; exported as `Layers.reading`. */
export const makeReading = (
  settings: HostSettings | undefined
): Layer.Layer<MemoryFs | Redactor.Redactor | Settings.Settings | WorkingDirectories, PackageMissing | SettingsError> =>
  memoryFs.pipe(Layer.provideMerge(Layer.merge(machine, Redactor.layer)), Layer.provideMerge(settingsOf(settings)))
