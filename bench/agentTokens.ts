import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { agent } from "../src/layers/model/server/OpenAi.js"
import { AgentControl } from "../src/services/AgentControl.js"
import * as Templates from "../src/services/Templates.js"
import { realPass } from "../test/support/realWorld.js"
import {
  calling,
  type Call,
  type SeenRequest,
  type Script,
  serve,
  tokensOf,
  toolOutputs
} from "../test/support/responsesServer.js"
import { projects } from "./quality/projects.js"
import { fixtureNumber, rolloutOf, threadIdFor } from "./quality/render.js"

/** The requests of one consolidation, and the input tokens that they came to by o200k_base. */
export interface AgentCost {
  readonly requests: number
  readonly inputTokens: number
}

/** The cost of a consolidation of ten sessions of which one is new, in two ways. */
export interface AgentCosts {
  /** An agent that is shown nothing, reads every file by itself and writes the memory from nothing. */
  readonly fromNothing: AgentCost
  /** An agent that edits what was published after nine of them, and finishes in a request of its own. */
  readonly editing: AgentCost
}

const cwd = "/home/ada/projects/harbour"

/** The sessions of the quality benchmark, in the order of their projects, as sessions of one directory. */
const sessions = projects
  .flatMap((project, index) =>
    project.sessions.map((session, position) => ({
      id: threadIdFor(index, position),
      text: rolloutOf({ ...project, cwd }, session, fixtureNumber(index, position))
    }))
  )
  .slice(0, 10)

const addSessions = (codexHome: string, from: number, to: number): void => {
  for (const { id, text } of sessions.slice(from, to)) {
    const path = join(codexHome, `sessions/2026/03/02/rollout-2026-03-02T09-00-00-${id}.jsonl`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

const cited = (number: number): string => `[${(sessions[number]?.id ?? "").slice(0, 13)}…]`

/** A memory of some 6 KB, as a model writes it: eight lines for each of nine sessions. */
const memoryOfNine = [
  "# Memory",
  "",
  "## What works here",
  ...sessions
    .slice(0, 9)
    .flatMap((_, session) =>
      Array.from(
        { length: 8 },
        (_, line) => `- the part ${line + 1} of the ferry ${session + 1} is tied to its own pier ${cited(session)}`
      )
    ),
  ""
].join("\n")

const write = (path: string, text: string): Call => ({ name: "create_file", parameters: { path, text } })
const read = (path: string): Call => ({ name: "read_file", parameters: { path, first_line: 1, last_line: 2_000 } })
const finish: Call = { name: "finish", parameters: { summary: "done" } }

/** Reads one file in each request, as the files are listed, then writes the memory and finishes. */
const readingAll = (): Script => {
  let paths: ReadonlyArray<string> = []
  return (request, index) => {
    if (index === 0) {
      return calling({ name: "list_files", parameters: { path: "." } })(request)
    }
    if (index === 1) {
      paths = toolOutputs(request)
        .join("\n")
        .split("\n")
        .map((line) => line.replace(/ \(\d+ bytes\)$/, ""))
    }
    const path = paths[index - 1]
    return calling(...(path === undefined ? [write("MEMORY.md", memoryOfNine), finish] : [read(path)]))(request)
  }
}

/** Adds two lines and rewords one, and finishes in the next request. */
const editing: Script = (request, index) =>
  index > 0
    ? calling(finish)(request)
    : calling(
        {
          name: "insert_lines",
          parameters: {
            path: "MEMORY.md",
            after_line: 3,
            text: `- a new pier was built ${cited(9)}\n- and a new ferry runs to it ${cited(9)}`
          }
        },
        {
          name: "replace_string",
          parameters: {
            path: "MEMORY.md",
            old: "the part 1 of the ferry 9 is tied to its own pier",
            new: "the part 1 of the ferry 9 is tied to the new pier"
          }
        }
      )(request)

const costOf = (requests: ReadonlyArray<SeenRequest>): AgentCost => ({
  requests: requests.length,
  inputTokens: requests.reduce(
    (sum, { body }) => sum + tokensOf(body) + tokensOf({ instructions: JSON.stringify(body["tools"] ?? []) }),
    0
  )
})

/** The same agent, which is shown nothing of what is in its directory. */
const unshownAgent = Layer.effect(
  AgentControl,
  Effect.map(AgentControl, (control) =>
    AgentControl.of({ ...control, spawn: (request) => control.spawn({ ...request, inputs: [] }) })
  )
).pipe(Layer.provide(agent))

/**
 * Consolidates ten sessions below a folder in both ways, with the package's prompts and a scripted model. Dies when one
 * of the memories is not published as it was scripted.
 */
export const agentCosts = Effect.fn("Bench.agentCosts")(function* (folder: string) {
  const codexHome = join(folder, "codex")
  const server = yield* serve(readingAll())
  const consolidate = Effect.fnUntraced(function* (
    memories: string,
    script: Script,
    agentLayer: typeof agent | typeof unshownAgent,
    line: string
  ) {
    server.script = script
    server.requests.length = 0
    const { consolidated } = yield* realPass({
      codexHome,
      memoriesHome: join(folder, memories),
      agent: agentLayer,
      templates: Templates.layer,
      modelServer: { baseUrl: server.baseUrl, apiKey: undefined },
      settings: { model: "openai:gpt-5-mini", allowProviderCrossing: true, maxTokens: undefined, candidates: 50 }
    })
    const [of] = consolidated
    if (of?.outcome !== "published" || !readFileSync(join(of.memoryRoot, "MEMORY.md"), "utf8").includes(line)) {
      return yield* Effect.dieMessage(`the memory is not as it was scripted: ${of?.error?.message ?? line}`)
    }
    return costOf(server.requests)
  })
  const writing: Script = calling(write("MEMORY.md", memoryOfNine), finish)
  addSessions(codexHome, 0, 9)
  yield* consolidate("edited", writing, agent, `ferry 9 is tied to its own pier ${cited(8)}`)
  addSessions(codexHome, 9, 10)
  const costs: AgentCosts = {
    editing: yield* consolidate("edited", editing, agent, `a new ferry runs to it ${cited(9)}`),
    fromNothing: yield* consolidate("new", readingAll(), unshownAgent, `ferry 9 is tied to its own pier ${cited(8)}`)
  }
  return costs
}, Effect.scoped)
