import { join } from "node:path"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PassServices } from "./SessionStart.js"
import type { AgentControl } from "../services/AgentControl.js"
import { type MemoriesHomeUnavailable, MemoryFs } from "../services/MemoryFs.js"
import type { ModelClient } from "../services/ModelClient.js"
import type { ProcessTable } from "../services/ProcessTable.js"
import type { Progress } from "../services/Progress.js"
import type { Redactor } from "../services/Redactor.js"
import type { PackageMissing } from "../services/PackageMissing.js"
import { type CodexHomeUnavailable, SessionStore } from "../services/SessionStore.js"
import type { Spending } from "../services/state/Spending.js"
import type { StateDbUnavailable } from "../services/state/StateDbError.js"
import type { StateDb } from "../services/state/StateDb.js"
import type { SymbolicLinks } from "../services/SymbolicLinks.js"
import type { WorkingDirectories } from "../services/WorkingDirectories.js"
import { Settings } from "../settings/Settings.js"
import type { Templates } from "../services/Templates.js"

/** Services of the machine that this package's own layers need. */
export type Machine = FileSystem.FileSystem | ProcessTable | SymbolicLinks | WorkingDirectories

/** Failures of building this package's own layers. */
export type CompositionError = CodexHomeUnavailable | MemoriesHomeUnavailable | PackageMissing | StateDbUnavailable

/** The layers of a pass, not yet wired. They may require one another, and `Needs`. */
export interface Parts<Needs> {
  readonly agentControl: Layer.Layer<AgentControl, CompositionError, Needs | Redactor | Settings | Spending>
  readonly memoryFs: Layer.Layer<MemoryFs, CompositionError, Needs | Redactor | Settings>
  readonly modelClient: Layer.Layer<ModelClient, CompositionError, Needs | Redactor | Settings | Spending>
  readonly progress: Layer.Layer<Progress>
  readonly sessionStore: Layer.Layer<SessionStore, never, Needs | Settings>
  readonly stateDb: Layer.Layer<StateDb, CompositionError, Needs | MemoryFs | SessionStore | Settings>
  readonly templates: Layer.Layer<Templates>
}

/**
 * Wires the layers of a pass. `Settings` and `Redactor` stay requirements of the result; this machine supplies the
 * canonical paths of directories.
 */
export const compose = <Needs>(
  parts: Parts<Needs>
): Layer.Layer<
  Exclude<PassServices, Redactor | Settings | WorkingDirectories> | Progress,
  CompositionError,
  Needs | Redactor | Settings
> =>
  Layer.merge(parts.modelClient, parts.agentControl).pipe(
    Layer.provideMerge(parts.stateDb),
    Layer.provideMerge(Layer.merge(parts.sessionStore, parts.memoryFs)),
    Layer.merge(Layer.merge(parts.templates, parts.progress))
  )

/**
 * Provides the state DB in the memories home. First checks that there is a Codex home, then creates the memories home.
 * Fails if either home is unusable, and as `open` does.
 */
export const stateDbInHome = <E, R>(open: (path: string) => Layer.Layer<StateDb, E, R>) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const { memoriesHome } = yield* Settings
      yield* (yield* SessionStore).check
      yield* (yield* MemoryFs).prepare
      return open(join(memoriesHome, "state.sqlite"))
    })
  )
