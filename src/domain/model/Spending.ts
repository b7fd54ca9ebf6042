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

/** The cost of a request. */
export interface RequestCost extends TokenCounts {
  /** Millionths of the currency of the prices; null when the prices are not known. */
  readonly money: number | null
}

/** The worst-case cost of a request, reserved before it is made. */
export interface Reservation {
  readonly id: string
  /** The owner id of the pass. */
  readonly pass: string
  /** The model with its API, such as `openai:gpt-5-mini`. */
  readonly model: string
  /** The directory whose memory the request is for; empty when it is not known. */
  readonly project: string
  readonly worst: RequestCost
}

/** The cost of the requests of one day for one project to one model. */
export interface BillLine {
  /** A UTC day, such as `2026-03-02`. */
  readonly day: string
  readonly project: string
  readonly model: string
  readonly requests: number
  /** Requests that count with their worst case, since their cost was never reported. */
  readonly atWorst: number
  readonly inputTokens: number
  readonly cachedTokens: number
  readonly outputTokens: number
  /** Millionths of the currency, of the requests whose prices were known. */
  readonly money: number
  /** Requests whose prices were not known, and which `money` leaves out. */
  readonly unpriced: number
}

/** A cap that a request would exceed. */
export interface ReachedCap {
  readonly cap: BudgetExhausted["cap"]
  readonly limit: number
}

/** Token counts of one request and its answer. */
export interface TokenCounts {
  /** All tokens of the input, those of a cache included. */
  readonly inputTokens: number
  readonly outputTokens: number
  /** Input that the server read from its cache; absent when it reports none. */
  readonly cachedTokens?: number | undefined
  /** Input that the server wrote to its cache; absent when it reports none. */
  readonly writtenTokens?: number | undefined
}

/** Token counts as a server reports them, unchecked. */
export interface ReportedCounts {
  readonly input: unknown
  readonly output: unknown
  /** The sum of input and output tokens as the server reports it; undefined or null if it reports none. */
  readonly total: unknown
  /** Input that was read from the server's cache. */
  readonly cached?: unknown
  /** Input that was written to the server's cache. */
  readonly written?: unknown
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/**
 * Checks reported token counts; undefined when they are implausible. Both counts must be non-negative integers,
 * positive when an answer arrived, and the total must not be below their sum. A larger total counts as output, since
 * some servers report reasoning tokens only there. Tokens of a cache count only if they are a part of the input: without
 * them the input has its full price.
 */
export const plausibleCounts = (
  { cached, input, output, total, written }: ReportedCounts,
  isAnswered: boolean
): TokenCounts | undefined => {
  const least = isAnswered ? 1 : 0
  if (!isCount(input) || !isCount(output) || input < least || output < least) {
    return undefined
  }
  const sum = total ?? input + output
  if (!isCount(sum) || sum < input + output) {
    return undefined
  }
  const read = isCount(cached) && cached <= input ? cached : 0
  const wrote = isCount(written) && written + read <= input ? written : 0
  return {
    inputTokens: input,
    outputTokens: sum - input,
    ...(read > 0 ? { cachedTokens: read } : {}),
    ...(wrote > 0 ? { writtenTokens: wrote } : {})
  }
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
