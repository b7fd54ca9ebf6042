import { stripVTControlCharacters } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { columnsOf, fitText, wrapLine } from "../../../src/cli/terminal/TextWidth.js"
import { nonEmpty } from "../../support/nonEmpty.js"

const family = "👨‍👩‍👧‍👦"

describe("the width of a text", () => {
  it.each([
    ["departures", 10],
    ["桟橋", 4],
    [family, 2],
    ["🇫🇷🇩🇪", 4],
    ["e\u0301a\u0308", 2],
    ["\u001b[31mred\u001b[39m", 3]
  ] as const)("the width of %j is %i columns", (text, columns) => assert.strictEqual(columnsOf(text), columns))
})

describe("text cut to a width", () => {
  it("a cut text ends in a mark", () => assert.strictEqual(fitText("departures", 5), "depa…"))

  it("a cut text keeps an emoji of several characters whole, or leaves it out", () => {
    assert.strictEqual(fitText(`${family}${family} ferry`, 5), `${family}${family}…`)
    assert.strictEqual(fitText(`${family}${family} ferry`, 4), `${family}…`)
  })

  it("a cut text is never wider than its limit", () =>
    FastCheck.assert(
      FastCheck.property(
        FastCheck.string({ unit: "grapheme" }),
        FastCheck.integer({ min: 1, max: 30 }),
        (text, width) => assert.isAtMost(columnsOf(fitText(text, width)), width)
      )
    ))
})

describe("lines that are too wide", () => {
  it("a line breaks between words", () =>
    assert.deepStrictEqual(wrapLine("departures are late today", 15), ["departures are", "late today"]))

  it("a line continues below its own indentation, and a list item below its text", () => {
    assert.deepStrictEqual(wrapLine("    departures are late", 18), ["    departures are", "    late"])
    assert.deepStrictEqual(wrapLine("  - departures are late", 18), ["  - departures are", "    late"])
  })

  it("a line keeps a path whole, however long it is", () => {
    const path = "/home/ada/projects/ferry/memories/MEMORY.md"
    assert.deepStrictEqual(wrapLine(`  Open first: ${path}`, 20), ["  Open first:", `  ${path}`])
  })

  it("a line keeps its style when it breaks", () => {
    const lines = wrapLine("\u001b[2m  departures are late\u001b[22m", 14)
    assert.deepStrictEqual(lines.map(stripVTControlCharacters), ["  departures", "  are late"])
    assert.isTrue(nonEmpty(lines).every((line) => line.includes("\u001b[2m") && line.endsWith("\u001b[22m")))
  })

  it("a line loses and gains no word when it breaks", () =>
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(FastCheck.stringMatching(/^[a-zé桟]{1,12}$/)),
        FastCheck.integer({ min: 15, max: 60 }),
        (words, width) => {
          const lines = wrapLine(words.join(" "), width)
          assert.strictEqual(lines.join(" "), words.join(" "))
          assert.isTrue(nonEmpty(lines).every((line) => columnsOf(line) <= width || !line.includes(" ")))
        }
      )
    ))
})
