import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { renderTable, type Column } from "./TextTable.js"
import { wrapLine } from "./TextWidth.js"
import { wantsColour } from "./Terminal.js"

/** The output of a command: as wide as the terminal, and coloured when its user wants it. A pipe has no width and no colour. */
export interface Screen {
  readonly width: number
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  /** Marks something that needs a person. */
  readonly alarm: (text: string) => string
  readonly mark: (text: string) => string
  readonly table: (columns: ReadonlyArray<Column>, rows: ReadonlyArray<ReadonlyArray<string>>) => ReadonlyArray<string>
}

const plain = (text: string): string => text
const styled =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001b[${on}m${text}\u001b[${off}m`

/** The width of a pipe, whose lines are never broken. */
const unlimited = 1_000_000
const narrowest = 40
/** The width of a terminal that does not tell its own. */
const usual = 80

/** The screen on stdout. */
export const screen: Effect.Effect<Screen> = Effect.map(wantsColour(process.stdout), (isColoured) => {
  const width = process.stdout.isTTY ? Math.max(narrowest, process.stdout.columns || usual) : unlimited
  const style = (on: number, off: number) => (isColoured ? styled(on, off) : plain)
  const bold = style(1, 22)
  return {
    width,
    bold,
    dim: style(2, 22),
    alarm: style(31, 39),
    mark: style(33, 39),
    table: (columns, rows) => renderTable(columns, rows, { width, bold })
  }
})

/** Prints lines; those that are wider than the screen break between words. */
export const printLines = (lines: (screen: Screen) => ReadonlyArray<string>) =>
  Effect.flatMap(screen, (screen) =>
    Console.log(
      lines(screen)
        .flatMap((text) => text.split("\n"))
        .flatMap((line) => wrapLine(line, screen.width))
        .join("\n")
    )
  )

/** Prints one JSON object, or lines for people. */
export const print = <A>(asJson: boolean, value: A, lines: (screen: Screen) => ReadonlyArray<string>) =>
  asJson ? Console.log(JSON.stringify(value)) : printLines(lines)
