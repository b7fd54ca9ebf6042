import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { ModelError } from "../domain/model/ModelError.js"
import type { StageOneOutput } from "../domain/memory/StageOneOutput.js"
import * as AgentControlFromFunction from "../layers/agent/FromFunction.js"
import * as FileSystemMemory from "../layers/memory/FileSystemMemory.js"
import * as MemoryFsLayer from "../layers/memory/MemoryFs.js"
import * as ModelClientFromFunction from "../layers/model/FromFunction.js"
import * as ProcessTableMemory from "../layers/node/ProcessTableMemory.js"
import * as SessionStoreMemory from "../layers/sessions/SessionStoreMemory.js"
import * as StateDbSqlite from "../layers/state/StateDb.js"
import * as WorkingDirectoriesNode from "../layers/node/WorkingDirectories.js"
import { forCwd } from "../delivery/MemoryContext.js"
import type { PassServices } from "../host/SessionStart.js"
import { runPass } from "../pass/RunPass.js"
import { AgentControl, type AgentRequest } from "../services/AgentControl.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { ModelClient, type ModelEvent, type ModelFailure, type StageOneRequest } from "../services/ModelClient.js"
import { Progress, type ProgressEvent } from "../services/Progress.js"
import * as Redactor from "../services/Redactor.js"
import { SessionStore } from "../services/SessionStore.js"
import { Claims } from "../services/state/Claims.js"
import { Consolidations } from "../services/state/Consolidations.js"
import { Facts } from "../services/state/Facts.js"
import { Forgetting } from "../services/state/Forgetting.js"
import { Integrity } from "../services/state/Integrity.js"
import { Notes } from "../services/state/Notes.js"
import { ProjectLocks } from "../services/state/ProjectLocks.js"
import { Projects } from "../services/state/Projects.js"
import { Spending } from "../services/state/Spending.js"
import type { StateDb } from "../services/state/StateDb.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"
import { ThreadMemories } from "../services/state/ThreadMemories.js"
import type { WorkingDirectories } from "../services/WorkingDirectories.js"
import * as Settings from "../settings/Settings.js"
import { Templates } from "../services/Templates.js"
import { Faults } from "./Faults.js"
import { simpleSession, startOfFixtures, threadIdOf } from "./RolloutBuilder.js"

/** The services of a pass and of reading its memories, with the in-memory file system. */
export type Services = FileSystem.FileSystem | PassServices | Progress | WorkingDirectories

/** The complete answer of a well-behaved model, as events. */
export const answer = (output: StageOneOutput): ReadonlyArray<ModelEvent> => [
  { _tag: "TextDelta", text: JSON.stringify(output) },
  { _tag: "Completed", usage: { inputTokens: 100, outputTokens: 10 } }
]

/** Makes an answer of the model: a well-formed trace memory about a subject. */
export const traceAbout = (what: string): StageOneOutput => ({
  traceMemory: `# ${what}\nTrace context: test\nUser preferences: none observed\n\n## Task: ${what}\nOutcome: success\nKey steps:\n- ${what}`,
  summary: `${what} was learned`
})

/** Writes a `MEMORY.md` that cites every trace, as a well-behaved agent does. Fails as the file system does. */
export const writeMemory = Effect.fnUntraced(function* ({ directory }: Pick<AgentRequest, "directory">, extra = "") {
  const fileSystem = yield* FileSystem.FileSystem
  const names = (yield* fileSystem.readDirectory(`${directory}/trace_summaries`)).sort()
  const lines = names.map((name) => `- ${name.slice(37, -3)} [${name.slice(0, 13)}…]`)
  yield* fileSystem.writeFileString(`${directory}/MEMORY.md`, ["# Memory", ...lines, extra, ""].join("\n"))
})

/** Parts of a world that a test can replace. */
export interface WorldOptions {
  /** Settings that differ from their defaults. */
  readonly settings?: Partial<Settings.SettingValues>
  /** The behaviour of the model. By default it returns a memory with the title of each session. */
  readonly model?: (request: StageOneRequest) => Stream.Stream<ModelEvent, ModelError | ModelFailure>
  /** The behaviour of the agent. By default it is {@link writeMemory}. */
  readonly agent?: (request: AgentRequest) => Effect.Effect<void, { readonly message: string }, FileSystem.FileSystem>
  /** Replaces services of the state DB; see {@link over}. */
  readonly stateDb?: (stateDb: Context.Context<StateDb>) => Context.Context<StateDb>
}

/** Makes a function for `stateDb` that replaces one service by another, made from the original. */
export const over =
  <Port extends StateDb, Service>(tag: Context.Tag<Port, Service>, change: (service: Service) => Service) =>
  (context: Context.Context<StateDb>): Context.Context<StateDb> =>
    Context.add(context, tag, change(Context.get(context, tag)))

/** A rollout in a world. Its time is known, so that a test can change it. */
interface WorldRollout extends SessionStoreMemory.HeldRollout {
  readonly content: string
  readonly modifiedAt: number
}

/**
 * A Codex home in memory that a test fills, all ports over it, and a record of the requests and events. Each test makes
 * its own world, and builds its layer once.
 */
export class World {
  /** The sessions, by the paths of their rollouts; `add` adds one. */
  readonly rollouts = new Map<string, WorldRollout>()
  /** Requests to the model so far. */
  readonly requests: Array<StageOneRequest> = []
  /** Requests to start agents so far. */
  readonly spawned: Array<AgentRequest> = []
  /** Progress events of the pass so far. */
  readonly events: Array<ProgressEvent> = []
  /** Log lines so far. */
  readonly warnings: Array<string> = []
  /** The memories home, in the world's file system. */
  readonly home = "/memories"
  /** The faults of each port; see {@link Faults}. */
  readonly faults = {
    agentControl: new Faults<AgentControl["Type"]>(),
    claims: new Faults<Claims["Type"]>(),
    consolidations: new Faults<Consolidations["Type"]>(),
    facts: new Faults<Facts["Type"]>(),
    forgetting: new Faults<Forgetting["Type"]>(),
    integrity: new Faults<Integrity["Type"]>(),
    memoryFs: new Faults<MemoryFs["Type"]>(),
    modelClient: new Faults<ModelClient["Type"]>(),
    notes: new Faults<Notes["Type"]>(),
    projectLocks: new Faults<ProjectLocks["Type"]>(),
    projects: new Faults<Projects["Type"]>(),
    sessionStore: new Faults<SessionStore["Type"]>(),
    spending: new Faults<Spending["Type"]>(),
    threadIndex: new Faults<ThreadIndex["Type"]>(),
    threadMemories: new Faults<ThreadMemories["Type"]>()
  }
  /** All services that a pass needs. */
  readonly layer: Layer.Layer<Services>

  constructor(options: WorldOptions = {}) {
    const model = options.model ?? ((request) => Stream.fromIterable(answer(traceAbout(request.thread.title ?? "?"))))
    const agent = options.agent ?? ((request) => writeMemory(request))
    const { faults } = this
    const { stateDb: replaced = (stateDb) => stateDb } = options
    const stateDb = Layer.map(StateDbSqlite.layerMemory, (context) =>
      replaced(context).pipe(
        over(Claims, (service) => faults.claims.wrap(service)),
        over(Consolidations, (service) => faults.consolidations.wrap(service)),
        over(Facts, (service) => faults.facts.wrap(service)),
        over(Forgetting, (service) => faults.forgetting.wrap(service)),
        over(Integrity, (service) => faults.integrity.wrap(service)),
        over(Notes, (service) => faults.notes.wrap(service)),
        over(ProjectLocks, (service) => faults.projectLocks.wrap(service)),
        over(Projects, (service) => faults.projects.wrap(service)),
        over(Spending, (service) => faults.spending.wrap(service)),
        over(ThreadIndex, (service) => faults.threadIndex.wrap(service)),
        over(ThreadMemories, (service) => faults.threadMemories.wrap(service))
      )
    )
    this.layer = Layer.mergeAll(
      stateDb,
      faults.sessionStore.wrapLayer(
        SessionStore,
        SessionStoreMemory.layer(() => this.rollouts.values())
      ),
      faults.memoryFs.wrapLayer(MemoryFs, MemoryFsLayer.layer),
      faults.modelClient.wrapLayer(
        ModelClient,
        ModelClientFromFunction.layer("scripted", (request) => {
          this.requests.push(request)
          return model(request)
        })
      ),
      faults.agentControl.wrapLayer(
        AgentControl,
        AgentControlFromFunction.layer((request) => {
          this.spawned.push(request)
          return agent(request)
        })
      ),
      Layer.succeed(Templates, {
        stageOneSystem: "SYSTEM",
        stageOneInput:
          "rollout_context: {{ rollout_path }}\n{{ session_header }}\n\nfacts:\n{{ session_facts }}\n\nrendered conversation:\n{{ rollout_contents }}",
        consolidation: "work in {{ memory_root }}"
      }),
      Layer.succeed(Progress, { report: (event) => Effect.sync(() => void this.events.push(event)) }),
      Logger.replace(
        Logger.defaultLogger,
        Logger.make(({ message }) => void this.warnings.push(String(message)))
      )
    ).pipe(
      Layer.provideMerge(Layer.merge(FileSystemMemory.layer, WorkingDirectoriesNode.layerVerbatim)),
      Layer.provide(ProcessTableMemory.layer),
      Layer.provideMerge(Redactor.layer),
      Layer.provideMerge(Settings.layer({ codexHome: "/codex", memoriesHome: this.home, ...options.settings })),
      Layer.orDie
    )
  }

  /** Adds a rollout to the home; by default a small session that starts one minute later for each number. */
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

/** The time one day after the first line of all fixtures, when every session is idle. Unix milliseconds. */
export const aDayLater = startOfFixtures + 86_400_000

/** Runs a test over a world under `TestClock`, one day after its sessions. */
export const inWorld = <A, E>(world: World, test: Effect.Effect<A, E, Services>) =>
  Effect.zipRight(TestClock.setTime(aDayLater), test).pipe(Effect.provide(world.layer))

/** Runs one pass. */
export const pass = runPass({ all: false, rebuildIndex: false })

/** Returns the context text that a session starting in a directory receives; empty when there is no memory. */
export const sessionContext = (cwd: string, maxTokens = 2_000) => forCwd(cwd, { maxTokens })

/** Reads the text of a file. Fails as the file system does. */
export const readText = (path: string) => Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(path))

/** Lists the names in a folder, in order; empty when the folder does not exist. */
export const namesIn = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => files.readDirectory(path)).pipe(
    Effect.map((names) => names.sort()),
    Effect.orElseSucceed((): Array<string> => [])
  )
