import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { exactTime, readableSize, readableTime } from "../domain/ReadableTime.js"
import { shortId } from "../domain/ThreadPrefix.js"
import { projectName } from "../domain/WorkingDirectory.js"
import { MemoryCatalogue, type MemoryEntry } from "../services/MemoryCatalogue.js"
import { MemoryShelf } from "../services/MemoryShelf.js"
import { Settings } from "../Settings.js"
import { directoryOf, runOn } from "./CommandRun.js"
import type { CommandServices } from "./CommandServices.js"
import type { Given } from "./Options.js"
import { print, type Screen } from "./Screen.js"

interface Project {
  readonly cwd: string
  readonly memories: ReadonlyArray<MemoryEntry>
}

const byProject = (entries: ReadonlyArray<MemoryEntry>): ReadonlyArray<Project> => {
  const projects = new Map<string, Array<MemoryEntry>>()
  for (const entry of entries) {
    const own = projects.get(entry.cwd)
    if (own === undefined) {
      projects.set(entry.cwd, [entry])
    } else {
      own.push(entry)
    }
  }
  return [...projects].map(([cwd, memories]) => ({ cwd, memories }))
}

const columns = [
  { heading: "thread" },
  { heading: "when" },
  { heading: "outcome" },
  { heading: "size", isNumber: true },
  { heading: "title", isFlexible: true }
]

const render = (projects: ReadonlyArray<Project>, shown: number, { bold, table }: Screen): ReadonlyArray<string> =>
  projects.length === 0
    ? ["Nothing was learned yet."]
    : projects.flatMap(({ cwd, memories }, index) => [
        ...(index === 0 ? [] : [""]),
        `${bold(projectName(cwd))}  ${cwd}`,
        ...table(
          columns,
          memories
            .slice(0, shown)
            .map(({ outcomes, size, threadId, title, updatedAt }) => [
              shortId(threadId),
              readableTime(updatedAt),
              outcomes.join(", ") || "unknown",
              readableSize(size),
              title
            ])
        ),
        ...(memories.length > shown
          ? [`and ${memories.length - shown} older: rollout-memories list --cwd ${JSON.stringify(cwd)}`]
          : [])
      ])

/** `list`: projects and their memories; without a project the ones of each that its MEMORY.md is made from. */
export const run = <E>(
  given: Given & { readonly json: boolean; readonly cwd: Option.Option<string> },
  { looking }: CommandServices<E>
) =>
  runOn(
    given,
    looking,
    Effect.gen(function* () {
      const catalogue = yield* MemoryCatalogue
      const { rootOf } = yield* MemoryShelf
      const { tracesPerCwd } = yield* Settings
      const cwd = Option.getOrUndefined(Option.map(given.cwd, directoryOf))
      const projects = byProject(yield* catalogue.memories(cwd))
      const json = projects.map(({ cwd, memories }) => ({
        cwd,
        memoryRoot: rootOf(cwd).memoryPath,
        memories: memories.map(({ outcomes, size, threadId, title, updatedAt }) => ({
          threadId,
          title,
          updatedAt: exactTime(updatedAt),
          outcomes,
          size
        }))
      }))
      yield* print(given.json, { projects: json }, (screen) =>
        render(projects, cwd === undefined ? tracesPerCwd : Infinity, screen)
      )
    })
  )
