import { join } from "node:path"
import { describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as StateDbSqlite from "../../src/layers/state/StateDb.js"
import type { ProcessTable } from "../../src/services/ProcessTable.js"
import type { StateDbUnavailable } from "../../src/services/state/StateDbError.js"
import type { StateDb } from "../../src/services/state/StateDb.js"
import { temporaryFolder } from "./program.js"
import { amount } from "./sample.js"
import { capabilities, type Db, OneProcess } from "./rows.js"

/** Every way to have a state DB, and how often a property is tried on it. */
const layers: ReadonlyArray<{
  readonly name: string
  readonly layer: Layer.Layer<StateDb, StateDbUnavailable, ProcessTable>
  readonly numRuns: number
}> = [
  { name: "in memory", layer: StateDbSqlite.layerMemory, numRuns: amount(100, 20) },
  {
    name: "in a file",
    layer: Layer.unwrapScoped(
      Effect.map(temporaryFolder, (folder) =>
        StateDbSqlite.layerSqlite(join(folder, "state.sqlite"), { replaceCorrupt: false })
      )
    ),
    numRuns: amount(25, 5)
  }
]

/** The tools of a contract suite: each test has a state DB of its own, and the process that holds its claims and locks. */
export interface Contract {
  readonly provided: <A, E>(
    body: (db: Db, process: OneProcess) => Effect.Effect<A, E>
  ) => Effect.Effect<A, E | StateDbUnavailable>
  readonly test: <E>(title: string, body: (db: Db, process: OneProcess) => Effect.Effect<void, E>) => void
  readonly numRuns: number
}

/** Runs the contract suite of a capability against every way to have a state DB. */
export const contract = (capability: string, tests: (contract: Contract) => void): void => {
  for (const { layer, name, numRuns } of layers) {
    const provided: Contract["provided"] = (body) =>
      Effect.suspend(() => {
        const process = new OneProcess()
        return Effect.provide(
          Effect.flatMap(capabilities, (db) => body(db, process)),
          Layer.provide(layer, process.layer)
        )
      })
    describe(`${capability} ${name}`, () => {
      tests({ provided, numRuns, test: (title, body) => void it.effect(title, () => provided(body)) })
    })
  }
}
