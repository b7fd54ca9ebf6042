import { join } from "node:path"
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Effect, Layer, Logger } from "effect"
import * as AgentControlOffline from "../../src/layers/agent/Offline.js"
import * as MemoryFsLayer from "../../src/layers/memory/MemoryFs.js"
import * as ModelClientOffline from "../../src/layers/model/Offline.js"
import * as ProcessTableNode from "../../src/layers/node/ProcessTable.js"
import * as SessionStoreDisk from "../../src/layers/sessions/SessionStoreDisk.js"
import * as StateDbSqlite from "../../src/layers/state/StateDb.js"
import * as SymbolicLinksNode from "../../src/layers/node/SymbolicLinks.js"
import * as WorkingDirectoriesNode from "../../src/layers/node/WorkingDirectories.js"
import { runPass } from "../../src/pass/RunPass.js"
import type { AgentControl } from "../../src/services/AgentControl.js"
import { MemoryFs } from "../../src/services/MemoryFs.js"
import type { ModelClient } from "../../src/services/ModelClient.js"
import * as Progress from "../../src/services/Progress.js"
import * as Redactor from "../../src/services/Redactor.js"
import type { StateDbFailure } from "../../src/services/state/StateDbError.js"
import type { StateDb } from "../../src/services/state/StateDb.js"
import * as Settings from "../../src/settings/Settings.js"
import { Templates } from "../../src/services/Templates.js"
import { layerStateDbWithPoints, layerWithPoints } from "./faults.js"

/** What a pass over real files and a real database is made of, where a test wants it otherwise than the program has it. */
export interface RealWorld {
  readonly codexHome: string
  readonly memoriesHome: string
  readonly settings?: Partial<Settings.SettingValues>
  /** Comes before every change of a file. */
  readonly filePoint?: (operation: string, path: string) => Effect.Effect<void, PlatformError>
  /** Comes before every operation of the state DB. */
  readonly dbPoint?: (operation: string) => Effect.Effect<void, StateDbFailure>
  readonly model?: Layer.Layer<ModelClient, never, Settings.Settings | StateDb>
  readonly agent?: Layer.Layer<
    AgentControl,
    never,
    FileSystem.FileSystem | Redactor.Redactor | Settings.Settings | StateDb
  >
  readonly redactor?: Layer.Layer<Redactor.Redactor, never, Settings.Settings>
  /** The server of every model, whatever its API. */
  readonly modelServer?: Settings.ModelServer
  readonly templates?: Layer.Layer<Templates>
  /** Hears every line of the log. */
  readonly logger?: Logger.Logger<unknown, void>
}

/** One pass over real files and a real database, all rollouts at once. */
export const realPass = (world: RealWorld) => {
  const { codexHome, memoriesHome } = world
  const { modelServer: server } = world
  const modelServers = server === undefined ? {} : { modelServers: { openai: server, chat: server, anthropic: server } }
  const files =
    world.filePoint === undefined
      ? NodeFileSystem.layer
      : Layer.provide(layerWithPoints(world.filePoint), NodeFileSystem.layer)
  const database = Layer.unwrapEffect(
    Effect.gen(function* () {
      yield* (yield* MemoryFs).prepare
      return StateDbSqlite.layerSqlite(join(memoriesHome, "state.sqlite"), { replaceCorrupt: false })
    })
  )
  const stateDb = world.dbPoint === undefined ? database : layerStateDbWithPoints(database, world.dbPoint)
  const templates = Layer.succeed(Templates, {
    stageOneSystem: "system",
    stageOneInput: "{{ rollout_path }}\n{{ rollout_contents }}",
    consolidation: "{{ memory_root }}"
  })
  const layer = Layer.merge(world.model ?? ModelClientOffline.layer, world.agent ?? AgentControlOffline.layer).pipe(
    Layer.provideMerge(
      Layer.mergeAll(stateDb, SessionStoreDisk.layer, world.templates ?? templates, Progress.layerSilent)
    ),
    Layer.provideMerge(MemoryFsLayer.layer),
    Layer.provideMerge(
      Layer.mergeAll(files, ProcessTableNode.layer, SymbolicLinksNode.layer, WorkingDirectoriesNode.layer)
    ),
    Layer.provideMerge(world.redactor ?? Redactor.layer),
    Layer.provideMerge(Settings.layer({ codexHome, memoriesHome, ...modelServers, ...world.settings })),
    Layer.provideMerge(
      world.logger === undefined
        ? Logger.remove(Logger.defaultLogger)
        : Logger.replace(Logger.defaultLogger, world.logger)
    )
  )
  return Effect.provide(runPass({ all: true, rebuildIndex: false }), layer)
}
