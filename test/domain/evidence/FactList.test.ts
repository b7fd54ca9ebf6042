import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { factList } from "../../../src/domain/evidence/FactList.js"
import { type FactContent, factIdOf, type SessionFact } from "../../../src/domain/facts/Fact.js"
import { byteLength } from "../../../src/domain/text/ByteBudget.js"

const fact = (content: FactContent, text: string, given: Partial<SessionFact> = {}): SessionFact => ({
  id: factIdOf(content),
  text,
  basis: "ran",
  line: 7,
  lastLine: 7,
  at: null,
  content,
  ...given
})

const wish = (words: string) => fact({ _tag: "Wish", words, isLasting: true }, `"${words}"`, { basis: "user" })

const limit = (subject: string) =>
  fact({ _tag: "Limit", subject, error: "refused", instead: null }, `${subject} is refused`)

describe("the facts of a request", () => {
  it("facts are listed with their lines, the user's words first", () => {
    const { leftOut, text } = factList([limit("npm install"), { ...wish("never push"), line: 3, lastLine: 9 }], 6_000)
    assert.strictEqual(text, '- wish, line 3 to 9: "never push"\n- limit, line 7: npm install is refused')
    assert.strictEqual(leftOut, 0)
  })

  it("a claim of the assistant, an undecided outcome and an edited file are not listed", () => {
    const outcome = (result: "success" | "uncertain") =>
      fact({ _tag: "Outcome", title: result, outcome: result }, `"${result}": ${result}`)
    const { text } = factList(
      [
        fact({ _tag: "Finding", claim: "it leaks", files: [] }, "it leaks", { basis: "assistant" }),
        fact({ _tag: "File", path: "a.ts", edits: 1, remark: "" }, "a.ts"),
        outcome("uncertain"),
        outcome("success")
      ],
      6_000
    )
    assert.strictEqual(text, '- outcome, line 7: "success": success')
  })

  it("a session without facts says so", () => {
    assert.deepStrictEqual(factList([], 6_000), { text: "- none", leftOut: 0 })
  })

  it.prop(
    "facts beyond the room are counted, and those that are listed have room",
    [Schema.Int.pipe(Schema.between(0, 2_000))],
    ([bytes]) => {
      const facts = Array.from({ length: 40 }, (_, index) => wish(`never do thing ${index}`))
      const { leftOut, text } = factList(facts, bytes)
      const listed = text.split("\n").filter((line) => line.startsWith("- wish"))
      assert.strictEqual(listed.length + leftOut, 40)
      assert.isAtMost(byteLength(listed.join("\n")), bytes)
      assert.strictEqual(text.includes("left out"), leftOut > 0)
    }
  )
})
