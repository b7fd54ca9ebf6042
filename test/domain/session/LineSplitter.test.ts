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
  it("lines are numbered as in an editor, blank ones included", () => {
    assert.deepStrictEqual(split("a\n\n  \nb\n"), [
      { line: 1, text: "a" },
      { line: 4, text: "b" }
    ])
  })

  it("the last line can lack a newline", () => {
    assert.deepStrictEqual(split("a\nb"), numbered("a", "b"))
    assert.deepStrictEqual(split("a\nb\n"), numbered("a", "b"))
    assert.deepStrictEqual(split(""), [])
  })

  it("lines lose byte order marks, carriage returns and NULs", () => {
    assert.deepStrictEqual(split("\ufeff{}\r\n[]\r\n"), numbered("{}", "[]"))
    assert.deepStrictEqual(split('\0\0\0{"a":1}\0\n\0\0\n{"b":2}'), [
      { line: 1, text: '{"a":1}' },
      { line: 3, text: '{"b":2}' }
    ])
  })

  it("bytes that are not UTF-8 are replaced", () => {
    assert.deepStrictEqual(split(Buffer.from([0x22, 0xff, 0x22, 0x0a, 0x31])), numbered('"\ufffd"', "1"))
  })

  it("a long line that is not text is given up, and the lines after it are read", () => {
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
    "lines are the same however the file is divided into chunks",
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
    "lines are the same as those of the whole text split at once",
    [fc.string({ unit: "grapheme" }), fc.nat(20)],
    ([text, size]) => {
      const expected = text
        .split("\n")
        .flatMap((line, index) => (line.trim() === "" ? [] : [{ line: index + 1, text: line.trim() }]))
      assert.deepStrictEqual(split(text, [size + 1]), expected)
    }
  )

  it("a line that is too long gets shorter strings, and the lines around it stay unchanged", () => {
    const long = JSON.stringify({ type: "event_msg", text: "a".repeat(50_000) })
    const [before, shortened, after, ...others] = split(`{"a":1}\n${long}\n{"b":2}\n`, [777], 1_000)
    assert.deepStrictEqual([before, after, others], [{ line: 1, text: '{"a":1}' }, { line: 3, text: '{"b":2}' }, []])
    const json: { readonly type: string; readonly text: string } = JSON.parse(shortened?.text ?? "")
    assert.strictEqual(json.type, "event_msg")
    assert.match(json.text, /^a+ \[\.\.\. \d+ bytes left out \.\.\.\] a+$/)
    assert.isAtMost(json.text.length, 2_100)
  })

  it("a line that is too long without its strings is given up, and counted", () => {
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

  it("a million blank lines are skipped quickly", () => {
    const taken = cpuTimeOf(() => {
      assert.deepStrictEqual(split(`${"\n".repeat(1_000_000)}{}`, [65_536]), [{ line: 1_000_001, text: "{}" }])
      assert.deepStrictEqual(split("\r\n".repeat(500_000)), [])
    })
    assert.isBelow(taken, 20_000)
  })
})
