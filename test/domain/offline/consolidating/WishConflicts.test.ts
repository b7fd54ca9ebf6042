import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import {
  asksTheSame,
  cannotBoth,
  contradict,
  isSameWish,
  keysOfWish,
  readWish
} from "../../../../src/domain/offline/consolidating/WishConflicts.js"

const someWish = fc
  .array(
    fc.constantFrom(
      "use",
      "never",
      "always",
      "prefer",
      "don't",
      "npm",
      "pnpm",
      "tabs",
      "spaces",
      "over",
      "not",
      "instead of",
      "deploy",
      "on Fridays",
      "the",
      "tests",
      "please",
      "in",
      "german",
      "english",
      "answer"
    ),
    { minLength: 1, maxLength: 7 }
  )
  .map((words) => words.join(" "))

describe("wishes", () => {
  it("wishes contradict each other if one wants what the other rejects", () => {
    for (const [one, other] of [
      ["I prefer tabs over spaces", "I prefer spaces over tabs"],
      ["use npm", "please use pnpm, not npm"],
      ["use yarn", "use pnpm"],
      ["we use uv instead of pip", "use pip instead of uv"],
      ["always write tests first", "never write tests first"],
      ["don't add comments", "add comments"],
      ["answer in German", "answer in English"]
    ] as const) {
      assert.isTrue(contradict(one, other), `${one} / ${other}`)
      assert.isTrue(contradict(other, one), `${other} / ${one}`)
    }
  })

  it("wishes about different things do not contradict each other", () => {
    for (const [one, other] of [
      ["I prefer tabs over spaces", "please no trailing summaries"],
      ["use pnpm, not npm", "we use pnpm instead of npm here"],
      ["never commit dist", "always run the tests"]
    ] as const) {
      assert.isFalse(contradict(one, other), `${one} / ${other}`)
    }
  })

  it("wishes that differ only in introductory words are the same", () => {
    assert.isTrue(isSameWish("In this repository I prefer tabs over spaces", "I prefer tabs over spaces"))
    assert.isTrue(isSameWish("I don't want new dependencies in this project", "no new dependencies in this project"))
    assert.isFalse(isSameWish("I prefer tabs over spaces", "I prefer spaces over tabs"))
    assert.isFalse(isSameWish("no new dependencies", "always new dependencies"))
  })

  it.prop("wishes that agree or contradict each other share a key", [someWish, someWish], (texts) => {
    const [one, other] = [readWish(texts[0]), readWish(texts[1])]
    const keys = new Set(keysOfWish(one))
    return !(cannotBoth(one, other) || asksTheSame(one, other)) || keysOfWish(other).some((key) => keys.has(key))
  })

  it.prop(
    "a wish never contradicts itself",
    [fc.string({ unit: "binary", maxLength: 200 })],
    ([wish]) => !contradict(wish, wish)
  )
})

it("words that take a rule back contradict the rule, whatever it said, and no other wish", () => {
  for (const [newer, older] of [
    ["Forget the yarn rule, npm is fine again", "always use yarn, never npm"],
    ["forget the lodash rule", "never use lodash"],
    ["Scrap our tabs convention", "use tabs, not spaces"],
    ["bun is fine again", "never use bun"]
  ] as const) {
    assert.isTrue(contradict(newer, older), newer)
  }
  for (const [newer, older] of [
    ["Forget the yarn rule", "always use vitest"],
    ["Forget the yarn rule", "scrap the yarn rule"],
    ["forget the lodash rule", "never commit dist"]
  ] as const) {
    assert.isFalse(contradict(newer, older), newer)
  }
})
