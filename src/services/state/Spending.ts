import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { ReachedCap, Reservation, SpendingCaps } from "../../domain/model/Spending.js"
import type { StateDbFailure } from "./StateDb.js"

/**
 * The tokens that requests to models cost, by pass and by UTC day, shared by all processes. However many reserve at the same
 * moment, together they never get more than the caps. Fails with `StateDbFailure`.
 */
export class Spending extends Context.Tag("rollout-memories/state/Spending")<
  Spending,
  {
    /**
     * Takes a request's worst cost out of what is left of the caps, for this pass and for this UTC day, before it is made.
     * Returns the cap that stands in the way; then nothing was taken. A reservation that is never settled, because its
     * process was killed or nobody can tell, stays taken.
     */
    readonly reserve: (
      reservation: Reservation,
      caps: SpendingCaps
    ) => Effect.Effect<Option.Option<ReachedCap>, StateDbFailure>
    /** Puts the actual cost of a request, in tokens, in place of what was reserved for it. */
    readonly settle: (id: string, tokens: number) => Effect.Effect<void, StateDbFailure>
    /** Tokens that models took on a UTC day (`2026-03-02`). */
    readonly tokensOn: (day: string) => Effect.Effect<number, StateDbFailure>
  }
>() {}
