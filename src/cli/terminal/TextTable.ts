import { withoutDirectionControls } from "../../domain/text/WritingDirection.js"
import { columnsOf, fitText } from "./TextWidth.js"

/**
 * Replaces control characters and line breaks by spaces, since text from sessions and models must not move the cursor.
 */
const shown = (text: string): string => withoutDirectionControls(text).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")

/**
 * A column: its heading, whether it may be narrowed when a line is too wide, and whether it is aligned to the right.
 */
export interface Column {
  readonly heading: string
  readonly isFlexible?: boolean
  readonly isNumber?: boolean
}

const gap = 2
/** Minimum width of a narrowed column. */
const narrowest = 12

/**
 * Returns the width of each column after narrowing the flexible ones, starting with the last, and the number of columns
 * by which a line is still too wide.
 */
const widthsOf = (columns: ReadonlyArray<Column>, rows: ReadonlyArray<ReadonlyArray<string>>, width: number) => {
  const widths = columns.map(({ heading }, index) =>
    rows.reduce((most, row) => Math.max(most, columnsOf(row[index] ?? "")), columnsOf(heading))
  )
  let excess = widths.reduce((sum, one) => sum + one + gap, -gap) - width
  for (const [index, column] of [...columns.entries()].toReversed()) {
    const own = widths[index] ?? 0
    if (column.isFlexible === true && excess > 0) {
      const given = Math.min(excess, Math.max(0, own - narrowest))
      widths[index] = own - given
      excess -= given
    }
  }
  return { widths, excess }
}

const lineOf = (columns: ReadonlyArray<Column>, widths: ReadonlyArray<number>, cells: ReadonlyArray<string>): string =>
  cells
    .map((cell, index) => {
      const width = widths[index] ?? 0
      const text = fitText(cell, width)
      const space = " ".repeat(Math.max(0, width - columnsOf(text)))
      return columns[index]?.isNumber === true ? space + text : text + space
    })
    .join(" ".repeat(gap))
    .trimEnd()

/**
 * Renders rows as a table of a given width, headings first. Flexible columns are narrowed, starting with the last; if
 * that is not enough, each of them goes on a line of its own below the others. `bold` marks the headings.
 */
export const renderTable = (
  columns: ReadonlyArray<Column>,
  given: ReadonlyArray<ReadonlyArray<string>>,
  { bold, width }: { readonly width: number; readonly bold: (text: string) => string }
): ReadonlyArray<string> => {
  const rows = given.map((row) => row.map(shown))
  const headings = columns.map(({ heading }) => heading)
  const { excess, widths } = widthsOf(columns, rows, width)
  if (excess <= 0) {
    return [bold(lineOf(columns, widths, headings)), ...rows.map((row) => lineOf(columns, widths, row))]
  }
  const fixed = columns.filter(({ isFlexible }) => isFlexible !== true)
  const fixedOf = (row: ReadonlyArray<string>) => row.filter((_, index) => columns[index]?.isFlexible !== true)
  const below = (row: ReadonlyArray<string>): ReadonlyArray<string> =>
    row.flatMap((cell, index) =>
      columns[index]?.isFlexible === true && cell !== "" ? [fitText(`${" ".repeat(gap)}${cell}`, width)] : []
    )
  const narrow = widthsOf(fixed, rows.map(fixedOf), width).widths
  const line = (row: ReadonlyArray<string>) => fitText(lineOf(fixed, narrow, fixedOf(row)), width)
  return [bold(line(headings)), ...rows.flatMap((row) => [line(row), ...below(row)])]
}
