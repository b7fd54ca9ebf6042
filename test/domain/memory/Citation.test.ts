import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { citationsIn, cite, unknownCitations, withoutCitations } from "../../../src/domain/memory/Citation.js"
import { threadIdOf } from "../../../src/testing/RolloutBuilder.js"

const [first, second] = ["01a206f5-bfca-7143-af56-d818786e8407", "01a206f6-2890-7061-a28c-1b36b57f4d9c"] as const

describe("citations of traces", () => {
  it("a citation lists the start of each id once, in the given order", () => {
    assert.strictEqual(cite([first]), "[01a206f5-bfca…]")
    assert.strictEqual(cite([second, first, second]), "[01a206f6-2890…, 01a206f5-bfca…]")
  })
})

describe("citations in a text", () => {
  it("citations are found in every form that agents write", () => {
    assert.deepStrictEqual(citationsIn("- a [01a206f5-bfca…]\n- b [01a206f6-2890...]"), [
      "01a206f5-bfca",
      "01a206f6-2890"
    ])
    assert.deepStrictEqual(citationsIn("- a [01a206f5-bfca…, 01a206f6-2890…] and [01a206f5-bfca…,01a206f6-2890…]"), [
      "01a206f5-bfca",
      "01a206f6-2890",
      "01a206f5-bfca",
      "01a206f6-2890"
    ])
    assert.deepStrictEqual(citationsIn(`- a [${first}]`), [first])
    assert.deepStrictEqual(citationsIn(`- a (trace: \`${first}\`) b (trace: ${second})`), [first, second])
  })

  it("other brackets and ids are not citations", () => {
    assert.deepStrictEqual(citationsIn(`- [x] done [link](a.md) [1] ${first} [deadbeef…] [01A206F5-BFCA…]`), [])
  })

  it("citations can be removed from a line", () => {
    assert.strictEqual(withoutCitations("- run `npm test` [01a206f5-bfca…, 01a206f6-2890…]"), "- run `npm test`")
    assert.strictEqual(withoutCitations(`- run it (trace: \`${first}\`)`), "- run it")
    assert.strictEqual(withoutCitations("- run it [1]"), "- run it [1]")
  })
})

describe("unknown citations", () => {
  it("an unknown citation matches no known trace", () => {
    assert.deepStrictEqual(unknownCitations(`a [01a206f5-bfca…] b [${second}]`, [first]), [second])
    assert.deepStrictEqual(unknownCitations("a [01a206f5-bfca…]", []), ["01a206f5-bfca"])
    assert.deepStrictEqual(unknownCitations("nothing cited", []), [])
  })

  it.prop(
    "the citations made here are never unknown",
    [fc.uniqueArray(fc.nat(60_000), { minLength: 1, maxLength: 5 })],
    ([numbers]) => {
      const ids = numbers.map(threadIdOf)
      const text = `- learned ${cite(ids)}`
      assert.deepStrictEqual(unknownCitations(text, ids), [])
      assert.strictEqual(withoutCitations(text), "- learned")
      assert.isAbove(unknownCitations(text, []).length, 0)
    }
  )
})
