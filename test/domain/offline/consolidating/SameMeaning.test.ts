import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import {
  isSaidIn,
  meaningfulWords,
  sayingIn,
  similarity,
  tellingWords
} from "../../../../src/domain/offline/consolidating/SameMeaning.js"

const word = FastCheck.constantFrom("ferry", "pier", "tide", "src/boat.ts", "4711", "fails", "harbour", "the")
const line = FastCheck.array(word, { maxLength: 7 }).map((words) => words.join(" "))

describe("lines compared by their words", () => {
  it.prop("similar lines share one of their telling words", [line, line], ([one, other]) => {
    const [first, second] = [meaningfulWords(one), meaningfulWords(other)]
    const keys = new Set(tellingWords(first, 0.6))
    const isFound = tellingWords(second, 0.6).some((key) => keys.has(key))
    assert.isTrue(isFound || first.size === 0 || similarity(first, second) < 0.6)
  })

  it.prop(
    "an index of lines finds what a scan of them finds",
    [line, FastCheck.array(line, { maxLength: 6 })],
    ([wanted, lines]) =>
      assert.strictEqual(
        sayingIn(lines)(wanted),
        lines.some((other) => isSaidIn(wanted, other))
      )
  )
})
