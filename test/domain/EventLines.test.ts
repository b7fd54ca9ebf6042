import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { EventLines } from "../../src/domain/EventLines.js"

/** What is given on of a text that comes in pieces of so many bytes, or cut where it is said. */
const givenOn = (text: string, size = Infinity, cuts: ReadonlyArray<number> = []): string => {
  const bytes = Buffer.from(text)
  const lines = new EventLines()
  const edges = [...cuts.filter((at) => at < bytes.length).sort((left, right) => left - right), bytes.length]
  const given: Array<Uint8Array> = []
  let start = 0
  for (const edge of edges) {
    for (; start < edge; start = Math.min(edge, start + size)) {
      given.push(...lines.take(bytes.subarray(start, Math.min(edge, start + size))))
    }
  }
  return Buffer.concat(given).toString("utf8")
}

const whole = 'data: {"a":"ü"}\ndata: 2\n\ndata: [DONE]\n\n'

describe("of server-sent events", () => {
  it("the data and the ends of events are given on, and nothing else", () => {
    const text = `\uFEFFevent: a\nid: 7\nretry: 86400000\n: hello\n${whole}:\n`
    assert.strictEqual(givenOn(text), whole)
  })

  it("a line that does not end is not given on", () => {
    assert.strictEqual(givenOn("data: 1\n\ndata: 2"), "data: 1\n\n")
  })

  it.prop(
    "the same is given on however lines end and wherever the network cuts them",
    {
      ending: Schema.Literal("\n", "\r\n", "\r"),
      cuts: Schema.Array(Schema.Int.pipe(Schema.between(0, 60)))
    },
    ({ cuts, ending }) => {
      assert.strictEqual(givenOn(`: hi\n${whole}`.replaceAll("\n", ending), Infinity, cuts), whole)
    }
  )

  it("an event that is too long is let go, in one line or in many, and the next one is given on", () => {
    const long = "x".repeat(11_000_000)
    assert.strictEqual(givenOn(`data: ${long}\n\ndata: 1\n\n`, 65_536), "\ndata: 1\n\n")
    const given = givenOn(`${`data: ${"x".repeat(999_994)}\n`.repeat(12)}\ndata: 1\n\n`, 65_536).split("\n")
    assert.deepStrictEqual([given.length, given.slice(10)], [14, ["", "data: 1", "", ""]])
  })
})
