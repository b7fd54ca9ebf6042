import type { TokenCounts } from "./Spending.js"
import { type DatedPrice, familyWindows, type KnownModel, knownModels, type PriceStep } from "./KnownModels.js"

/** Context window of an unknown model, in tokens; most current models have at least this much. */
const usualWindow = 128_000

/** A date or `latest` at the end of a name: `-2025-08-07`, `-20250929`, `-latest`. */
const nameEnd = /-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$/

/** Finds a model by its name, with or without a date; `models/` before it, as Google writes it, does not count. */
export const knownModel = (name: string): KnownModel | undefined => {
  const bare = name.replace(/^models\//, "")
  return knownModels.find(({ names }) => names.includes(bare) || names.includes(bare.replace(nameEnd, "")))
}

/**
 * The context window of a model in tokens; undefined for an unknown one. A server with a smaller window rejects larger
 * requests, and says so.
 */
const windowOf = (name: string): number | undefined =>
  knownModel(name)?.window ?? familyWindows.find(([start]) => start.test(name.replace(/^models\//, "")))?.[1]

/** The limits of a request: a size that the user set, or what is known of the model. */
export interface WindowRoom {
  /** The window that the user set; undefined takes the model's. */
  readonly given: number | undefined
  /** Tokens of the answer. */
  readonly output: number
  /** Tokens that the server adds to a request. */
  readonly overhead: number
}

/**
 * Maximum tokens of a request's input: the window without room for the answer, but not more than the input from which
 * the vendor charges a higher price. A window that the user set goes before both.
 */
export const inputRoom = (name: string, { given, output, overhead }: WindowRoom): number => {
  const whole = (given ?? windowOf(name) ?? usualWindow) - Math.min(output, given ?? Infinity) - overhead
  const cheap = given === undefined ? (knownModel(name)?.priceStep?.tokens ?? Infinity) - overhead : Infinity
  return Math.max(0, Math.min(whole, cheap))
}

/** Prices of a million tokens, in US dollars or in the currency of the user's own prices. */
export interface Prices {
  readonly input: number
  readonly cached: number
  readonly cacheWritten: number
  readonly output: number
  /** The length of prompts from which all prices are higher; undefined when there is none. */
  readonly step: PriceStep | undefined
}

/** Prices that the user set. Cached input then costs as much as other input, which is the most that it can cost. */
export interface GivenPrices {
  readonly input: number | undefined
  readonly output: number | undefined
}

const priceOn = (prices: ReadonlyArray<DatedPrice>, day: string): DatedPrice | undefined =>
  prices.findLast(({ since }) => since <= day) ?? prices[0]

/** The factor by which OpenAI's service tiers change the price; other tiers leave it. */
const tierFactors: { readonly [tier: string]: number | undefined } = { flex: 0.5, priority: 2 }

/**
 * The prices of a model on a UTC day such as `2026-03-02`: the user's own, else the vendor's; undefined when neither is
 * known.
 */
export const pricesOf = (name: string, day: string, tier: string, given: GivenPrices): Prices | undefined => {
  if (given.input !== undefined && given.output !== undefined) {
    return { input: given.input, cached: given.input, cacheWritten: given.input, output: given.output, step: undefined }
  }
  const known = knownModel(name)
  const dated = known === undefined ? undefined : priceOn(known.prices, day)
  const factor = tierFactors[tier] ?? 1
  return known === undefined || dated === undefined
    ? undefined
    : {
        input: dated.input * factor,
        cached: dated.cached * factor,
        cacheWritten: dated.input * (known.cacheWrite ?? 1) * factor,
        output: dated.output * factor,
        step: known.priceStep
      }
}

/** The cost of a request in millionths of the currency, rounded up; null without prices. */
export const moneyOf = (
  { cachedTokens = 0, inputTokens, outputTokens, writtenTokens = 0 }: TokenCounts,
  prices: Prices | undefined
): number | null => {
  if (prices === undefined) {
    return null
  }
  const { cacheWritten, cached, input, output, step } = prices
  const above = step !== undefined && inputTokens > step.tokens ? step : { input: 1, output: 1 }
  const read =
    (inputTokens - cachedTokens - writtenTokens) * input + cachedTokens * cached + writtenTokens * cacheWritten
  // Beyond millionths a sum of decimal fractions is off by less than this; without it a whole sum would be rounded up.
  return Math.ceil(read * above.input + outputTokens * output * above.output - 1e-6)
}

/** True when neither the table nor a setting knows the window of a model. */
export const isWindowGuessed = (name: string, given: number | undefined): boolean =>
  given === undefined && windowOf(name) === undefined
