/**
 * A host whose ports are all its own, its database among them: nothing of SQL is beside it. One pass over one session; prints
 * its outcome. The database is as small as this host, which runs one pass in one process, allows.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import {
  Claims,
  Consolidations,
  Forgetting,
  Integrity,
  MemoriesStartup,
  Notes,
  ProjectLocks,
  Projects,
  Spending,
  type Thread,
  ThreadIndex,
  Facts,
  ThreadMemories,
  type ThreadMemory
} from "rollout-memories"
import * as Layers from "rollout-memories/layers"
import * as AgentControlFromFunction from "rollout-memories/layers/agent/FromFunction"
import * as FileSystemMemory from "rollout-memories/layers/memory/FileSystemMemory"
import * as MemoryFsLayer from "rollout-memories/layers/memory/MemoryFs"
import * as ModelClientFromFunction from "rollout-memories/layers/model/FromFunction"
import * as ProcessTableMemory from "rollout-memories/layers/node/ProcessTableMemory"
import * as SessionStoreMemory from "rollout-memories/layers/sessions/SessionStoreMemory"
import * as Redactor from "rollout-memories/services/Redactor"
import { simpleSession, threadIdOf } from "rollout-memories/testing/RolloutBuilder"

const threads = new Map<string, Thread>()
const memories: Array<ThreadMemory> = []
const published = new Map<string, string>()

/** An operation that this host has no use for. */
const unused = (operation: string) => () => Effect.dieMessage(`this host has no use for ${operation}`)

/** A thread that nobody tried to read yet: this host runs one pass. */
const recordOf = (thread: Thread) => ({
  thread,
  extraction: {
    outcome: null,
    learnedUpdatedAt: null,
    learnedSize: null,
    attempts: 0,
    retryAt: null,
    isQuarantined: false,
    errorTag: null,
    errorMessage: null,
    failedSize: null,
    failedHash: null,
    failedModifiedAt: null,
    claimOwner: null,
    claimExpiresAt: null
  }
})

const fingerprint = () => JSON.stringify(memories.map(({ threadId }) => threadId))

const database = Layer.mergeAll(
  Layer.succeed(ThreadIndex, {
    count: Effect.sync(() => threads.size),
    counts: unused("counts")(),
    get: (threadId) => Effect.sync(() => Option.map(Option.fromNullable(threads.get(threadId)), recordOf)),
    unlearned: () => Effect.sync(() => [...threads.values()].map(recordOf)),
    memoryDisabled: Effect.succeed([]),
    listing: Effect.succeedNone,
    rollouts: Effect.succeed([]),
    rolloutsOf: () => Effect.succeed([]),
    change: (changes) => Effect.sync(() => changes.threads.forEach((thread) => threads.set(thread.id, thread))),
    complete: (_, thread) => Effect.succeed(thread),
    delete: unused("delete"),
    idsFrom: unused("idsFrom"),
    idsOf: unused("idsOf"),
    idsHolding: unused("idsHolding")
  }),
  Layer.succeed(Claims, {
    acquire: (threadId, owner) => Effect.succeedSome({ threadId, owner }),
    renew: () => Effect.void,
    release: () => Effect.succeed(true),
    recordFailure: unused("recordFailure"),
    keepFailure: unused("keepFailure"),
    retry: unused("retry"),
    tries: unused("tries"),
    holders: Effect.succeed([])
  }),
  Layer.succeed(Facts, {
    of: () => Effect.succeed([]),
    withId: unused("withId"),
    asOf: unused("asOf"),
    search: unused("search"),
    marks: () => Effect.succeed([]),
    marksWithId: unused("marksWithId"),
    mark: unused("mark"),
    forget: unused("forget"),
    recordSuperseded: () => Effect.void,
    unmark: unused("unmark"),
    decisions: () => Effect.succeed([]),
    history: unused("history"),
    stale: Effect.succeed([]),
    replace: unused("replace")
  }),
  Layer.succeed(ThreadMemories, {
    store: ({ threadId }, { updatedAt }, stored) =>
      Effect.sync(() => {
        const rolloutPath = threads.get(threadId)?.rolloutPath ?? ""
        memories.push(
          ...stored.map((memory) => ({
            ...memory,
            threadId,
            agent: "codex" as const,
            rolloutPath,
            updatedAt,
            version: "1"
          }))
        )
      }),
    storeNothing: unused("storeNothing"),
    import: unused("import"),
    applyIgnored: () => Effect.void,
    get: (id) => Effect.sync(() => Option.fromNullable(memories.find((memory) => memory.threadId === id.threadId))),
    sources: unused("sources"),
    last: () => Effect.sync(() => memories),
    projects: Effect.sync(() => memories.map(({ cwd }) => ({ cwd, memories: 1 }))),
    list: unused("list"),
    ids: unused("ids"),
    search: unused("search")
  }),
  Layer.succeed(Consolidations, {
    dirty: () =>
      Effect.sync(() =>
        memories.filter(({ cwd }) => !published.has(cwd)).map(({ cwd }) => ({ cwd, attempts: 0, retryAt: undefined }))
      ),
    state: (cwd) =>
      Effect.sync(() => ({
        memories,
        earlier: [],
        fingerprint: fingerprint(),
        published: published.get(cwd),
        attempts: 0,
        removals: [],
        notes: []
      })),
    recordPublished: (cwd, print) => Effect.sync(() => void published.set(cwd, print)),
    recordFailure: unused("recordFailure"),
    forget: unused("forget"),
    all: Effect.succeed([])
  }),
  Layer.succeed(ProjectLocks, {
    withLock: (_, work) => Effect.map(work({ confirm: Effect.void }), Option.some),
    holders: Effect.succeed([])
  }),
  Layer.succeed(Spending, {
    reserve: unused("reserve"),
    settle: unused("settle"),
    tokensOn: () => Effect.succeed(0),
    bill: Effect.succeed([])
  }),
  Layer.succeed(Notes, { add: unused("add"), remove: unused("remove"), all: Effect.succeed([]) }),
  Layer.succeed(Forgetting, {
    forget: unused("forget"),
    eraseRemains: Effect.void,
    all: Effect.succeed([]),
    directoriesOf: unused("directoriesOf")
  }),
  Layer.succeed(Projects, {
    all: Effect.succeed([]),
    decide: (decision) => Effect.sync(() => ({ ...decision([]), decidedAt: 0 })),
    import: () => Effect.void,
    roots: Effect.succeed([]),
    join: unused("join")
  }),
  Layer.succeed(Integrity, { damage: Effect.succeed([]) })
)

const memoryFs = Layer.provide(
  MemoryFsLayer.layer,
  Layer.mergeAll(FileSystemMemory.layer, ProcessTableMemory.layer, Redactor.layer)
)

const agent = Layer.provide(
  Layer.unwrapEffect(
    Effect.map(FileSystem.FileSystem, (files) =>
      AgentControlFromFunction.layer(({ directory }) =>
        files.writeFileString(`${directory}/MEMORY.md`, "# Memory\n\n- by the host's own agent\n")
      )
    )
  ),
  FileSystemMemory.layer
)

const model = ModelClientFromFunction.layer("the host's own", () =>
  Stream.make(
    { _tag: "TextDelta" as const, text: JSON.stringify({ traceMemory: "# Ferry\n", summary: "ferry" }) },
    { _tag: "Completed" as const, usage: { inputTokens: 1, outputTokens: 1 } }
  )
)

const sessions = SessionStoreMemory.layer([{ path: "session-1", content: simpleSession({ id: threadIdOf(1) }) }])

const memoriesLayer = MemoriesStartup.layer(
  { isEphemeral: false, isSubAgent: false, isEnabled: true },
  Layers.layer({
    settings: { codexHome: "/codex", memoriesHome: "/memories" },
    ports: Layer.mergeAll(database, memoryFs, agent, model, sessions)
  })
)

const program = Effect.gen(function* () {
  const { ended } = yield* MemoriesStartup.MemoriesStartup
  yield* Console.log(JSON.stringify(yield* ended))
})

await Effect.runPromise(Effect.provide(program, Layer.provideMerge(memoriesLayer, Logger.remove(Logger.defaultLogger))))
