import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { nothingPrinted, outputOf, printMore } from "../../../src/domain/session/CommandOutput.js"

const line = fc.constantFrom(
  "ok 1",
  "Error: no boats",
  "error: bad",
  "FAIL x",
  "--- FAIL: TestAdd (0.00s)",
  "    cart_test.go:5: got 1, want 2",
  "Traceback (most recent call last):",
  '  File "a.py", line 1, in <module>',
  "    import b",
  "ValueError: no",
  "During handling of the above exception, another exception occurred:",
  "  Traceback (most recent call last):",
  "Expected values to be strictly equal:",
  "1 !== 2",
  "failed to read x",
  "sh: 1: vitest: not found",
  "loading 10%\rloading 90%",
  "\u001b[31mred ferries\u001b[0m",
  "é".repeat(3_000),
  "",
  "x"
)
const text = fc.array(line, { maxLength: 60 }).map((lines) => lines.join("\n"))

describe("an output in pieces", () => {
  it.prop(
    "an output is the same in one piece and cut at any place into any number of pieces",
    [text, fc.array(fc.nat({ max: 20_000 }), { maxLength: 8 })],
    ([whole, places]) => {
      const cuts = [0, ...places.map((place) => place % (whole.length + 1)).toSorted((a, b) => a - b), whole.length]
      const pieces = cuts.slice(1).map((cut, index) => whole.slice(cuts[index], cut))
      assert.deepStrictEqual(outputOf(pieces.reduce(printMore, nothingPrinted), 1), outputOf(whole, 1))
    },
    { fastCheck: { numRuns: 2_000 } }
  )

  it("an error line and its cause are found when they come in different pieces", () => {
    const pieces = ["Traceback (most recent call last):\n  File", ' "a.py", line 1\n', "Value", "Error: no\n"]
    assert.strictEqual(outputOf(pieces.reduce(printMore, nothingPrinted), 1).errorLine, "ValueError: no")
  })

  it("a long output in pieces keeps the error line between its beginning and its end, and little else", () => {
    const noise = "all is well here\n".repeat(2_000)
    const pieces = [
      noise,
      "TypeError: departures.sort is",
      " not a function\n",
      ...Array.from({ length: 50 }, () => noise)
    ]
    const printed = pieces.reduce(printMore, nothingPrinted)
    assert.strictEqual(outputOf(printed, 1).errorLine, "TypeError: departures.sort is not a function")
    assert.isBelow(JSON.stringify(printed).length, 40_000)
  })
})
