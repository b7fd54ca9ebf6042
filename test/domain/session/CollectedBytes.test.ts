import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { CollectedBytes, LastBytes } from "../../../src/domain/session/CollectedBytes.js"

const pieces = fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 30 })

describe("collected bytes", () => {
  it.prop(
    "collected bytes are complete and in order, and empty again after clearing",
    [pieces, pieces],
    ([before, after]) => {
      const collected = new CollectedBytes()
      before.forEach((piece) => collected.push(piece))
      assert.deepStrictEqual(Buffer.from(collected.view()), Buffer.concat(before))
      collected.clear()
      after.forEach((piece) => collected.push(piece))
      assert.deepStrictEqual(Buffer.from(collected.view()), Buffer.concat(after))
    }
  )

  it.prop(
    "collected bytes with a limit are the last ones",
    [pieces, fc.integer({ min: 1, max: 900 })],
    ([all, limit]) => {
      const last = new LastBytes(limit)
      all.forEach((piece) => last.push(piece))
      assert.deepStrictEqual(Buffer.from(last.view()), Buffer.concat(all).subarray(-limit))
      assert.strictEqual(last.total, Buffer.concat(all).length)
    }
  )

  it("collected bytes with a limit use little more memory than the limit, whatever the sizes", () => {
    for (const size of [1, 700, 5_000]) {
      const last = new LastBytes(1_000)
      for (let count = 0; count < 20_000; count++) {
        last.push(new Uint8Array(size))
      }
      assert.isAtMost(last.view().buffer.byteLength, 8_000)
    }
  })

  it("collected bytes with a limit are moved at most once per byte on average", () => {
    let moved = 0
    class Counted extends CollectedBytes {
      override keepLast(count: number): void {
        moved += count
        super.keepLast(count)
      }
    }
    const last = new LastBytes(1_000, new Counted())
    for (let count = 0; count < 100_000; count++) {
      last.push(new Uint8Array(2))
    }
    assert.isAtMost(moved, last.total)
    assert.isAbove(moved, 0)
  })
})
