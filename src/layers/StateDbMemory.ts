import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ProcessTable } from "../services/ProcessTable.js"
import { StateDb } from "../services/StateDb.js"
import type { WorkingDirectories } from "../services/WorkingDirectories.js"
import * as Amends from "./statememory/Amends.js"
import * as Claims from "./statememory/Claims.js"
import * as Consolidations from "./statememory/Consolidations.js"
import * as Locks from "./statememory/Locks.js"
import * as Spending from "./statememory/Spending.js"
import { makeState } from "./statememory/State.js"
import * as Threads from "./statememory/Threads.js"

const make = Effect.map(makeState, (state) =>
  StateDb.of({
    ...Threads.make(state),
    ...Claims.make(state),
    ...Consolidations.make(state),
    ...Locks.make(state),
    ...Spending.make(),
    ...Amends.make(state)
  })
)

/** The state DB in memory, gone with its layer: for tests, and for hosts that keep nothing. Never fails but by `ClaimLost`. */
export const layer: Layer.Layer<StateDb, never, ProcessTable | WorkingDirectories> = Layer.effect(StateDb, make)
