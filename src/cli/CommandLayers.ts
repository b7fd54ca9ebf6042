import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as StateDb from "../layers/state/StateDb.js"
import * as MemoryInspectionLayer from "../layers/memory/Inspection.js"
import * as MemoryFsLayer from "../layers/memory/MemoryFs.js"
import { SessionStore } from "../services/SessionStore.js"
import { Settings } from "../settings/Settings.js"

/** The state DB of the memories home. Without one there must at least be sessions to learn from. */
const stateDb = Layer.unwrapEffect(
  Effect.gen(function* () {
    const { memoriesHome } = yield* Settings
    const path = join(memoriesHome, "state.sqlite")
    if (!existsSync(path)) {
      yield* (yield* SessionStore).check
    }
    return StateDb.layerReadOnly(path)
  })
)

/** The layers of commands that look at memories. */
export const looking = Layer.mergeAll(stateDb, MemoryFsLayer.layer, MemoryInspectionLayer.layer)

/** The layers of commands that change memories, beside the services of a pass. */
export const amending = MemoryInspectionLayer.layer
