/**
 * The windows and prices of models, as their vendors published them. Nothing else in the program knows a model by its
 * name. Prices are in US dollars for a million tokens, each from the UTC day on which it took effect; a cut or a rise is
 * a new entry, and older entries stay, so that the cost of an older day stays what it was.
 */

/** The prices of a model from a day on. */
export interface DatedPrice {
  /** The first UTC day of these prices, such as `2026-03-02`. */
  readonly since: string
  readonly input: number
  /** Input that the server read from its cache. */
  readonly cached: number
  readonly output: number
}

/** A length of prompts from which the vendor charges more for the whole request. */
export interface PriceStep {
  /** The largest number of input tokens at the ordinary price. */
  readonly tokens: number
  /** The factors by which the prices of longer prompts are higher, of input with its cache and of output. */
  readonly input: number
  readonly output: number
}

/** A known model. */
export interface KnownModel {
  /** The names of the model, without a date at their end. */
  readonly names: ReadonlyArray<string>
  /** Tokens of a request and its answer together. */
  readonly window: number
  readonly priceStep?: PriceStep
  /** The price of input that is written to the cache, as a multiple of the price of input; 1 if it is not extra. */
  readonly cacheWrite?: number
  /** True when a request may switch the cache off, since writing to it costs extra. */
  readonly hasCacheModes?: boolean
  /** The prices in the order of their days. The first one holds for earlier days too. */
  readonly prices: ReadonlyArray<DatedPrice>
}

/** The day on which this table was last compared with the vendors' price lists. */
export const knownModelsDate = "2026-11-27"

const price = (since: string, input: number, cached: number, output: number): DatedPrice => ({
  since,
  input,
  cached,
  output
})

const step = { window: 1_050_000, priceStep: { tokens: 272_000, input: 2, output: 1.5 } }
const explicitCache = { ...step, cacheWrite: 1.25, hasCacheModes: true }
const claude = { cacheWrite: 1.25 }

/** The known models of OpenAI, Anthropic and Google. */
export const knownModels: ReadonlyArray<KnownModel> = [
  { names: ["gpt-4o"], window: 128_000, prices: [price("2024-08-06", 2.5, 1.25, 10)] },
  { names: ["gpt-4o-mini"], window: 128_000, prices: [price("2024-07-18", 0.15, 0.075, 0.6)] },
  { names: ["gpt-4.1"], window: 1_047_576, prices: [price("2025-04-14", 2, 0.5, 8)] },
  { names: ["gpt-4.1-mini"], window: 1_047_576, prices: [price("2025-04-14", 0.4, 0.1, 1.6)] },
  { names: ["gpt-4.1-nano"], window: 1_047_576, prices: [price("2025-04-14", 0.1, 0.025, 0.4)] },
  { names: ["o3"], window: 200_000, prices: [price("2025-04-16", 10, 2.5, 40), price("2025-06-10", 2, 0.5, 8)] },
  { names: ["o4-mini"], window: 200_000, prices: [price("2025-04-16", 1.1, 0.275, 4.4)] },
  { names: ["gpt-5", "gpt-5-codex"], window: 400_000, prices: [price("2025-08-07", 1.25, 0.125, 10)] },
  { names: ["gpt-5-mini"], window: 400_000, prices: [price("2025-08-07", 0.25, 0.025, 2)] },
  { names: ["gpt-5-nano"], window: 400_000, prices: [price("2025-08-07", 0.05, 0.005, 0.4)] },
  {
    names: ["gpt-5.1", "gpt-5.1-codex", "gpt-5.1-codex-max"],
    window: 400_000,
    prices: [price("2025-11-13", 1.25, 0.125, 10)]
  },
  { names: ["gpt-5.2"], window: 400_000, prices: [price("2025-12-11", 1.75, 0.175, 14)] },
  { names: ["gpt-5.4"], ...step, prices: [price("2026-03-05", 2.5, 0.25, 15)] },
  { names: ["gpt-5.4-mini"], window: 400_000, prices: [price("2026-03-17", 0.75, 0.075, 4.5)] },
  { names: ["gpt-5.5"], ...step, prices: [price("2026-04-23", 5, 0.5, 30)] },
  {
    names: ["gpt-5.6", "gpt-5.6-sol"],
    ...explicitCache,
    prices: [price("2026-07-09", 5, 0.5, 30), price("2026-08-21", 4, 0.4, 20)]
  },
  {
    names: ["gpt-5.6-terra"],
    ...explicitCache,
    prices: [price("2026-07-09", 2.5, 0.25, 15), price("2026-07-30", 2, 0.2, 12)]
  },
  {
    names: ["gpt-5.6-luna"],
    ...explicitCache,
    prices: [price("2026-07-09", 1, 0.1, 6), price("2026-07-30", 0.2, 0.02, 1.2)]
  },
  { names: ["gpt-6-astra"], ...explicitCache, prices: [price("2026-09-03", 10, 1, 50)] },
  { names: ["gpt-6-sol"], ...explicitCache, prices: [price("2026-09-22", 2, 0.2, 10)] },
  { names: ["gpt-6-luna"], ...explicitCache, prices: [price("2026-09-22", 0.1, 0.01, 0.5)] },
  { names: ["gpt-6.1-sol"], ...explicitCache, prices: [price("2026-09-29", 2, 0.1, 10)] },
  { names: ["gpt-6.1-terra"], ...explicitCache, prices: [price("2026-10-26", 1, 0.05, 5)] },
  { names: ["claude-sonnet-4-5"], window: 200_000, ...claude, prices: [price("2025-09-29", 3, 0.3, 15)] },
  { names: ["claude-haiku-4-5"], window: 200_000, ...claude, prices: [price("2025-10-15", 1, 0.1, 5)] },
  { names: ["claude-opus-4-5"], window: 200_000, ...claude, prices: [price("2025-11-24", 5, 0.5, 25)] },
  { names: ["claude-sonnet-5"], window: 1_000_000, ...claude, prices: [price("2026-06-30", 2, 0.2, 10)] },
  { names: ["claude-opus-5"], window: 1_000_000, ...claude, prices: [price("2026-07-24", 5, 0.5, 25)] },
  { names: ["claude-fable-5-1"], window: 1_000_000, ...claude, prices: [price("2026-09-01", 10, 0.25, 50)] },
  { names: ["claude-opus-5-5"], window: 1_000_000, ...claude, prices: [price("2026-09-22", 4, 0.2, 20)] },
  {
    names: ["claude-sonnet-5-5"],
    window: 1_000_000,
    ...claude,
    prices: [price("2026-09-28", 2, 0.2, 10), price("2026-10-07", 2, 0.1, 10)]
  },
  {
    names: ["claude-haiku-5-5"],
    window: 1_000_000,
    priceStep: { tokens: 100_000, input: 5, output: 5 },
    ...claude,
    prices: [price("2026-10-07", 0.1, 0.01, 0.5)]
  },
  {
    names: ["gemini-2.5-pro"],
    window: 1_048_576,
    priceStep: { tokens: 200_000, input: 2, output: 1.5 },
    prices: [price("2025-06-17", 1.25, 0.31, 10)]
  },
  { names: ["gemini-2.5-flash"], window: 1_048_576, prices: [price("2025-06-17", 0.3, 0.075, 2.5)] },
  { names: ["gemini-2.5-flash-lite"], window: 1_048_576, prices: [price("2025-07-22", 0.1, 0.025, 0.4)] }
]

/** The windows of families of models, by the start of the name, for members that the table has no line for. */
export const familyWindows: ReadonlyArray<readonly [RegExp, number]> = [
  [/^gpt-4\.1/, 1_047_576],
  [/^(?:gpt-[5-9]|codex)/, 400_000],
  [/^o[134](?:-|$)/, 200_000],
  [/^gpt-4$/, 8_192],
  [/^gpt-3\.5/, 16_385],
  [/^claude-/, 200_000],
  [/^gemini-/, 1_048_576]
]
