import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { answers, excerptOf, fold, indexedTerms, queryOf, scoreOf } from "../../../src/domain/memory/Search.js"

describe("a query", () => {
  it("is its words, folded, each once; a quoted phrase is one word", () =>
    assert.deepStrictEqual(queryOf(["Npm", "npm", " ", "node  --test"]).terms, ["npm", "node --test"]))

  it("leaves terms shorter than three characters to a look at the text", () =>
    assert.deepStrictEqual(indexedTerms(queryOf(["夏時", "時刻表", "is", "🚢🚢"])), ["時刻表"]))

  it("is answered by a text that has every term, in any case and in either form of Unicode", () => {
    assert.isTrue(answers(queryOf(["Café", "BOAT"]), "the cafe\u0301 on the boat"))
    assert.isFalse(answers(queryOf(["cafe", "ship"]), "the cafe on the boat"))
  })
})

describe("a score", () => {
  const corpus = { documents: 100, matching: 5, averageLength: 100 }

  it("grows with how often the terms are there, and falls with the length of the text", () => {
    const query = queryOf(["boat"])
    assert.isAbove(scoreOf(query, "boat boat", corpus), scoreOf(query, "boat ship", corpus))
    assert.isAbove(scoreOf(query, "boat", corpus), scoreOf(query, `boat ${"ship ".repeat(100)}`, corpus))
  })

  it("is higher for rarer terms, and never below zero", () => {
    const query = queryOf(["boat"])
    assert.isAbove(scoreOf(query, "boat", corpus), scoreOf(query, "boat", { ...corpus, matching: 40 }))
    assert.isAbove(scoreOf(query, "boat", { ...corpus, matching: 100 }), 0)
  })
})

describe("an excerpt", () => {
  it("is the line that has the most terms, with its number and every place of them", () =>
    assert.deepStrictEqual(excerptOf(queryOf(["boat", "pier"]), "a boat\nthe Boat at the pier\n"), {
      line: 2,
      text: "the Boat at the pier",
      places: [
        [4, 8],
        [16, 20]
      ]
    }))

  it("marks exactly what was looked for, however the line is cut", () =>
    FastCheck.assert(
      FastCheck.property(FastCheck.string(), FastCheck.string(), FastCheck.nat(300), (before, after, padding) => {
        const query = queryOf(["heron"])
        const { places, text } = excerptOf(query, `${before}${" ".repeat(padding)}Heron${after}${"x".repeat(padding)}`)
        assert.isAtMost(text.length, 162)
        assert.isAbove(places.length, 0)
        places.forEach(([start, end]) => assert.strictEqual(fold(text.slice(start, end)), "heron"))
      })
    ))
})
