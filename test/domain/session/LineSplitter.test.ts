import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { LineSplitter, type NumberedLine } from "../../../src/domain/session/LineSplitter.js"
import { cpuTimeOf } from "../../support/time.js"

const split = (
  content: string | Uint8Array,
  sizes: ReadonlyArray<number> = [1_000_000],
  stringBytes = 1_000
): ReadonlyArray<NumberedLine> => {
  const bytes = Buffer.from(content)
  const splitter = new LineSplitter({ stringBytes })
  const lines: Array<NumberedLine> = []
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1
    lines.push(...splitter.push(bytes.subarray(at, at + size)))
    at += size
  }
  return [...lines, ...splitter.flush()]
}

const numbered = (...texts: ReadonlyArray<string>) => texts.map((text, index) => ({ line: index + 1, text }))

describe("splitting a file into lines", () => {
  it("numbers them as an editor does, blank ones included", () => {
    assert.deepStrictEqual(split("a\n\n  \nb\n"), [
      { line: 1, text: "a" },
      { line: 4, text: "b" }
    ])
  })

  it("takes a last line that has no newline at its end", () => {
    assert.deepStrictEqual(split("a\nb"), numbered("a", "b"))
    assert.deepStrictEqual(split("a\nb\n"), numbered("a", "b"))
    assert.deepStrictEqual(split(""), [])
  })

  it("takes off a byte order mark, carriage returns and NULs", () => {
    assert.deepStrictEqual(split("\ufeff{}\r\n[]\r\n"), numbered("{}", "[]"))
    assert.deepStrictEqual(split('\0\0\0{"a":1}\0\n\0\0\n{"b":2}'), [
      { line: 1, text: '{"a":1}' },
      { line: 3, text: '{"b":2}' }
    ])
  })

  it("replaces what is no UTF-8", () => {
    assert.deepStrictEqual(split(Buffer.from([0x22, 0xff, 0x22, 0x0a, 0x31])), numbered('"\ufffd"', "1"))
  })

  it("gives up a long line that is no text, and goes on behind it", () => {
    const lines = split(`{"a":1}\n[${"1,".repeat(2_000_000)}1]\n{"b":"${"x".repeat(5_000_000)}"}`)
    assert.deepStrictEqual(
      lines.map(({ line, text }) => [line, text?.slice(0, 7)]),
      [
        [1, '{"a":1}'],
        [2, undefined],
        [3, '{"b":"x']
      ]
    )
  })

  it.prop(
    "gives the same lines however the file comes in",
    [
      fc.array(fc.constantFrom("é", "🍎", "\n", "\r\n", "\0", "\ufeff", '{"a":"', '"}', "\\", "x".repeat(50), " "), {
        maxLength: 60
      }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
      fc.constantFrom(10, 40, 1_000)
    ],
    ([pieces, sizes, stringBytes]) => {
      const content = pieces.join("")
      assert.deepStrictEqual(split(content, sizes, stringBytes), split(content, [1_000_000], stringBytes))
    },
    { fastCheck: { numRuns: 500 } }
  )

  it.prop(
    "gives the lines that splitting the whole text gives",
    [fc.string({ unit: "grapheme" }), fc.nat(20)],
    ([text, size]) => {
      const expected = text
        .split("\n")
        .flatMap((line, index) => (line.trim() === "" ? [] : [{ line: index + 1, text: line.trim() }]))
      assert.deepStrictEqual(split(text, [size + 1]), expected)
    }
  )

  it("shortens the strings of a line that is too long, and leaves the lines around it alone", () => {
    const long = JSON.stringify({ type: "event_msg", text: "a".repeat(50_000) })
    const [before, shortened, after, ...others] = split(`{"a":1}\n${long}\n{"b":2}\n`, [777], 1_000)
    assert.deepStrictEqual([before, after, others], [{ line: 1, text: '{"a":1}' }, { line: 3, text: '{"b":2}' }, []])
    const json: { readonly type: string; readonly text: string } = JSON.parse(shortened?.text ?? "")
    assert.strictEqual(json.type, "event_msg")
    assert.match(json.text, /^a+ \[\.\.\. \d+ bytes left out \.\.\.\] a+$/)
    assert.isAtMost(json.text.length, 2_100)
  })

  it("gives up a line that is too long even so, and counts it", () => {
    const splitter = new LineSplitter({ stringBytes: 1_000 })
    const digits = Buffer.alloc(1_048_576, "1")
    for (let count = 0; count < 65; count++) {
      assert.deepStrictEqual(splitter.push(digits), [])
    }
    assert.deepStrictEqual(splitter.push(Buffer.from("\n{}\n")), [
      { line: 1, text: undefined },
      { line: 2, text: "{}" }
    ])
  })

  it("steps over a million blank lines (a guard against hanging)", () => {
    const taken = cpuTimeOf(() => {
      assert.deepStrictEqual(split(`${"\n".repeat(1_000_000)}{}`, [65_536]), [{ line: 1_000_001, text: "{}" }])
      assert.deepStrictEqual(split("\r\n".repeat(500_000)), [])
    })
    assert.isBelow(taken, 20_000)
  })
})
