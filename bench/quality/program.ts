import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import * as AgentControlOffline from "../../src/layers/agent/Offline.js"
import * as ModelClientOffline from "../../src/layers/model/Offline.js"
import { bucketOf, Directory } from "../../src/domain/thread/WorkingDirectory.js"
import { runPass } from "../../src/pass/RunPass.js"
import { aDayLater, namesIn, World } from "../../src/testing/World.js"
import { fixtureNumber, rolloutOf, threadIdFor } from "./render.js"
import type { QualityProject } from "./session.js"

/** The memories of one project: a trace for every session, and `MEMORY.md` as it was after each. */
export interface ProjectMemories {
  /** The traces without their headers, by the sessions' positions; empty where a session has none. */
  readonly traces: ReadonlyArray<string>
  /** `MEMORY.md` after the first session, the second, and so on. */
  readonly memories: ReadonlyArray<string>
}

/** Removes the lines above the first blank line of a trace file. */
const withoutHeader = (text: string): string => text.replace(/^(?:\w+: [^\n]*\n)+\n/, "")

const readOrEmpty = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(path)).pipe(Effect.orElseSucceed(() => ""))

const memoryFolder = (world: World, project: QualityProject): string =>
  `${world.home}/${bucketOf(Directory.make(project.cwd))}/memory`

const readTrace = Effect.fnUntraced(function* (folder: string, threadId: string) {
  const names = yield* namesIn(`${folder}/trace_summaries`)
  const name = names.find((one) => one.startsWith(threadId))
  return name === undefined ? "" : withoutHeader(yield* readOrEmpty(`${folder}/trace_summaries/${name}`))
})

/**
 * Runs the program's passes offline over the sessions of all projects, in memory: after each pass every project has one
 * session more. Returns the memories of each project.
 */
export const memoriesOf = Effect.fn("Quality.memoriesOf")(function* (projects: ReadonlyArray<QualityProject>) {
  const world = new World()
  const layer = Layer.provideMerge(Layer.merge(ModelClientOffline.layer, AgentControlOffline.layer), world.layer)
  const rounds = Math.max(...projects.map(({ sessions }) => sessions.length))
  const run = Effect.gen(function* () {
    yield* TestClock.setTime(aDayLater)
    const steps: Array<ReadonlyArray<string>> = []
    for (let round = 0; round < rounds; round++) {
      for (const [index, project] of projects.entries()) {
        const session = project.sessions[round]
        if (session !== undefined) {
          const number = fixtureNumber(index, round)
          world.add(number, { cwd: project.cwd, content: rolloutOf(project, session, number) })
        }
      }
      yield* runPass({ all: true, rebuildIndex: false })
      steps.push(yield* Effect.forEach(projects, (project) => readOrEmpty(`${memoryFolder(world, project)}/MEMORY.md`)))
    }
    return yield* Effect.forEach(projects, (project, index) =>
      Effect.map(
        Effect.forEach(project.sessions, (_, position) =>
          readTrace(memoryFolder(world, project), threadIdFor(index, position))
        ),
        (traces): ProjectMemories => ({
          traces,
          memories: project.sessions.map((_, position) => steps[position]?.[index] ?? "")
        })
      )
    )
  })
  return yield* Effect.provide(run, layer)
})
