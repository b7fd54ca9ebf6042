import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateDbFailure } from "./StateDbError.js"

/** Checks the database for damage, and only reads it. Fails with `StateDbFailure`. */
export class Integrity extends Context.Tag("rollout-memories/state/Integrity")<
  Integrity,
  {
    /** Lists the faults of the database, one a line; empty when there are none. Reads the whole database. */
    readonly damage: Effect.Effect<ReadonlyArray<string>, StateDbFailure>
  }
>() {}
