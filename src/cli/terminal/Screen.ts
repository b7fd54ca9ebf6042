import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type { Column } from "./TextTable.js"
import { loadTextWidth, wantsColour } from "./Terminal.js"

/** The width and the colours of a command's output. A pipe has no width limit and no colour. */
export interface Style {
  readonly width: number
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  /** Colours text that a person should notice, such as a failure. */
  readonly alarm: (text: string) => string
  readonly mark: (text: string) => string
}

/** A style, with a function that renders tables in it. */
export interface Screen extends Style {
  readonly table: (columns: ReadonlyArray<Column>, rows: ReadonlyArray<ReadonlyArray<string>>) => ReadonlyArray<string>
}

const plain = (text: string): string => text
const styled =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001b[${on}m${text}\u001b[${off}m`

/** The width for an output that is not a terminal, so large that no line is ever broken. */
const unlimited = 1_000_000
const narrowest = 40
/** The width in columns for a terminal that does not report its own. */
const usual = 80

/** The style of stdout. */
export const style: Effect.Effect<Style> = Effect.map(wantsColour(process.stdout), (isColoured) => {
  const style = (on: number, off: number) => (isColoured ? styled(on, off) : plain)
  return {
    width: process.stdout.isTTY ? Math.max(narrowest, process.stdout.columns || usual) : unlimited,
    bold: style(1, 22),
    dim: style(2, 22),
    alarm: style(31, 39),
    mark: style(33, 39)
  }
})

/** The screen for stdout. */
export const screen: Effect.Effect<Screen> = Effect.zipWith(
  style,
  Effect.promise(() => import("./TextTable.js")),
  (style, { renderTable }) => ({ ...style, table: (columns, rows) => renderTable(columns, rows, style) })
)

/** Writes a text, and breaks lines that are wider than the terminal between words. */
const write = (text: string, width: number) =>
  width === unlimited
    ? Console.log(text)
    : Effect.flatMap(loadTextWidth, ({ wrapLine }) =>
        Console.log(
          text
            .split("\n")
            .flatMap((line) => wrapLine(line, width))
            .join("\n")
        )
      )

/** Prints a text without tables. */
export const printText = (text: (style: Style) => string) =>
  Effect.flatMap(style, (style) => write(text(style), style.width))

/** Prints one JSON object, or with `asJson` false the lines for a person. */
export const print = <A>(asJson: boolean, value: A, lines: (screen: Screen) => ReadonlyArray<string>) =>
  asJson
    ? Console.log(JSON.stringify(value))
    : Effect.flatMap(screen, (screen) => write(lines(screen).join("\n"), screen.width))
