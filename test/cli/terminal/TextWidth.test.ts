import { stripVTControlCharacters } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { columnsOf, fitText, wrapLine } from "../../../src/cli/terminal/TextWidth.js"

const family = "👨‍👩‍👧‍👦"

describe("the width of a text", () => {
  it.each([
    ["departures", 10],
    ["桟橋", 4],
    [family, 2],
    ["🇫🇷🇩🇪", 4],
    ["e\u0301a\u0308", 2],
    ["\u001b[31mred\u001b[39m", 3]
  ] as const)("of %j is %i columns", (text, columns) => assert.strictEqual(columnsOf(text), columns))
})

describe("a text that is cut to a width", () => {
  it("ends in a mark", () => assert.strictEqual(fitText("departures", 5), "depa…"))

  it("keeps an emoji of several characters whole, or leaves it out", () => {
    assert.strictEqual(fitText(`${family}${family} ferry`, 5), `${family}${family}…`)
    assert.strictEqual(fitText(`${family}${family} ferry`, 4), `${family}…`)
  })

  it("never takes more than its width", () =>
    FastCheck.assert(
      FastCheck.property(
        FastCheck.string({ unit: "grapheme" }),
        FastCheck.integer({ min: 1, max: 30 }),
        (text, width) => assert.isAtMost(columnsOf(fitText(text, width)), width)
      )
    ))
})

describe("a line that is too wide", () => {
  it("breaks between words", () =>
    assert.deepStrictEqual(wrapLine("departures are late today", 15), ["departures are", "late today"]))

  it("goes on below its own indentation, an item of a list below its text", () => {
    assert.deepStrictEqual(wrapLine("    departures are late", 18), ["    departures are", "    late"])
    assert.deepStrictEqual(wrapLine("  - departures are late", 18), ["  - departures are", "    late"])
  })

  it("keeps a path whole, however long", () => {
    const path = "/home/ada/projects/ferry/memories/MEMORY.md"
    assert.deepStrictEqual(wrapLine(`  Open first: ${path}`, 20), ["  Open first:", `  ${path}`])
  })

  it("keeps its style on every line", () => {
    const lines = wrapLine("\u001b[2m  departures are late\u001b[22m", 14)
    assert.deepStrictEqual(lines.map(stripVTControlCharacters), ["  departures", "  are late"])
    assert.isTrue(lines.every((line) => line.includes("\u001b[2m") && line.endsWith("\u001b[22m")))
  })

  it("loses and adds no word", () =>
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(FastCheck.stringMatching(/^[a-zé桟]{1,12}$/)),
        FastCheck.integer({ min: 15, max: 60 }),
        (words, width) => {
          const lines = wrapLine(words.join(" "), width)
          assert.strictEqual(lines.join(" "), words.join(" "))
          assert.isTrue(lines.every((line) => columnsOf(line) <= width || !line.includes(" ")))
        }
      )
    ))
})
