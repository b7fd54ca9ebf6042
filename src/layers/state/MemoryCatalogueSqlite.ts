import { existsSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { MemoryCatalogue } from "../../services/MemoryCatalogue.js"
import type { ProcessTable } from "../../services/ProcessTable.js"
import type { StateDbUnavailable } from "../../services/StateDb.js"
import type { WorkingDirectories } from "../../services/WorkingDirectories.js"
import * as Catalogue from "./Catalogue.js"
import { emptyConnection, readConnection } from "./sqlite/Connection.js"
import { migrate, requireLatest } from "./sqlite/Migrations.js"
import { makeTools } from "./sqlite/Operation.js"

const make = Effect.map(makeTools("read"), Catalogue.make)

/**
 * The catalogue of the state DB at a path, opened for reading alone. Where there is none nothing was learned yet, and none
 * is made. Fails with `StateDbUnavailable` where there is one that cannot be used, or is of another version.
 */
export const layer = (
  path: string
): Layer.Layer<MemoryCatalogue, StateDbUnavailable, ProcessTable | WorkingDirectories> =>
  Layer.unwrapEffect(
    Effect.sync(() =>
      existsSync(path)
        ? Layer.provide(Layer.effect(MemoryCatalogue, Effect.zipRight(requireLatest(path), make)), readConnection(path))
        : Layer.provide(Layer.effect(MemoryCatalogue, Effect.zipRight(migrate(path), make)), emptyConnection)
    )
  )
