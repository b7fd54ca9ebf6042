import * as DateTime from "effect/DateTime"
import type { BudgetExhausted } from "./ModelError.js"

/** The user's limits on spending, in one pass and in one UTC day for all passes together. Undefined means no limit. */
export interface SpendingCaps {
  readonly maxTokens: number | undefined
  readonly maxRequests: number | undefined
  readonly maxTokensPerDay: number | undefined
  readonly maxRequestsPerDay: number | undefined
}

/** Tokens and requests spent. Requests in progress count with their worst-case cost. */
export interface Spent {
  readonly tokens: number
  readonly requests: number
}

/** The worst-case cost of a request, reserved before it is made. */
export interface Reservation {
  readonly id: string
  /** The owner id of the pass. */
  readonly pass: string
  /** Worst-case tokens of input and answer together. */
  readonly tokens: number
}

/** A cap that a request would exceed. */
export interface ReachedCap {
  readonly cap: BudgetExhausted["cap"]
  readonly limit: number
}

/** Token counts of one request and its answer. */
export interface TokenCounts {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** Token counts as a server reports them, unchecked. */
export interface ReportedCounts {
  readonly input: unknown
  readonly output: unknown
  /** The sum of input and output tokens as the server reports it; undefined or null if it reports none. */
  readonly total: unknown
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/**
 * Checks reported token counts; undefined when they are implausible. Both counts must be non-negative integers,
 * positive when an answer arrived, and the total must not be below their sum. A larger total counts as output, since
 * some servers report reasoning tokens only there.
 */
export const plausibleCounts = (
  { input, output, total }: ReportedCounts,
  isAnswered: boolean
): TokenCounts | undefined => {
  const least = isAnswered ? 1 : 0
  if (!isCount(input) || !isCount(output) || input < least || output < least) {
    return undefined
  }
  const sum = total ?? input + output
  return isCount(sum) && sum >= input + output ? { inputTokens: input, outputTokens: sum - input } : undefined
}

/**
 * True if the number of input tokens that a server reports is plausible for a request that we counted as `sent` tokens.
 * Tokenizers differ somewhat, but a server that reports less than half would let any number of requests pass under a
 * cap.
 */
export const isPlausibleInput = ({ inputTokens }: TokenCounts, sent: number): boolean => inputTokens * 2 >= sent

/** Tokens of a request and its answer together. */
export const costOf = ({ inputTokens, outputTokens }: TokenCounts): number => inputTokens + outputTokens

/** The first cap that one more request of `tokens` would exceed; undefined when it fits. */
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

/** The UTC date of a time in Unix milliseconds, such as `2026-03-02`. */
export const dayOf = (milliseconds: number): string => DateTime.formatIsoDateUtc(DateTime.unsafeMake(milliseconds))
