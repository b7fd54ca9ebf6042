import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fc from "effect/FastCheck"
import {
  Unpacker,
  UnpackingFailure,
  type UnpackingLimits,
  unpackingLimits
} from "../../../src/layers/sessions/codex/Zstd.js"
import {
  frameHeader,
  packedByZstd,
  plainBlock,
  runBlock,
  segmentHeader,
  skippableFrame,
  unpackedByZstd,
  zstdFrame
} from "../../support/zstd.js"

/** Unpacks a file that comes in pieces of the given sizes, over and over. */
const unpack = (file: Buffer, sizes: ReadonlyArray<number> = [262_144], limits?: UnpackingLimits): string => {
  const unpacker = new Unpacker(limits)
  const blocks: Array<Uint8Array> = []
  for (let at = 0, index = 0; at < file.length; index++) {
    const size = sizes[index % sizes.length] ?? 1
    blocks.push(...unpacker.push(file.subarray(at, at + size)))
    at += size
  }
  return Buffer.concat(blocks).toString("latin1")
}

const failureOf = (file: Buffer, limits?: UnpackingLimits): string => {
  try {
    unpack(file, undefined, limits)
  } catch (error) {
    return Schema.is(UnpackingFailure)(error) ? error.message : `no UnpackingFailure: ${String(error)}`
  }
  return "it was unpacked"
}

const boat = Buffer.from("the boat leaves at nine\n")
const oneBlock = Buffer.concat([frameHeader(17), plainBlock(boat, true)])

describe("zstd files", () => {
  it("a zstd file is unpacked with compressed blocks and a checksum", () => {
    assert.strictEqual(unpack(packedByZstd), unpackedByZstd)
    assert.strictEqual(unpack(Buffer.concat([packedByZstd, packedByZstd])), unpackedByZstd + unpackedByZstd)
  })

  it.prop(
    "a zstd file is unpacked the same in pieces of any size",
    [fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 })],
    ([sizes]) => {
      const file = Buffer.concat([oneBlock, packedByZstd, skippableFrame(boat), zstdFrame(Buffer.alloc(0)), oneBlock])
      assert.strictEqual(unpack(file, sizes), `${boat}${unpackedByZstd}${boat}`)
    },
    { fastCheck: { numRuns: 20 } }
  )

  it("a zstd file can contain skippable frames, which are skipped whatever they contain", () => {
    const skipped = skippableFrame(Buffer.concat([zstdFrame(boat), Buffer.alloc(300_000, 1)]))
    for (const sizes of [[1_000_000], [7]]) {
      assert.strictEqual(unpack(Buffer.concat([skipped, oneBlock, skipped, oneBlock]), sizes), `${boat}${boat}`)
    }
  })

  it("a truncated zstd file unpacks to its whole blocks, however short they are", () => {
    const whole = Buffer.concat([frameHeader(17), runBlock(97, 5), runBlock(98, 5), runBlock(99, 5, true)])
    assert.strictEqual(unpack(whole), "aaaaabbbbbccccc")
    assert.strictEqual(unpack(whole.subarray(0, -1)), "aaaaabbbbb")
    assert.strictEqual(unpack(whole.subarray(0, -5)), "aaaaa")
    assert.strictEqual(unpack(whole.subarray(0, 5)), "")
    assert.strictEqual(unpack(packedByZstd.subarray(0, -2)), unpackedByZstd)
    assert.isTrue(unpackedByZstd.startsWith(unpack(packedByZstd.subarray(0, 560))))
    assert.isAtLeast(unpack(packedByZstd.subarray(0, 560)).length, 131_072)
  })

  it("a zstd file is unpacked one block at a time, on demand", () => {
    const unpacker = new Unpacker()
    const runs = Array.from({ length: 10_000 }, () => runBlock(0, 131_072))
    const blocks = unpacker.push(Buffer.concat([frameHeader(17), ...runs]))
    const atFirst = unpacker.cost
    for (let asked = 1; asked <= 3; asked++) {
      const next = blocks.next()
      assert.strictEqual(next.done === true ? 0 : next.value.length, 131_072)
      assert.isAtMost(unpacker.cost, atFirst + asked * 131_072 + 131_072)
    }
  })

  it("a window of 8 MiB is unpacked, and a larger one is refused before memory is allocated", () => {
    const within = Buffer.concat([frameHeader(23), plainBlock(boat, true)])
    assert.strictEqual(unpack(within), boat.toString())
    const most = /^unpacking it needs a window of \d+ MiB, more than the allowed 8 MiB; unpack it, or pack it again/
    for (const header of [frameHeader(24), frameHeader(41), segmentHeader(8_388_609), segmentHeader(4_000_000_000)]) {
      const held = process.memoryUsage().arrayBuffers
      assert.match(failureOf(Buffer.concat([header, plainBlock(boat, true)])), most)
      assert.isBelow(process.memoryUsage().arrayBuffers - held, 8_000_000)
    }
  })

  it("a zstd file over the limit fails by its unpacked size, not by its own", () => {
    const limits = { ...unpackingLimits, unpackedBytes: 10_000_000 }
    const runs = (count: number) =>
      Buffer.concat([
        frameHeader(17),
        ...Array.from({ length: count }, () => runBlock(0, 131_072)),
        runBlock(0, 1, true)
      ])
    assert.lengthOf(unpack(runs(70), undefined, limits), 70 * 131_072 + 1)
    assert.match(failureOf(runs(80), limits), /^it unpacks to more than the allowed 9 MiB/)
  })

  it("a zstd file of many small blocks or frames costs as much as shifting their windows", () => {
    const limits = { ...unpackingLimits, unpackedBytes: 100_000_000 }
    const blocks = Array.from({ length: 1_000 }, () => runBlock(97, 1))
    assert.match(failureOf(Buffer.concat([frameHeader(23), ...blocks]), limits), /^it unpacks to more/)
    const frames = Array.from({ length: 400 }, () =>
      Buffer.concat([frameHeader(23), runBlock(97, 1), runBlock(97, 1, true)])
    )
    assert.match(failureOf(Buffer.concat(frames), limits), /^it unpacks to more/)
    // A frame of one block has nothing to look back at, whatever its window.
    const small = Array.from({ length: 1_000 }, () => Buffer.concat([frameHeader(23), runBlock(97, 1, true)]))
    assert.strictEqual(unpack(Buffer.concat(small), undefined, limits), "a".repeat(1_000))
  })

  it("a damaged zstd file fails: foreign bytes, oversized or unknown blocks, reserved bits, dictionaries", () => {
    const broken = /^it is not a zstd file, or it is damaged: /
    const corrupt = Buffer.from(packedByZstd)
    corrupt.fill(0xff, 20, 60)
    for (const file of [
      Buffer.concat([oneBlock, Buffer.from("this is no frame")]),
      Buffer.concat([frameHeader(10), runBlock(0, 1_025)]),
      Buffer.concat([frameHeader(20), runBlock(0, 131_073)]),
      Buffer.concat([frameHeader(17), Buffer.of(6, 0, 0, 0)]),
      Buffer.concat([Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 8, 0), plainBlock(boat, true)]),
      corrupt
    ]) {
      assert.match(failureOf(file), broken)
    }
    const withDictionary = Buffer.concat([Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 1, 0, 7), plainBlock(boat, true)])
    assert.match(failureOf(withDictionary), /with a dictionary/)
  })
})
