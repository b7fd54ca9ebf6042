/** Characters that take two columns of a terminal: the CJK blocks, full-width forms and emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u
const noWidth = /\p{Mn}|\p{Cf}/u
const plain = /^[\x20-\x7e]*$/

/** How many columns of a terminal a text takes. */
export const displayWidth = (text: string): number => {
  if (plain.test(text)) {
    return text.length
  }
  let width = 0
  for (const character of text) {
    width += noWidth.test(character) ? 0 : wide.test(character) ? 2 : 1
  }
  return width
}

/** Nothing that is shown may move the cursor, whatever it was taken from. */
const shown = (text: string): string => (plain.test(text) ? text : text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " "))

/** Cuts a text to so many columns, with `…` where something is missing. */
export const fitText = (text: string, width: number): string => {
  if (displayWidth(text) <= width) {
    return text
  }
  let kept = ""
  let used = 0
  for (const character of text) {
    const next = displayWidth(character)
    if (used + next > width - 1) {
      break
    }
    kept += character
    used += next
  }
  return `${kept}…`
}

/** A column: its heading, and whether it gives up width first when a line would not fit. */
export interface Column {
  readonly heading: string
  readonly isFlexible?: boolean
  readonly isNumber?: boolean
}

const gap = 2
/** No flexible column is cut below this. */
const narrowest = 12

/** How wide each column is, the flexible ones, the last one first, as narrow as they may be; and by how much that is too wide. */
const widthsOf = (columns: ReadonlyArray<Column>, rows: ReadonlyArray<ReadonlyArray<string>>, width: number) => {
  const widths = columns.map(({ heading }, index) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[index] ?? "")), displayWidth(heading))
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
      const space = " ".repeat(Math.max(0, width - displayWidth(text)))
      return columns[index]?.isNumber === true ? space + text : text + space
    })
    .join(" ".repeat(gap))
    .trimEnd()

/**
 * Rows as a table that fits a width, its headings first; the flexible columns, the last one first, are cut where it would not
 * fit, and go below the others, a line each, where that does not do. `bold` marks the headings.
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
