import { randomUUID } from "node:crypto"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import { BudgetExhausted, type ModelSubject } from "../../../domain/model/ModelError.js"
import type { RequestCost } from "../../../domain/model/Spending.js"
import { Spending } from "../../../services/state/Spending.js"
import type { StateDbFailure } from "../../../services/state/StateDbError.js"
import { Settings } from "../../../settings/Settings.js"

/** A request whose cost has to be reserved before it is sent. */
export interface Purchase {
  readonly pass: string
  readonly subject: ModelSubject
  /** The model with its API, and the directory whose memory the request is for. */
  readonly model: string
  readonly project: string
  /**
   * Upper bounds of the cost: `cheap` is known at once, `exact` is lower and requires counting the request's tokens.
   */
  readonly worst: { readonly cheap: Effect.Effect<RequestCost>; readonly exact: Effect.Effect<RequestCost> }
}

/** Records the actual cost of a request. */
export type Settle = (cost: RequestCost) => Effect.Effect<void, StateDbFailure>

interface Outstanding {
  readonly count: number
  /** Completed when the next request ends. */
  readonly next: Deferred.Deferred<void>
}

const make = Effect.gen(function* () {
  const spending = yield* Spending
  const caps = yield* Settings
  const outstanding = yield* Ref.make<Outstanding>({ count: 0, next: yield* Deferred.make<void>() })

  const began = Ref.update(outstanding, ({ count, next }) => ({ count: count + 1, next }))

  const ended = Effect.gen(function* () {
    const next = yield* Deferred.make<void>()
    const before = yield* Ref.getAndUpdate(outstanding, ({ count }) => ({ count: count - 1, next }))
    yield* Deferred.succeed(before.next, undefined)
  })

  /**
   * Reserves the `cheap` bound, and if that exceeds a cap, the `exact` one. A request that does not fit waits while
   * other requests of this process are in progress: most cost far less than their worst case, so it may fit once they
   * are settled.
   */
  const reserve = Effect.fnUntraced(function* ({ model, pass, project, subject, worst }: Purchase) {
    const about = { id: randomUUID(), pass, model, project }
    const cheap = yield* worst.cheap
    for (;;) {
      const before = yield* Ref.get(outstanding)
      const atOnce = yield* spending.reserve({ ...about, worst: cheap }, caps)
      const refused = Option.isNone(atOnce)
        ? atOnce
        : yield* spending.reserve({ ...about, worst: yield* worst.exact }, caps)
      if (Option.isNone(refused)) {
        yield* began
        return about.id
      }
      const now = yield* Ref.get(outstanding)
      if (now.count > 0) {
        yield* Deferred.await(now.next)
      } else if (before.count === 0 && before.next === now.next) {
        return yield* new BudgetExhausted({ subject, ...refused.value })
      }
    }
  })

  return Ledger.of({
    spend: (purchase, use) =>
      Effect.acquireUseRelease(
        Effect.interruptible(reserve(purchase)),
        (id) => use((cost) => spending.settle(id, cost)),
        () => ended
      )
  })
})

/**
 * Enforces the caps on spending. The worst-case cost of a request is reserved before it is made; a request that is
 * never settled counts with its worst case.
 */
export class Ledger extends Context.Tag("rollout-memories/Ledger")<
  Ledger,
  {
    readonly spend: <A, E, R>(
      purchase: Purchase,
      use: (settle: Settle) => Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E | BudgetExhausted | StateDbFailure, R>
  }
>() {
  /** Provides the ledger over the spending that all processes share. */
  static readonly layer: Layer.Layer<Ledger, never, Settings | Spending> = Layer.effect(Ledger, make)
}
