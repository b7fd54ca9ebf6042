import { existsSync, readFileSync, writeFileSync } from "node:fs"
import type { Figure } from "./measure.js"

/** Measured figures as stored in `bench/figures.json`, and the machine they were measured on. */
export interface Figures {
  readonly machine: string
  readonly figures: ReadonlyArray<Figure>
}

/** Renders figures as a Markdown table. */
export const figuresTable = ({ figures, machine }: Figures): string =>
  [
    `${machine}:`,
    "",
    "| what | must be | measured |",
    "| --- | --- | --- |",
    ...figures.map(
      ({ bound, isWithin, measured, what }) =>
        `| ${what} | ${bound} | ${measured}${isWithin ? "" : " **out of bound**"} |`
    )
  ].join("\n")

/**
 * Stores figures in a file and replaces older ones of the same name. Throws when the file has figures of another
 * machine: those of two machines do not belong in one table.
 */
export const recordFigures = (path: string, { figures, machine }: Figures): void => {
  const kept: Figures = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : { machine, figures: [] }
  const measured = new Map(figures.map((figure) => [figure.what, figure]))
  const others = kept.figures.filter(({ what }) => !measured.has(what))
  if (others.length > 0 && kept.machine !== machine) {
    throw new Error(`${path} has figures of another machine (${kept.machine}); measure all of them, or delete it first`)
  }
  const inPlace = kept.figures.map((figure) => measured.get(figure.what) ?? figure)
  const added = figures.filter(({ what }) => !kept.figures.some((figure) => figure.what === what))
  writeFileSync(path, `${JSON.stringify({ machine, figures: [...inPlace, ...added] }, undefined, 2)}\n`)
}
