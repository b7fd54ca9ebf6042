import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { answers, excerptOf, fold, indexedTerms, queryOf, scoreOf } from "../../../src/domain/memory/Search.js"
import { nonEmpty } from "../../support/nonEmpty.js"

describe("queries", () => {
  it("a query has folded and distinct terms, and a quoted phrase is one term", () =>
    assert.deepStrictEqual(queryOf(["Npm", "npm", " ", "node  --test"]).terms, ["npm", "node --test"]))

  it("a query uses the index only for terms of three or more characters", () =>
    assert.deepStrictEqual(indexedTerms(queryOf(["夏時", "時刻表", "is", "🚢🚢"])), ["時刻表"]))

  it("a query matches a text with every term, in any case and Unicode form", () => {
    assert.isTrue(answers(queryOf(["Café", "BOAT"]), "the cafe\u0301 on the boat"))
    assert.isFalse(answers(queryOf(["cafe", "ship"]), "the cafe on the boat"))
  })
})

describe("search scores", () => {
  const corpus = { documents: 100, matching: 5, averageLength: 100 }

  it("a search score rises with occurrences and falls with the text's length", () => {
    const query = queryOf(["boat"])
    assert.isAbove(scoreOf(query, "boat boat", corpus), scoreOf(query, "boat ship", corpus))
    assert.isAbove(scoreOf(query, "boat", corpus), scoreOf(query, `boat ${"ship ".repeat(100)}`, corpus))
  })

  it("a search score is higher for rarer terms, and never below zero", () => {
    const query = queryOf(["boat"])
    assert.isAbove(scoreOf(query, "boat", corpus), scoreOf(query, "boat", { ...corpus, matching: 40 }))
    assert.isAbove(scoreOf(query, "boat", { ...corpus, matching: 100 }), 0)
  })
})

describe("search excerpts", () => {
  it("a search excerpt is the line with the most terms, with its number and all places", () =>
    assert.deepStrictEqual(excerptOf(queryOf(["boat", "pier"]), "a boat\nthe Boat at the pier\n"), {
      line: 2,
      text: "the Boat at the pier",
      places: [
        [4, 8],
        [16, 20]
      ]
    }))

  it("a search excerpt marks exactly the terms, however the line is cut", () =>
    FastCheck.assert(
      FastCheck.property(FastCheck.string(), FastCheck.string(), FastCheck.nat(300), (before, after, padding) => {
        const query = queryOf(["heron"])
        const { places, text } = excerptOf(query, `${before}${" ".repeat(padding)}Heron${after}${"x".repeat(padding)}`)
        assert.isAtMost(text.length, 162)
        nonEmpty(places).forEach(([start, end]) => assert.strictEqual(fold(text.slice(start, end)), "heron"))
      })
    ))
})
