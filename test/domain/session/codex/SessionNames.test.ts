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
