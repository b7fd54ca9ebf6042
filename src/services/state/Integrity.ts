import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateDbFailure } from "./StateDb.js"

/** The soundness of the database itself. Reads only. Fails with `StateDbFailure`. */
export class Integrity extends Context.Tag("rollout-memories/state/Integrity")<
  Integrity,
  {
    /** The faults of the database, one a line; empty when there is none. Reads the whole database. */
    readonly damage: Effect.Effect<ReadonlyArray<string>, StateDbFailure>
  }
>() {}
