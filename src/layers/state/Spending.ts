import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { dayOf, type Reservation, reachedCap, type SpendingCaps } from "../../domain/model/Spending.js"
import type { Tools } from "./sqlite/Operation.js"

/** Days for which what was spent is kept. */
const keptMilliseconds = 31 * 86_400_000

/** Tokens may come to more than whole numbers hold, where an earlier version wrote down what a server had made up. */
const Sums = Schema.Tuple(
  Schema.Struct({
    passTokens: Schema.Number,
    passRequests: Schema.Int,
    dayTokens: Schema.Number,
    dayRequests: Schema.Int
  })
)
const decodeSums = Schema.decodeUnknown(Sums)

/** No cap, where a statement needs one. */
const unlimited = Number.MAX_SAFE_INTEGER

/** The operations on what models cost. */
export const make = ({ sql, statement, transaction }: Tools) => {
  /**
   * Takes what fits in one statement, which is all that most requests need; returns whether it did. What fits is what
   * `reachedCap` lets through; that one alone says which cap it was.
   */
  const take = Effect.fnUntraced(function* ({ id, pass, tokens }: Reservation, caps: SpendingCaps) {
    const day = dayOf(yield* Clock.currentTimeMillis)
    const taken = yield* sql`INSERT INTO model_spending (id, pass, day, tokens) SELECT ${id}, ${pass}, ${day}, ${tokens}
      FROM (SELECT count(*) AS requests, total(tokens) AS tokens FROM model_spending WHERE pass = ${pass}) AS in_pass,
        (SELECT count(*) AS requests, total(tokens) AS tokens FROM model_spending WHERE day = ${day}) AS in_day
      WHERE in_pass.requests < ${caps.maxRequests ?? unlimited}
        AND in_pass.tokens + ${tokens} <= ${caps.maxTokens ?? unlimited}
        AND in_day.requests < ${caps.maxRequestsPerDay ?? unlimited}
        AND in_day.tokens + ${tokens} <= ${caps.maxTokensPerDay ?? unlimited}
      RETURNING id`
    return taken.length > 0
  })

  /** Says which cap stands in the way, or takes what fits by now. */
  const reserve = Effect.fnUntraced(function* ({ id, pass, tokens }: Reservation, caps: SpendingCaps) {
    const day = dayOf(yield* Clock.currentTimeMillis)
    const rows = yield* sql`SELECT
        total(CASE WHEN pass = ${pass} THEN tokens ELSE 0 END) AS pass_tokens,
        coalesce(sum(CASE WHEN pass = ${pass} THEN 1 ELSE 0 END), 0) AS pass_requests,
        total(CASE WHEN day = ${day} THEN tokens ELSE 0 END) AS day_tokens,
        coalesce(sum(CASE WHEN day = ${day} THEN 1 ELSE 0 END), 0) AS day_requests
      FROM model_spending WHERE pass = ${pass} OR day = ${day}`
    const [sums] = yield* decodeSums(rows)
    const reached = reachedCap(
      caps,
      { tokens: sums.passTokens, requests: sums.passRequests },
      { tokens: sums.dayTokens, requests: sums.dayRequests },
      tokens
    )
    if (reached === undefined) {
      yield* sql`INSERT INTO model_spending ${sql.insert({ id, pass, day, tokens })}`
    }
    return Option.fromNullable(reached)
  })

  let dropped: string | undefined
  const dropOld = Effect.gen(function* () {
    const oldest = dayOf((yield* Clock.currentTimeMillis) - keptMilliseconds)
    if (oldest !== dropped) {
      yield* sql`DELETE FROM model_spending WHERE day < ${oldest}`
      dropped = oldest
    }
  })

  return {
    reserveSpending: Effect.fnUntraced(function* (reservation: Reservation, caps: SpendingCaps) {
      yield* statement("reserveSpending")(dropOld)
      return (yield* statement("reserveSpending")(take(reservation, caps)))
        ? Option.none()
        : yield* transaction("reserveSpending")(reserve(reservation, caps))
    }),
    settleSpending: (id: string, tokens: number) =>
      statement("settleSpending")(sql`UPDATE model_spending SET tokens = ${tokens} WHERE id = ${id}`).pipe(
        Effect.asVoid
      )
  }
}
