/**
 * Runs the program offline over the sessions of the quality benchmark, and scores its memories and those of the
 * baselines. Prints the rows of scores as JSON. With `--findings` it prints every fault that the program's scores count,
 * one a line; with `--memories` all `MEMORY.md` and traces.
 */
import * as Effect from "effect/Effect"
import * as TestContext from "effect/TestContext"
import { baselines } from "./quality/baselines.js"
import { memoriesOf } from "./quality/program.js"
import { projects } from "./quality/projects.js"
import { programName, type QualityRow } from "./quality/record.js"
import { scoreOf } from "./quality/score.js"

const memories = await Effect.runPromise(Effect.provide(memoriesOf(projects), TestContext.TestContext))
const { findings, scores } = scoreOf(projects, memories)

const rows = (): ReadonlyArray<QualityRow> => [
  ...[...baselines].map(([name, memoriesBy]) => ({
    name,
    scores: scoreOf(projects, projects.map(memoriesBy)).scores
  })),
  { name: programName, scores }
]

const text = process.argv.includes("--findings")
  ? findings.map(({ fault, project, where }) => `${project}, ${where}: ${fault}`).join("\n")
  : process.argv.includes("--memories")
    ? memories.map(({ memories: steps, traces }) => [steps.at(-1) ?? "", ...traces].join("\n\n---\n\n")).join("\n\n")
    : JSON.stringify(rows())
process.stdout.write(`${text}\n`)
