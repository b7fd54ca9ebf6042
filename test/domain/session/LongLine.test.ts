import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { LongLine } from "../../../src/domain/session/LongLine.js"

/** Shortens a line that comes in pieces of the given sizes, over and over. */
const shorten = (
  text: string,
  stringBytes: number,
  sizes: ReadonlyArray<number> = [1_000_000],
  lineBytes = 1_000_000
): string | undefined => {
  const bytes = new TextEncoder().encode(text)
  const line = new LongLine({ stringBytes, lineBytes, structureBytes: lineBytes })
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1
    line.push(bytes.subarray(at, at + size))
    at += size
  }
  const shortened = line.finish()
  return shortened === undefined ? undefined : new TextDecoder("utf-8", { fatal: true }).decode(shortened)
}

const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 })

/** The inside of a JSON string as it may stand in a file: escapes of every form, and characters of every length. */
const inside = fc
  .array(
    fc.constantFrom(
      "a",
      "é",
      "字",
      "🍎",
      "\\n",
      "\\\\",
      '\\"',
      "\\u00e9",
      "\\ud83c\\udf4e",
      " ",
      "/",
      "b c d",
      "x".repeat(20)
    ),
    { maxLength: 80 }
  )
  .map((pieces) => pieces.join(""))

const leftOut = / \[\.\.\. (\d+) bytes left out \.\.\.\] /

describe("long lines of JSON", () => {
  it("a string that is too long keeps its head and tail around the number of bytes left out", () => {
    const text = JSON.stringify({ before: 1, t: `${"a".repeat(500)}${"z".repeat(500)}`, after: [true, null] })
    const shortened: { readonly t: string } = JSON.parse(shorten(text, 100) ?? "")
    assert.match(shortened.t, /^a{90,100} \[\.\.\. \d+ bytes left out \.\.\.\] z{90,100}$/)
    const [, went] = leftOut.exec(shortened.t) ?? []
    assert.strictEqual(shortened.t.replace(leftOut, "").length + Number(went), 1_000)
    assert.deepStrictEqual({ ...shortened, t: "" }, { before: 1, t: "", after: [true, null] })
  })

  it.prop(
    "a line without a long string stays unchanged",
    [fc.array(inside, { maxLength: 6 }), sizes],
    ([strings, pieces]) => {
      const text = `{"list":[${strings.map((string) => `"${string}"`).join(", ")}]}`
      assert.strictEqual(shorten(text, 1_000, pieces), text)
    }
  )

  it.prop(
    "a shortened line stays valid JSON, and each string is whole or keeps its own head and tail",
    [inside, inside, inside, fc.integer({ min: 1, max: 60 }), sizes],
    ([key, first, second, limit, pieces]) => {
      const text = `{"k${key}": "${first}", "n": [1.5e3, "${second}", {"deep": "${first}"}]}`
      const shortened = shorten(text, limit, pieces)
      const [[whole, ...wholes], [short, ...shorts]] = [stringsIn(text), stringsIn(shortened ?? "")]
      assert.lengthOf(shorts, wholes.length)
      for (const [index, original] of [whole ?? "", ...wholes].entries()) {
        const found = [short ?? "", ...shorts][index] ?? ""
        const raw = [`k${key}`, first, "n", second, "deep", first][index] ?? ""
        if (Buffer.byteLength(raw) <= 2 * limit) {
          assert.strictEqual(found, original)
        } else {
          const [head = "", went = "", tail = ""] = found.split(leftOut)
          assert.isTrue(original.startsWith(head) && original.endsWith(tail), found)
          assert.isAtMost(Buffer.byteLength(head), limit)
          assert.isAtMost(Buffer.byteLength(tail), limit)
          assert.isAbove(Number(went), 0)
        }
      }
    },
    { fastCheck: { numRuns: 1_000 } }
  )

  it.prop(
    "a line is shortened to the same text however it is divided into chunks",
    [inside, fc.integer({ min: 1, max: 60 }), sizes, sizes],
    ([string, limit, some, others]) => {
      const text = `{"a": "${string}", "b": "${string}${string}"}`
      assert.strictEqual(shorten(text, limit, some), shorten(text, limit, others))
      assert.strictEqual(shorten(text, limit, some), shorten(text, limit))
    }
  )

  it("a line that is too long outside its strings is given up", () => {
    const text = JSON.stringify(Array.from({ length: 100 }, (_, index) => index))
    assert.isUndefined(shorten(text, 10, [7], 100))
    assert.strictEqual(shorten(text, 10, [7], text.length), text)
  })

  it("a line with too much structure is given up, however short its strings are", () => {
    for (const text of ["[".repeat(500), `[${'"",'.repeat(200)}1]`, `{${'"k":1,'.repeat(120)}"k":1}`]) {
      const line = new LongLine({ stringBytes: 100, lineBytes: 10_000, structureBytes: 400 })
      line.push(new TextEncoder().encode(text))
      assert.isUndefined(line.finish(), text.slice(0, 20))
    }
    const line = new LongLine({ stringBytes: 1_000, lineBytes: 10_000, structureBytes: 10 })
    line.push(new TextEncoder().encode(JSON.stringify(["a".repeat(1_000)])))
    assert.isDefined(line.finish())
  })

  it("a string with an escape sequence every few bytes keeps its head and tail", () => {
    for (const inner of ["\\n", '\\"', "\\u0041", "a\\n", '\\"b\\"', "\\ud83c\\udf4e", "\\\\x"]) {
      const text = `{"t":"${inner.repeat(1_000)}"}`
      const { t }: { readonly t: string } = JSON.parse(shorten(text, 300) ?? "")
      const [head = "", , tail = ""] = t.split(leftOut)
      const escapedLength = (part: string) => (part.length / JSON.parse(`"${inner}"`).length) * inner.length
      assert.isAtLeast(escapedLength(head), 280, inner)
      assert.isAtLeast(escapedLength(tail), 280, inner)
      assert.notMatch(t, /\p{Surrogate}/u, inner)
    }
  })

  it("a line that ends in the middle of a string can be finished", () => {
    assert.strictEqual(shorten('{"a": "cut off he', 100), '{"a": "cut off he')
  })
})

/** The strings of a document of this shape, keys included. */
const stringsIn = (text: string): ReadonlyArray<string> => {
  const json: object = JSON.parse(text)
  const strings = (value: unknown): ReadonlyArray<string> =>
    typeof value === "string"
      ? [value]
      : Array.isArray(value)
        ? value.flatMap(strings)
        : typeof value === "object" && value !== null
          ? Object.entries(value).flatMap(([key, inner]) => [key, ...strings(inner)])
          : []
  return strings(json)
}
