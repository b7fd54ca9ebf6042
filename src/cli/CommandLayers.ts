import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryCatalogueSqlite from "../layers/state/MemoryCatalogueSqlite.js"
import * as MemoryInspectionLayer from "../layers/memory/Inspection.js"
import { SessionStore } from "../services/SessionStore.js"
import { Settings } from "../settings/Settings.js"

/** The catalogue of the memories home. Without a state DB there must at least be sessions to learn from. */
const catalogue = Layer.unwrapEffect(
  Effect.gen(function* () {
    const { memoriesHome } = yield* Settings
    const path = join(memoriesHome, "state.sqlite")
    if (!existsSync(path)) {
      yield* (yield* SessionStore).check
    }
    return MemoryCatalogueSqlite.layer(path)
  })
)

/** The layers of commands that read the state DB. */
export const looking = Layer.merge(catalogue, MemoryInspectionLayer.layer)
