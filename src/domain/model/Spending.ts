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

/** What one answer cost, in tokens. */
export interface TokenCounts {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** What somebody who was paid says that an answer cost: anything at all. */
export interface SaidCounts {
  readonly input: unknown
  readonly output: unknown
  /** Undefined and null where no total is told. */
  readonly total: unknown
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/**
 * What an answer cost, where what is said of it can be believed; undefined where it cannot. Both figures must be whole
 * numbers from 0 on, and above it for an answer that came; a total must not be below their sum. What a total has above it
 * counts as output: some servers tell the tokens of reasoning in the total alone.
 */
export const believed = ({ input, output, total }: SaidCounts, isAnswered: boolean): TokenCounts | undefined => {
  const least = isAnswered ? 1 : 0
  if (!isCount(input) || !isCount(output) || input < least || output < least) {
    return undefined
  }
  const sum = total ?? input + output
  return isCount(sum) && sum >= input + output ? { inputTokens: input, outputTokens: sum - input } : undefined
}

/** Tokens of a question and its answer together. */
export const costOf = ({ inputTokens, outputTokens }: TokenCounts): number => inputTokens + outputTokens

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
