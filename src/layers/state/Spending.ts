import * as SqlSchema from "@effect/sql/SqlSchema"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import {
  costOf,
  dayOf,
  reachedCap,
  type RequestCost,
  type Reservation,
  type SpendingCaps
} from "../../domain/model/Spending.js"
import { Spending } from "../../services/state/Spending.js"
import { Queries } from "./sqlite/Queries.js"
import { findAll } from "./sqlite/Rows.js"

/** Time after which the record of a request's cost is deleted: 400 days, so that a bill covers a year. */
const keptMilliseconds = 400 * 86_400_000

/** Number that stands for a missing cap in an SQL statement. */
const unlimited = Number.MAX_SAFE_INTEGER

/**
 * Sums of tokens and requests, for a pass and for a day. Tokens are not required to be whole numbers, since an earlier
 * version stored implausible counts from servers.
 */
const SumsRow = Schema.Struct({
  passTokens: Schema.Number,
  passRequests: Schema.Int,
  dayTokens: Schema.Number,
  dayRequests: Schema.Int
})

const BillRow = Schema.Struct({
  day: Schema.String,
  project: Schema.String,
  model: Schema.String,
  requests: Schema.Int,
  atWorst: Schema.Int,
  inputTokens: Schema.Number,
  cachedTokens: Schema.Number,
  outputTokens: Schema.Number,
  money: Schema.Number,
  unpriced: Schema.Int
})

const make = Effect.map(Queries, ({ sql, statement, transaction }) => {
  const sumsOf = SqlSchema.single({
    Request: Schema.Struct({ pass: Schema.String, day: Schema.String }),
    Result: SumsRow,
    execute: ({ day, pass }) => sql`SELECT
        total(CASE WHEN pass = ${pass} THEN tokens ELSE 0 END) AS pass_tokens,
        coalesce(sum(CASE WHEN pass = ${pass} THEN 1 ELSE 0 END), 0) AS pass_requests,
        total(CASE WHEN day = ${day} THEN tokens ELSE 0 END) AS day_tokens,
        coalesce(sum(CASE WHEN day = ${day} THEN 1 ELSE 0 END), 0) AS day_requests
      FROM model_spending WHERE pass = ${pass} OR day = ${day}`
  })

  const tokensOn = SqlSchema.single({
    Request: Schema.String,
    Result: Schema.Struct({ tokens: Schema.Int }),
    execute: (day) => sql`SELECT CAST(min(total(tokens), ${Number.MAX_SAFE_INTEGER}) AS INTEGER) AS tokens
      FROM model_spending WHERE day = ${day}`
  })

  /**
   * Reserves by a single statement if the caps allow it, which is the usual case. Returns whether it reserved. Its
   * conditions are those of `reachedCap`, which names the exceeded cap when this statement refuses.
   */
  const take = Effect.fnUntraced(function* (reservation: Reservation, caps: SpendingCaps) {
    const { id, model, pass, project, worst } = reservation
    const day = dayOf(yield* Clock.currentTimeMillis)
    const tokens = costOf(worst)
    const taken = yield* sql`INSERT INTO model_spending
        (id, pass, day, tokens, model, project, input_tokens, output_tokens, money)
      SELECT ${id}, ${pass}, ${day}, ${tokens}, ${model}, ${project}, ${worst.inputTokens}, ${worst.outputTokens},
        ${worst.money}
      FROM (SELECT count(*) AS requests, total(tokens) AS tokens FROM model_spending WHERE pass = ${pass}) AS in_pass,
        (SELECT count(*) AS requests, total(tokens) AS tokens FROM model_spending WHERE day = ${day}) AS in_day
      WHERE in_pass.requests < ${caps.maxRequests ?? unlimited}
        AND in_pass.tokens + ${tokens} <= ${caps.maxTokens ?? unlimited}
        AND in_day.requests < ${caps.maxRequestsPerDay ?? unlimited}
        AND in_day.tokens + ${tokens} <= ${caps.maxTokensPerDay ?? unlimited}
      RETURNING id`
    return taken.length > 0
  })

  /** Returns the cap that the reservation would exceed. If by now there is none, reserves instead, and returns none. */
  const takeOrRefuse = Effect.fnUntraced(function* (reservation: Reservation, caps: SpendingCaps) {
    const { id, model, pass, project, worst } = reservation
    const { inputTokens, money, outputTokens } = worst
    const day = dayOf(yield* Clock.currentTimeMillis)
    const tokens = costOf(worst)
    const sums = yield* sumsOf({ pass, day })
    const reached = reachedCap(
      caps,
      { tokens: sums.passTokens, requests: sums.passRequests },
      { tokens: sums.dayTokens, requests: sums.dayRequests },
      tokens
    )
    if (reached === undefined) {
      const row = { id, pass, day, tokens, model, project, inputTokens, outputTokens, money }
      yield* sql`INSERT INTO model_spending ${sql.insert(row)}`
    }
    return Option.fromNullable(reached)
  })

  const replace = (id: string, cost: RequestCost) => sql`UPDATE model_spending SET is_settled = 1,
      tokens = ${costOf(cost)}, input_tokens = ${cost.inputTokens}, output_tokens = ${cost.outputTokens},
      cached_tokens = ${cost.cachedTokens ?? 0}, money = ${cost.money}
    WHERE id = ${id}`

  const bill = findAll({
    Request: Schema.Void,
    Result: BillRow,
    execute: () => sql`SELECT day, project, model, count(*) AS requests, sum(1 - is_settled) AS at_worst,
        sum(input_tokens) AS input_tokens, sum(cached_tokens) AS cached_tokens, sum(output_tokens) AS output_tokens,
        coalesce(sum(money), 0) AS money, sum(money IS NULL) AS unpriced
      FROM model_spending WHERE tokens > 0 GROUP BY day, project, model ORDER BY day DESC, project, model`
  })

  let dropped: string | undefined
  const dropOld = Effect.gen(function* () {
    const oldest = dayOf((yield* Clock.currentTimeMillis) - keptMilliseconds)
    if (oldest !== dropped) {
      yield* sql`DELETE FROM model_spending WHERE day < ${oldest}`
      dropped = oldest
    }
  })

  return Spending.of({
    reserve: Effect.fnUntraced(function* (reservation, caps) {
      yield* statement("Spending.reserve")(dropOld)
      return (yield* statement("Spending.reserve")(take(reservation, caps)))
        ? Option.none()
        : yield* transaction("Spending.reserve")(takeOrRefuse(reservation, caps))
    }),
    settle: (id, cost) => statement("Spending.settle")(Effect.asVoid(replace(id, cost))),
    bill: statement("Spending.bill")(bill()),
    tokensOn: (day) => statement("Spending.tokensOn")(Effect.map(tokensOn(day), ({ tokens }) => tokens))
  })
})

/** Stores spending in the table `model_spending`, with a row for each request. */
export const layer: Layer.Layer<Spending, never, Queries> = Layer.effect(Spending, make)
