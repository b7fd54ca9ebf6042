import { readFileSync, writeFileSync } from "node:fs"
import { projects } from "./projects.js"
import { goldCounts, type Scores } from "./score.js"

/** The scores of one author of memory. */
export interface QualityRow {
  readonly name: string
  readonly scores: Scores
}

/** The recorded scores of the quality benchmark. The last row is the program's, and the minimum that it must keep. */
export interface QualityRecord {
  readonly projects: number
  readonly sessions: number
  /** The number of gold items of each kind. */
  readonly items: { readonly [kind: string]: number }
  readonly rows: ReadonlyArray<QualityRow>
}

/** The name of the program's row. */
export const programName = "this program, offline"

/** The file with the recorded scores. */
export const scoresFile = "bench/quality/scores.json"

/** Columns in which less is better. */
const lessIsBetter: ReadonlySet<string> = new Set(["misleading"])

/** Columns that are not compared: a share grows when harmless lines are left out. */
const notCompared: ReadonlySet<string> = new Set(["in 100 lines"])

/** Reads the recorded scores. */
export const readRecord = (): QualityRecord => JSON.parse(readFileSync(scoresFile, "utf8"))

/** Stores scores as the recorded ones. */
export const writeRecord = (rows: ReadonlyArray<QualityRow>): void => {
  const record: QualityRecord = {
    projects: projects.length,
    sessions: projects.reduce((sum, { sessions }) => sum + sessions.length, 0),
    items: goldCounts(projects),
    rows
  }
  writeFileSync(scoresFile, `${JSON.stringify(record, undefined, 2)}\n`)
}

/** Returns the scores of the program among rows. */
export const programScores = (rows: ReadonlyArray<QualityRow>): Scores =>
  rows.find(({ name }) => name === programName)?.scores ?? {}

/** Lists the columns in which scores are worse than the recorded ones, with both. */
export const regressions = (recorded: Scores, measured: Scores): ReadonlyArray<string> =>
  Object.entries(recorded).flatMap(([column, least]) => {
    const reached = measured[column]
    const isWorse = reached === undefined || (lessIsBetter.has(column) ? reached > least : reached < least)
    return isWorse && !notCompared.has(column) ? [`${column}: ${reached ?? "not measured"}, recorded ${least}`] : []
  })

/** Renders rows of scores as a Markdown table. */
export const qualityTable = (rows: ReadonlyArray<QualityRow>): string => {
  const columns = Object.keys(programScores(rows))
  return [
    `| | ${columns.join(" | ")} |`,
    `| --- |${" ---: |".repeat(columns.length)}`,
    ...rows.map(({ name, scores }) => `| ${name} | ${columns.map((column) => scores[column] ?? "").join(" | ")} |`)
  ].join("\n")
}

/** Renders the recorded scores for the documentation: the size of the gold, and the table. */
export const recordText = ({ items, projects: projectCount, rows, sessions }: QualityRecord): string =>
  [
    `${sessions} sessions of ${projectCount} projects; gold: ${Object.entries(items)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(", ")}.`,
    "",
    qualityTable(rows)
  ].join("\n")
