import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as StateDb from "../layers/state/StateDb.js"
import * as MemoryInspectionLayer from "../layers/memory/Inspection.js"
import * as MemoryFsLayer from "../layers/memory/MemoryFs.js"
import { SessionStore } from "../services/SessionStore.js"
import { Settings } from "../settings/Settings.js"

/**
 * The state DB of the memories home, opened for reading. If it does not exist, checks that there are sessions to learn
 * from, so that a wrong path is reported.
 */
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

/** The services of commands that only read memories: their state DB is open for reading only. */
export const looking = Layer.mergeAll(stateDb, MemoryFsLayer.layer, MemoryInspectionLayer.layer)

/** The services that commands which change memories need in addition to those of a pass. */
export const amending = MemoryInspectionLayer.layer
