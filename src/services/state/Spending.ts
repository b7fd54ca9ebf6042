import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { BillLine, ReachedCap, RequestCost, Reservation, SpendingCaps } from "../../domain/model/Spending.js"
import type { StateDbFailure } from "./StateDbError.js"

/**
 * The cost of model requests in tokens and money, by pass and by UTC day, shared by all processes. Concurrent reservations together
 * never exceed the caps. Fails with `StateDbFailure`.
 */
export class Spending extends Context.Tag("rollout-memories/state/Spending")<
  Spending,
  {
    /**
     * Reserves a request's worst-case cost, for this pass and for this UTC day, before the request is made. Returns the
     * cap that it would exceed; nothing is reserved then. A reservation that is never settled, for example after a
     * kill, keeps counting.
     */
    readonly reserve: (
      reservation: Reservation,
      caps: SpendingCaps
    ) => Effect.Effect<Option.Option<ReachedCap>, StateDbFailure>
    /** Replaces a reservation by the actual cost of its request. */
    readonly settle: (id: string, cost: RequestCost) => Effect.Effect<void, StateDbFailure>
    /** Returns the tokens spent on a UTC day, given as `2026-03-02`. */
    readonly tokensOn: (day: string) => Effect.Effect<number, StateDbFailure>
    /** The cost of all requests that are on record, by day, project and model, the newest day first. */
    readonly bill: Effect.Effect<ReadonlyArray<BillLine>, StateDbFailure>
  }
>() {}
