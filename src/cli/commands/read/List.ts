import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { agentTitles } from "../../../domain/session/CodingAgent.js"
import { exactTime } from "../../../domain/text/ExactTime.js"
import { readableSize, readableTime } from "../../terminal/ReadableTime.js"
import { shortId } from "../../../domain/thread/ThreadPrefix.js"
import { type Directory, projectName } from "../../../domain/thread/WorkingDirectory.js"
import { MemoryInspection } from "../../../services/MemoryInspection.js"
import { type MemoryEntry, ThreadMemories } from "../../../services/state/ThreadMemories.js"
import { Settings } from "../../../settings/Settings.js"
import { projectOf, runOn } from "../../RunCommand.js"
import type { CommandServices } from "../../CommandServices.js"
import type { Given } from "../../Options.js"
import { print, type Screen } from "../../terminal/Screen.js"

interface Project {
  readonly cwd: Directory
  readonly memories: ReadonlyArray<MemoryEntry>
  readonly total: number
}

/** Groups the listed memories by project, each with its total number of memories. */
const byProject = (counts: ReadonlyMap<string, number>, entries: ReadonlyArray<MemoryEntry>): ReadonlyArray<Project> =>
  Object.values(Arr.groupBy(entries, ({ cwd }) => cwd)).map((memories) => ({
    cwd: memories[0].cwd,
    memories,
    total: counts.get(memories[0].cwd) ?? memories.length
  }))

/**
 * Maximum number of memories shown for each project; `--cwd` shows all of one project, `--json` all of all projects.
 */
const shownPerProject = 5

/** The columns of a project. The agent is shown where a session is not of Codex. */
const columns = (hasAgents: boolean) => [
  { heading: "thread" },
  ...(hasAgents ? [{ heading: "agent" }] : []),
  { heading: "when" },
  { heading: "outcome" },
  { heading: "size", isNumber: true },
  { heading: "title", isFlexible: true }
]

const isOfOther = ({ agent }: MemoryEntry): boolean => agent !== "codex"

const render = (projects: ReadonlyArray<Project>, nothing: string, { bold, table }: Screen): ReadonlyArray<string> =>
  projects.length === 0
    ? [nothing]
    : projects.flatMap(({ cwd, memories, total }, index) => [
        ...(index === 0 ? [] : [""]),
        `${bold(projectName(cwd))}  ${cwd}`,
        ...table(
          columns(memories.some(isOfOther)),
          memories.map(({ agent, outcomes, size, threadId, title, updatedAt }) => [
            shortId(threadId),
            ...(memories.some(isOfOther) ? [agentTitles[agent]] : []),
            readableTime(updatedAt),
            outcomes.join(", ") || "unknown",
            readableSize(size),
            title
          ])
        ),
        ...(total > memories.length
          ? [`and ${total - memories.length} older: rollout-memories list --cwd ${JSON.stringify(cwd)}`]
          : [])
      ])

/** Implements `list`: shows projects and their memories; without `--cwd` only the newest ones of each. */
export const run = <E>(
  given: Given & { readonly json: boolean; readonly cwd: Option.Option<string> },
  { looking }: CommandServices<E>
) =>
  runOn(
    given,
    looking,
    Effect.gen(function* () {
      const threadMemories = yield* ThreadMemories
      const { rootOf } = yield* MemoryInspection
      const { memoriesHome } = yield* Settings
      const cwd = Option.isSome(given.cwd) ? yield* projectOf(given.cwd.value) : undefined
      const counts = new Map((yield* threadMemories.projects).map(({ cwd, memories }) => [cwd, memories]))
      const shown = given.json || cwd !== undefined ? Infinity : shownPerProject
      const projects = byProject(counts, yield* threadMemories.list(cwd, shown))
      const json = projects.map(({ cwd, memories }) => ({
        cwd,
        memoryRoot: rootOf(cwd).memoryPath,
        memories: memories.map(({ agent, outcomes, size, threadId, title, updatedAt }) => ({
          threadId,
          agent,
          title,
          updatedAt: exactTime(updatedAt),
          outcomes,
          size
        }))
      }))
      const nothing =
        cwd === undefined || counts.size === 0
          ? `Nothing was learned yet in ${memoriesHome}: run rollout-memories once, without a command.`
          : `Nothing was learned in ${cwd}; \`rollout-memories list\` shows the projects where something was.`
      yield* print(given.json, { projects: json }, (screen) => render(projects, nothing, screen))
    })
  )
