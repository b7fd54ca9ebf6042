import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { renderTable, type Column } from "./TextTable.js"
import { wantsColour } from "./Terminal.js"

/** What a command writes on: as wide as the terminal, and coloured when its user wants it; a pipe has neither. */
export interface Screen {
  readonly width: number
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  /** Of something that needs a person. */
  readonly alarm: (text: string) => string
  readonly mark: (text: string) => string
  readonly table: (columns: ReadonlyArray<Column>, rows: ReadonlyArray<ReadonlyArray<string>>) => ReadonlyArray<string>
}

const plain = (text: string): string => text
const styled =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001b[${on}m${text}\u001b[${off}m`

/** A line in a pipe is as long as it is. */
const unlimited = 1_000_000
const narrowest = 40
/** Of a terminal that does not tell. */
const usual = 80

/** The screen that stdout is. */
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

/** Prints one JSON object, or what people read. */
export const print = <A>(asJson: boolean, value: A, lines: (screen: Screen) => ReadonlyArray<string>) =>
  asJson
    ? Console.log(JSON.stringify(value))
    : Effect.flatMap(screen, (screen) => Console.log(lines(screen).join("\n")))
