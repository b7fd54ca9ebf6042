import * as FileSystem from "@effect/platform/FileSystem"
import { Context, Effect, Layer, Logger, Stream, TestClock } from "effect"
import type { ModelError } from "../../src/domain/ModelError.js"
import type { StageOneOutput } from "../../src/domain/StageOneOutput.js"
import * as AgentControlFunction from "../../src/layers/AgentControlFunction.js"
import * as FileSystemMemory from "../../src/layers/FileSystemMemory.js"
import * as MemoryFsPlatform from "../../src/layers/MemoryFsPlatform.js"
import * as ModelClientFunction from "../../src/layers/ModelClientFunction.js"
import * as ProcessTableMemory from "../../src/layers/ProcessTableMemory.js"
import * as RolloutStoreMemory from "../../src/layers/RolloutStoreMemory.js"
import * as StateDbMemory from "../../src/layers/StateDbMemory.js"
import * as WorkingDirectoriesNode from "../../src/layers/WorkingDirectoriesNode.js"
import { runPass } from "../../src/Pipeline.js"
import type { AgentControl, AgentRequest } from "../../src/services/AgentControl.js"
import type { MemoryFs } from "../../src/services/MemoryFs.js"
import {
  type ModelClient,
  type ModelEvent,
  type ModelFailure,
  type StageOneRequest,
  TokenUsage
} from "../../src/services/ModelClient.js"
import { Progress, type ProgressEvent } from "../../src/services/Progress.js"
import type { RolloutStore } from "../../src/services/RolloutStore.js"
import { StateDb } from "../../src/services/StateDb.js"
import * as Settings from "../../src/Settings.js"
import { Templates } from "../../src/Templates.js"
import { simpleSession, startOfFixtures, threadIdOf } from "./rollout.js"

/** Everything a pass runs on, in memory, with what happened to it written down. */
export type Services =
  | AgentControl
  | FileSystem.FileSystem
  | MemoryFs
  | ModelClient
  | Progress
  | RolloutStore
  | Settings.Settings
  | StateDb
  | Templates

/** A model's whole answer, as a well-behaved one streams it. */
export const answer = (output: StageOneOutput): ReadonlyArray<ModelEvent> => [
  { _tag: "TextDelta", text: JSON.stringify(output) },
  { _tag: "Completed", usage: new TokenUsage({ inputTokens: 100, outputTokens: 10 }) }
]

/** A structured trace memory about something. */
export const traceAbout = (what: string): StageOneOutput => ({
  traceMemory: `# ${what}\nTrace context: test\nUser preferences: none observed\n\n## Task: ${what}\nOutcome: success\nKey steps:\n- ${what}`,
  summary: `${what} was learned`
})

/** Writes a MEMORY.md that names every trace, as a well-behaved agent does. */
export const writeMemory = Effect.fnUntraced(function* ({ directory }: Pick<AgentRequest, "directory">, extra = "") {
  const fileSystem = yield* FileSystem.FileSystem
  const names = (yield* fileSystem.readDirectory(`${directory}/trace_summaries`)).sort()
  const lines = names.map((name) => `- ${name.slice(37, -3)} [${name.slice(0, 13)}…]`)
  yield* fileSystem.writeFileString(`${directory}/MEMORY.md`, ["# Memory", ...lines, extra, ""].join("\n"))
})

interface WorldOptions {
  readonly settings?: Partial<Settings.SettingValues>
  readonly model?: (request: StageOneRequest) => Stream.Stream<ModelEvent, ModelError | ModelFailure>
  readonly agent?: (request: AgentRequest) => Effect.Effect<void, { readonly message: string }, FileSystem.FileSystem>
  /** Another state DB over the one in memory. */
  readonly stateDb?: (stateDb: StateDb["Type"]) => StateDb["Type"]
}

/** A rollout of a world, whole and with its time, so that a test can change it. */
interface WorldRollout extends RolloutStoreMemory.HeldRollout {
  readonly content: string
  readonly modifiedAt: number
}

/** A home of rollouts that a test fills, and the layer of a pass over it. */
export class World {
  readonly rollouts = new Map<string, WorldRollout>()
  readonly requests: Array<StageOneRequest> = []
  readonly spawned: Array<AgentRequest> = []
  readonly events: Array<ProgressEvent> = []
  readonly warnings: Array<string> = []
  readonly home = "/memories"
  readonly layer: Layer.Layer<Services>

  constructor(options: WorldOptions = {}) {
    const model = options.model ?? ((request) => Stream.fromIterable(answer(traceAbout(request.thread.title ?? "?"))))
    const agent = options.agent ?? ((request) => writeMemory(request))
    const base = StateDbMemory.layer.pipe(
      Layer.provide(Layer.merge(ProcessTableMemory.layer, WorkingDirectoriesNode.layerVerbatim))
    )
    const stateDb = Layer.map(base, (context) => {
      const db = Context.get(context, StateDb)
      return Context.make(StateDb, options.stateDb?.(db) ?? db)
    })
    this.layer = Layer.mergeAll(
      stateDb,
      RolloutStoreMemory.layer(() => this.rollouts.values()),
      MemoryFsPlatform.layer,
      ModelClientFunction.layer("scripted", (request) => {
        this.requests.push(request)
        return model(request)
      }),
      AgentControlFunction.layer((request) => {
        this.spawned.push(request)
        return agent(request)
      }),
      Layer.succeed(Templates, {
        stageOneSystem: "SYSTEM",
        stageOneInput: "rollout_context: {{ rollout_path }}\n\nrendered conversation:\n{{ rollout_contents }}",
        consolidation: "work in {{ memory_root }}"
      }),
      Layer.succeed(Progress, { report: (event) => Effect.sync(() => void this.events.push(event)) }),
      Logger.replace(
        Logger.defaultLogger,
        Logger.make(({ message }) => void this.warnings.push(String(message)))
      )
    ).pipe(
      Layer.provideMerge(FileSystemMemory.layer),
      Layer.provideMerge(ProcessTableMemory.layer),
      Layer.provideMerge(Settings.layer({ codexHome: "/codex", memoriesHome: this.home, ...options.settings })),
      Layer.orDie
    )
  }

  /** Puts a rollout into the home; by default a small whole session, one minute later for each number. */
  add(
    number: number,
    options: { readonly cwd?: string; readonly content?: string; readonly source?: unknown } = {}
  ): this {
    const start = startOfFixtures + number * 60_000
    const { cwd = "/home/ada/projects/ferry", source = "cli" } = options
    const content =
      options.content ?? simpleSession({ id: threadIdOf(number), cwd, source, start, request: `request ${number}` })
    const path = `/codex/sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`
    this.rollouts.set(path, { path, content, modifiedAt: start + 30_000 })
    return this
  }
}

/** A day after the fixtures: every session is idle by then. */
export const aDayLater = startOfFixtures + 86_400_000

/** Runs a test over a world, a day after its sessions. */
export const inWorld = <A, E>(world: World, test: Effect.Effect<A, E, Services>) =>
  Effect.zipRight(TestClock.setTime(aDayLater), test).pipe(Effect.provide(world.layer))

/** Runs one pass. */
export const pass = runPass({ all: false, rebuildIndex: false })

/** The text of a file. */
export const readText = (path: string) => Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(path))

/** The names in a folder; none where there is none. */
export const namesIn = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => files.readDirectory(path)).pipe(
    Effect.map((names) => names.sort()),
    Effect.orElseSucceed((): Array<string> => [])
  )
