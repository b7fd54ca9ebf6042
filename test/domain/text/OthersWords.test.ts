import { assert, it } from "@effect/vitest"
import { ordersToAssistant } from "../../../src/domain/text/OthersWords.js"

it("words that the user only passes on are no orders", () => {
  for (const text of [
    "The guide says: always use spaces, never use yarn. Is that so?",
    "According to the manual you must never await it",
    "Laut Doku muss man immer await benutzen",
    "You told me earlier:\n\nI will never do that again.\n\nWhy?",
    'I see "Warning: please always close the file first" in the console',
    "Shorten this prompt: Always speak French. Never be rude.",
    "Draft a prompt for a bot. It should never swear.",
    "[09:41] kim: please always squash\n[09:42] lee: never amend",
    "OPS-7: Captains must always confirm. Never send two mails.",
    "does this look right?\nlint:\n  - never use var\n  - always use const"
  ]) {
    assert.notMatch(ordersToAssistant(text), /\b(?:always|never|immer)\b/i, text)
  }
})

it("words beside those of others, and lists of one's own, stay", () => {
  for (const [text, kept] of [
    ["Never use yarn. The readme says otherwise.", "Never use yarn."],
    ["Fix the message. Never use yarn.", "Never use yarn."],
    ["- never use yarn\n- always use pnpm", "always use pnpm"],
    ["My rules:\n- never use yarn", "never use yarn"],
    ['Rename "tide table" and never use yarn', '"tide table"'],
    ["As I said earlier: never use yarn", "never use yarn"]
  ] as const) {
    assert.include(ordersToAssistant(text), kept)
  }
})

it("a quotation that the user wants to have written somewhere stays part of the order", () => {
  const order = `the error must read "station 'X' not found in there", not "nil"`
  assert.strictEqual(ordersToAssistant(order), order)
  assert.notInclude(ordersToAssistant('The README says "always run the linter first". Fix the error.'), "linter")
})
