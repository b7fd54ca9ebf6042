import { assert, it } from "@effect/vitest"
import { namesIn } from "../../../../src/domain/session/codex/SessionNames.js"

it("a session's last name counts, and a broken line affects no other line", () => {
  const text = [
    '{"id":"one","thread_name":"sort the harbours","updated_at":"x"}',
    '{"id":"two","thread_name":"Tides"}',
    "{broken",
    '{"id":"three","thread_name":7}',
    '{"id":"four","thread_name":"  "}',
    "",
    '{"id":"one","thread_name":" Harbour list "}'
  ].join("\r\n")
  assert.deepStrictEqual(
    [...namesIn(text)],
    [
      ["one", "Harbour list"],
      ["two", "Tides"]
    ]
  )
})

it("a session's name has no private text, and one of nothing else counts as none", () => {
  const text = [
    '{"id":"one","thread_name":"Harbour list <private>for the navy</private>"}',
    '{"id":"two","thread_name":"Tides <Private reason=\\"x\\">for the navy"}',
    '{"id":"three","thread_name":"Ships"}',
    '{"id":"three","thread_name":"<private>Submarines</private>"}'
  ].join("\n")
  assert.deepStrictEqual(
    [...namesIn(text)],
    [
      ["one", "Harbour list"],
      ["two", "Tides"],
      ["three", "Ships"]
    ]
  )
})
