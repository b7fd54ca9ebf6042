import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { knownModels, knownModelsDate } from "../../../src/domain/model/KnownModels.js"
import { inputRoom, isWindowGuessed, moneyOf, pricesOf } from "../../../src/domain/model/ModelFacts.js"
import { nonEmpty } from "../../support/nonEmpty.js"

const noPrices = { input: undefined, output: undefined }
const room = { given: undefined, output: 16_000, overhead: 512 }

describe("the table of known models", () => {
  it("a line of the table has prices in the order of their days, none of them later than the table", () => {
    for (const { prices, window } of nonEmpty(knownModels)) {
      const days = nonEmpty(prices).map(({ since }) => since)
      assert.deepStrictEqual(days, [...days].sort())
      assert.isAtMost(Date.parse(days.at(-1) ?? ""), Date.parse(knownModelsDate))
      assert.isAbove(window, 0)
      for (const { cached, input, output } of nonEmpty(prices)) {
        assert.isTrue(cached <= input && input < output)
      }
    }
  })

  it("a name stands in the table once", () => {
    const names = knownModels.flatMap(({ names }) => names)
    assert.strictEqual(new Set(names).size, names.length)
  })
})

describe("the window of a request", () => {
  it("a prompt stays below the length from which the vendor charges more, unless the user sets a window", () => {
    assert.strictEqual(inputRoom("gpt-6-sol", room), 272_000 - 512)
    assert.strictEqual(inputRoom("claude-haiku-5-5-20261007", room), 100_000 - 512)
    assert.strictEqual(inputRoom("models/gemini-2.5-pro", room), 200_000 - 512)
    assert.strictEqual(inputRoom("gpt-6-sol", { ...room, given: 500_000 }), 500_000 - 16_512)
  })

  it("a prompt leaves room for the answer where the price has no step", () => {
    assert.strictEqual(inputRoom("gpt-5-mini-2025-08-07", room), 400_000 - 16_512)
    assert.strictEqual(inputRoom("gpt-5-of-the-future", room), 400_000 - 16_512)
    assert.strictEqual(inputRoom("qwen3", room), 128_000 - 16_512)
    assert.strictEqual(inputRoom("qwen3", { ...room, given: 1_000 }), 0)
  })

  it("a window is guessed only for a model of no known family, if the user set none", () => {
    assert.isTrue(isWindowGuessed("qwen3", undefined))
    assert.isFalse(isWindowGuessed("qwen3", 32_000))
    assert.isFalse(isWindowGuessed("gpt-5-of-the-future", undefined))
  })
})

describe("the cost of a request in money", () => {
  const million = { inputTokens: 100_000, outputTokens: 10_000 }

  it("a price is the one of the request's day, and that of the first day before it", () => {
    const on = (day: string) => pricesOf("gpt-5.6-luna", day, "unset", noPrices)?.input
    assert.deepStrictEqual(
      ["2026-01-01", "2026-07-09", "2026-07-29", "2026-07-30", "2027-01-01"].map(on),
      [1, 1, 1, 0.2, 0.2]
    )
  })

  it("a request costs its input, cached and not, and its output", () => {
    const prices = pricesOf("gpt-5-mini", "2026-11-27", "unset", noPrices)
    assert.strictEqual(moneyOf(million, prices), 45_000)
    assert.strictEqual(moneyOf({ ...million, cachedTokens: 80_000 }, prices), 5_000 + 2_000 + 20_000)
  })

  it("a request that writes to the cache, or is longer than the price's step, costs more", () => {
    const claude = pricesOf("claude-sonnet-5-5", "2026-11-27", "unset", noPrices)
    assert.strictEqual(moneyOf({ ...million, writtenTokens: 100_000 }, claude), 250_000 + 100_000)
    const haiku = pricesOf("claude-haiku-5-5", "2026-11-27", "unset", noPrices)
    assert.strictEqual(moneyOf({ inputTokens: 100_000, outputTokens: 0 }, haiku), 10_000)
    assert.strictEqual(moneyOf({ inputTokens: 100_001, outputTokens: 0 }, haiku), 50_001)
  })

  it("a request of a slower tier costs half", () => {
    assert.strictEqual(moneyOf(million, pricesOf("gpt-5-mini", "2026-11-27", "flex", noPrices)), 22_500)
  })

  it("a price of the user goes before the table, and an unknown model has none", () => {
    const given = pricesOf("gpt-5-mini", "2026-11-27", "unset", { input: 1, output: 2 })
    assert.strictEqual(moneyOf({ ...million, cachedTokens: 80_000 }, given), 120_000)
    assert.isNull(moneyOf(million, pricesOf("qwen3", "2026-11-27", "unset", noPrices)))
    assert.isDefined(pricesOf("gpt-5-mini", "2026-11-27", "unset", { input: 1, output: undefined }))
  })

  it.prop(
    "a request never costs less when it has more tokens, or fewer of them were cached",
    [Schema.Int.pipe(Schema.between(0, 200_000)), Schema.Int.pipe(Schema.between(0, 200_000))],
    ([some, more]) => {
      const prices = pricesOf("gpt-6.1-sol", "2026-11-27", "unset", noPrices)
      const cost = (inputTokens: number, cachedTokens = 0) =>
        moneyOf({ inputTokens, outputTokens: 1, cachedTokens }, prices)
      const [low, high] = [Math.min(some, more), Math.max(some, more)]
      return Number(cost(high)) >= Number(cost(low)) && Number(cost(high, low)) <= Number(cost(high))
    }
  )
})
