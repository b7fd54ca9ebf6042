import * as DateTime from "effect/DateTime"
import type { BudgetExhausted } from "./ModelError.js"

/** What a user agreed to spend: in one pass, and in one UTC day by all passes together. Undefined is without a limit. */
export interface SpendingCaps {
  readonly maxTokens: number | undefined
  readonly maxRequests: number | undefined
  readonly maxTokensPerDay: number | undefined
  readonly maxRequestsPerDay: number | undefined
}

/** What requests have cost, or may yet cost: those under way count with the worst they can come to. */
export interface Spent {
  readonly tokens: number
  readonly requests: number
}

/** One request that is about to be made. */
export interface Reservation {
  readonly id: string
  /** The owner id of the pass. */
  readonly pass: string
  /** Input and answer, at worst. */
  readonly tokens: number
}

/** A cap that a request does not fit under any more. */
export interface ReachedCap {
  readonly cap: BudgetExhausted["cap"]
  readonly limit: number
}

/** The first cap that one more request of so many tokens would go over; undefined where it fits. */
export const reachedCap = (caps: SpendingCaps, inPass: Spent, inDay: Spent, tokens: number): ReachedCap | undefined => {
  const checks: ReadonlyArray<readonly [BudgetExhausted["cap"], number | undefined, number]> = [
    ["--max-requests", caps.maxRequests, inPass.requests + 1],
    ["--max-tokens", caps.maxTokens, inPass.tokens + tokens],
    ["--max-requests-per-day", caps.maxRequestsPerDay, inDay.requests + 1],
    ["--max-tokens-per-day", caps.maxTokensPerDay, inDay.tokens + tokens]
  ]
  const reached = checks.find(([, limit, needed]) => limit !== undefined && needed > limit)
  return reached === undefined ? undefined : { cap: reached[0], limit: reached[1] ?? 0 }
}

/** The UTC day of a time in Unix milliseconds, as `2026-03-02`. */
export const dayOf = (milliseconds: number): string => DateTime.formatIsoDateUtc(DateTime.unsafeMake(milliseconds))
