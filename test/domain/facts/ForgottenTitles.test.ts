import { assert, describe, it } from "@effect/vitest"
import { type FactContent, factIdOf, type SessionFact } from "../../../src/domain/facts/Fact.js"
import { withForgottenTitle } from "../../../src/domain/facts/ForgottenTitles.js"

const outcome = (title: string): SessionFact => {
  const content: FactContent = { _tag: "Outcome", title, outcome: "success" }
  return { id: factIdOf(content), text: `"${title}": success`, basis: "user", line: 1, lastLine: 1, at: null, content }
}

describe("withForgottenTitle", () => {
  const heron = outcome("Add the heron flag")

  it("a task that was carried on is found by each title that it had", () => {
    const longer = outcome("Add the heron flag → go on → and the tests")
    const found = withForgottenTitle([longer, outcome("Sort the boats → go on")], new Set([heron.id]))
    assert.deepStrictEqual(
      found.map(({ fact, told }) => [fact.id, told.text]),
      [[longer.id, "Add the heron flag"]]
    )
  })

  it("a task whose title only begins with the same words is another", () =>
    assert.deepStrictEqual(withForgottenTitle([outcome("Add the heron flag twice")], new Set([heron.id])), []))
})
