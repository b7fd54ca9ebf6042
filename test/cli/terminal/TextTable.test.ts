import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { renderTable } from "../../../src/cli/terminal/TextTable.js"
import { columnsOf } from "../../../src/cli/terminal/TextWidth.js"

const columns = [{ heading: "thread" }, { heading: "size", isNumber: true }, { heading: "title", isFlexible: true }]
const table = (rows: ReadonlyArray<ReadonlyArray<string>>, width: number) =>
  renderTable(columns, rows, { width, bold: (text) => text })

describe("tables", () => {
  it("a table is as wide as its contents, with numbers to the right", () =>
    assert.deepStrictEqual(
      table(
        [
          ["a", "5", "one"],
          ["bcdefgh", "12345", "two"]
        ],
        80
      ),
      ["thread    size  title", "a            5  one", "bcdefgh  12345  two"]
    ))

  it("a table cuts its flexible column to the terminal, and counts wide characters as two", () =>
    assert.deepStrictEqual(table([["a", "5", "桟橋の時刻表を直してください"]], 30), [
      "thread  size  title",
      "a          5  桟橋の時刻表を…"
    ]))

  it("a table's cells cannot move the cursor", () =>
    assert.isFalse(
      table([["\u001b[31m", "1", "a\nb\rc"]], 80)
        .join("")
        .includes("\u001b")
    ))

  it("a table puts its flexible columns below the others if there is no room beside them", () =>
    assert.deepStrictEqual(table([["01a013d1-31c0", "723 B", "departures are late"]], 24), [
      "thread          size",
      "01a013d1-31c0  723 B",
      "  departures are late"
    ]))

  it("a table has no line wider than the terminal", () =>
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(FastCheck.string({ unit: "grapheme" })),
        FastCheck.integer({ min: 10, max: 120 }),
        (titles, width) => {
          const lines = table(
            titles.map((title) => ["12345678", "1 KB", title]),
            width
          )
          assert.isAbove(lines.length, titles.length)
          assert.deepStrictEqual(
            lines.filter((line) => columnsOf(line) > width),
            []
          )
        }
      )
    ))
})
