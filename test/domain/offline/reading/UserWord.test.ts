import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { isQuestion, readUserWord } from "../../../../src/domain/offline/reading/UserWord.js"
import { nonEmpty } from "../../../support/nonEmpty.js"

const stances: Readonly<Record<string, ReadonlyArray<string>>> = {
  "consents continues": [
    "ok, rename it then",
    "yes please",
    "go ahead",
    "continue",
    "Plan looks good. Two things: 1. Use src",
    "Please implement this plan:\n# Plan",
    "はい",
    "好的"
  ],
  "approves continues": [
    "thanks",
    "perfect, thank you so much",
    "LGTM",
    "that fixed it",
    "it works now",
    "great, ship it",
    "good, that is what I expected",
    "exactly what I wanted!",
    "👍",
    "🎉🎉 !",
    "danke",
    "ありがとうございます"
  ],
  "approves starts": ["Thanks. Please also add a kelvin conversion with a test"],
  "rejects continues": [
    "no, use X instead",
    "that's wrong",
    "it still fails",
    "the test still fails on CI",
    "I'm getting an error: no such table",
    "It works now but the colour is wrong",
    "actually, leave it out",
    "use pnpm, not npm",
    "don't use lodash"
  ],
  "drops continues": [
    "forget it",
    "ok, skip that for now",
    "let it go",
    "tant pis, laisse tomber",
    "schade, lass gut sein",
    "bueno, déjalo",
    "deixa pra lá",
    "算了",
    "もういいです"
  ],
  "neither continues": ["run it again", "commit and push", "why?"],
  "neither starts": [
    "and does the old import still exist anywhere?",
    "ok, now add a /health endpoint with tests",
    "Delete the build folder",
    "stop the server",
    "correct the typo in the README",
    "good commit messages are missing, add some guidance for that",
    "Please do not change the API. Add caching."
  ]
}

describe("readUserWord", () => {
  for (const [stance, messages] of Object.entries(stances)) {
    it(`the stance of a message is read: ${stance}`, () => {
      for (const message of nonEmpty(messages)) {
        const word = readUserWord(message, false)
        assert.strictEqual(`${word.stance} ${word.continues ? "continues" : "starts"}`, stance, message)
      }
    })
  }

  it("the first message is a request, whatever it says", () => {
    assert.deepStrictEqual(readUserWord("no, use X", true), { stance: "neither", continues: false, isGreeting: false })
  })

  it("a greeting is not a request", () => {
    for (const message of ["hi", "Hello Codex", "good morning!", "こんにちは"]) {
      assert.isTrue(readUserWord(message, true).isGreeting, message)
    }
    assert.isFalse(readUserWord("hi, please fix the build", true).isGreeting)
  })

  it.prop("any text has a stance", [fc.string({ unit: "binary" }), fc.boolean()], ([text, isFirst]) =>
    ["approves", "rejects", "consents", "neither"].includes(readUserWord(text, isFirst).stance)
  )
})

describe("isQuestion", () => {
  it("questions are recognised with and without a question mark", () => {
    assert.isTrue(isQuestion("why does npm test fail here"))
    assert.isTrue(isQuestion("ready?"))
    assert.isFalse(isQuestion("add a test"))
  })
})
