import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { factList } from "../../../src/domain/evidence/FactList.js"
import { byteLength } from "../../../src/domain/text/ByteBudget.js"
import { madeFact, madeWish } from "../../support/madeFacts.js"

const limit = (subject: string) =>
  madeFact({ _tag: "Limit", subject, error: "refused", instead: null }, `${subject} is refused`)

describe("the facts of a request", () => {
  it("facts are listed with their lines, the user's words first", () => {
    const { leftOut, text } = factList(
      [limit("npm install"), { ...madeWish("never push"), line: 3, lastLine: 9 }],
      6_000
    )
    assert.strictEqual(text, '- wish, line 3 to 9: "never push"\n- limit, line 7 to 9: npm install is refused')
    assert.strictEqual(leftOut, 0)
  })

  it("a claim of the assistant, an undecided outcome and an edited file are not listed", () => {
    const outcome = (result: "success" | "uncertain") =>
      madeFact({ _tag: "Outcome", title: result, outcome: result }, `"${result}": ${result}`)
    const { text } = factList(
      [
        madeFact({ _tag: "Finding", claim: "it leaks", files: [] }, "it leaks", { basis: "assistant" }),
        madeFact({ _tag: "File", path: "a.ts", edits: 1, remark: "" }, "a.ts"),
        outcome("uncertain"),
        outcome("success")
      ],
      6_000
    )
    assert.strictEqual(text, '- outcome, line 7 to 9: "success": success')
  })

  it("a session without facts says so", () => {
    assert.deepStrictEqual(factList([], 6_000), { text: "- none", leftOut: 0 })
  })

  it.prop(
    "facts beyond the room are counted, and those that are listed have room",
    [Schema.Int.pipe(Schema.between(0, 2_000))],
    ([bytes]) => {
      const facts = Array.from({ length: 40 }, (_, index) => madeWish(`never do thing ${index}`))
      const { leftOut, text } = factList(facts, bytes)
      const listed = text.split("\n").filter((line) => line.startsWith("- wish"))
      assert.strictEqual(listed.length + leftOut, 40)
      assert.isAtMost(byteLength(listed.join("\n")), bytes)
      assert.strictEqual(text.includes("left out"), leftOut > 0)
    }
  )
})
