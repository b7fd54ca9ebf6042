import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { byteLength, cutEnd, cutMiddle, joinAround } from "../../../src/domain/text/ByteBudget.js"

/** Five bytes long: the ellipsis alone takes three. */
const split = { marker: "<…>", headShare: 1 / 3 }

const wellFormedText = fc.string({ unit: "grapheme-composite", maxLength: 60 })

describe("cutting text to bytes", () => {
  it("text is measured in UTF-8 bytes, not in characters", () => {
    assert.deepStrictEqual(["a", "é", "字", "🍎"].map(byteLength), [1, 2, 3, 4])
  })

  it("text that fits stays unchanged", () => {
    assert.strictEqual(cutMiddle("déjà vu", byteLength("déjà vu"), split), "déjà vu")
  })

  it("text cut in the middle keeps a third of the space as its head, and the rest as its tail", () => {
    const text = "a".repeat(100) + "z".repeat(100)
    assert.strictEqual(cutMiddle(text, 35, split), `${"a".repeat(10)}<…>${"z".repeat(20)}`)
  })

  it("text cut in the middle has its head rounded down, and the tail gets the rest", () => {
    const text = "a".repeat(100) + "z".repeat(100)
    assert.strictEqual(cutMiddle(text, 5 + 11, split), `aaa<…>${"z".repeat(8)}`)
    assert.strictEqual(cutMiddle(text, 5 + 7, { ...split, headShare: 1 / 2 }), "aaa<…>zzzz")
  })

  it("text cut in the middle splits no character, and unused bytes of the head go to the tail", () => {
    const cut = cutMiddle("🍎".repeat(50), 5 + 11, { marker: "<…>", headShare: 1 / 2 })
    assert.strictEqual(cut, "🍎<…>🍎")
    assert.strictEqual(cutMiddle("é".repeat(10), 5 + 8, split), "é<…>ééé")
    assert.strictEqual(cutMiddle("é".repeat(10), 5 + 4, split), "<…>éé")
  })

  it("text cut very short is only the marker, and shorter still only a head", () => {
    assert.strictEqual(cutMiddle("abcdefgh", 5, split), "<…>")
    assert.strictEqual(cutMiddle("abcdefgh", 3, split), "abc")
    assert.strictEqual(cutMiddle("éé", 3, split), "é")
    assert.strictEqual(cutMiddle("abcdefgh", 0, split), "")
    assert.strictEqual(cutMiddle("abcdefgh", -1, split), "")
  })

  it("joined texts have the head of one and the tail of the other", () => {
    assert.strictEqual(joinAround("departures", "arrivals", 5 + 6, split), "de<…>vals")
  })

  it("text is cut at its end after a whole character", () => {
    assert.deepStrictEqual(
      [4, 3, 2, 1, 0].map((limit) => cutEnd("aé!", limit)),
      ["aé!", "aé", "a", "a", ""]
    )
  })

  it.prop(
    "a cut text never exceeds the limit, never splits a character, and stays the same if cut again",
    [fc.string({ unit: "binary" }), fc.integer({ min: 0, max: 80 })],
    ([text, limit]) => {
      const wellFormed = Buffer.from(text).toString()
      const cut = cutMiddle(wellFormed, limit, split)
      assert.isAtMost(byteLength(cut), Math.max(limit, 0))
      assert.isTrue(!cut.includes("\ufffd") || wellFormed.includes("\ufffd"))
      assert.strictEqual(cutMiddle(cut, limit, split), cut)
      assert.isTrue(wellFormed.startsWith(cutEnd(wellFormed, limit)))
    }
  )

  it.prop(
    "a cut text wastes no more bytes than one character has",
    [wellFormedText, fc.integer({ min: 5, max: 80 }), fc.constantFrom(1 / 3, 1 / 2)],
    ([text, limit, headShare]) => {
      const cut = cutMiddle(text, limit, { marker: "<…>", headShare })
      if (byteLength(text) <= limit) {
        assert.strictEqual(cut, text)
      } else {
        const at = cut.lastIndexOf("<…>")
        assert.isAtLeast(byteLength(cut), limit - 3)
        assert.isAtMost(byteLength(cut.slice(0, at)), Math.floor((limit - 5) * headShare))
        assert.isTrue(text.startsWith(cut.slice(0, at)) && text.endsWith(cut.slice(at + 3)))
      }
    }
  )
})
