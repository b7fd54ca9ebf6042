import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { dayOf, type Reservation, reachedCap, type SpendingCaps } from "../../domain/Spending.js"
import type { Tools } from "./Operation.js"

/** Days for which what was spent is kept. */
const keptMilliseconds = 31 * 86_400_000

const Sums = Schema.Tuple(
  Schema.Struct({
    passTokens: Schema.Int,
    passRequests: Schema.Int,
    dayTokens: Schema.Int,
    dayRequests: Schema.Int
  })
)
const decodeSums = Schema.decodeUnknown(Sums)

/** The operations on what models cost. */
export const make = ({ sql, statement, transaction }: Tools) => {
  const reserve = Effect.fnUntraced(function* ({ id, pass, tokens }: Reservation, caps: SpendingCaps) {
    const now = yield* Clock.currentTimeMillis
    const day = dayOf(now)
    yield* sql`DELETE FROM model_spending WHERE day < ${dayOf(now - keptMilliseconds)}`
    const rows = yield* sql`SELECT
        coalesce(sum(CASE WHEN pass = ${pass} THEN tokens ELSE 0 END), 0) AS pass_tokens,
        coalesce(sum(CASE WHEN pass = ${pass} THEN 1 ELSE 0 END), 0) AS pass_requests,
        coalesce(sum(CASE WHEN day = ${day} THEN tokens ELSE 0 END), 0) AS day_tokens,
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

  return {
    reserveSpending: (reservation: Reservation, caps: SpendingCaps) =>
      transaction("reserveSpending")(reserve(reservation, caps)),
    settleSpending: (id: string, tokens: number) =>
      statement("settleSpending")(sql`UPDATE model_spending SET tokens = ${tokens} WHERE id = ${id}`).pipe(
        Effect.asVoid
      )
  }
}
