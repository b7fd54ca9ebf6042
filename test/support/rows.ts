import { safe } from "../../src/domain/privacy/SafeText.js"
import { Directory } from "../../src/domain/thread/WorkingDirectory.js"
import { Clock, Deferred, Duration, Effect, Layer, Option } from "effect"
import type { LeaseLost } from "../../src/domain/memory/ConsolidationError.js"
import { Thread } from "../../src/domain/thread/Thread.js"
import { ThreadId } from "../../src/domain/thread/ThreadId.js"
import { ProcessTable } from "../../src/services/ProcessTable.js"
import { Consolidations } from "../../src/services/state/Consolidations.js"
import { Facts } from "../../src/services/state/Facts.js"
import { Forgetting } from "../../src/services/state/Forgetting.js"
import { Integrity } from "../../src/services/state/Integrity.js"
import { Notes } from "../../src/services/state/Notes.js"
import { type LockRequest, ProjectLocks } from "../../src/services/state/ProjectLocks.js"
import { Projects } from "../../src/services/state/Projects.js"
import type { StateDbFailure } from "../../src/services/state/StateDbError.js"
import { Spending } from "../../src/services/state/Spending.js"
import { Claims } from "../../src/services/state/Claims.js"
import { type IndexChanges, ThreadIndex } from "../../src/services/state/ThreadIndex.js"
import { type Learned, type NewMemory, ThreadMemories } from "../../src/services/state/ThreadMemories.js"
import { startOfFixtures, threadIdOf } from "../../src/testing/RolloutBuilder.js"

/** A thread id, by number; see `threadIdOf`. */
export const idOf = (number: number): ThreadId => ThreadId.make(threadIdOf(number))

/** The project that most fixtures belong to. */
export const ferry = Directory.make("/home/ada/projects/ferry")

type ThreadFields = ConstructorParameters<typeof Thread>[0]

/** A thread, by number, of which everything is known; each is a minute younger than the one before. */
export const makeThread = (number: number, fields: Partial<ThreadFields> = {}): Thread =>
  new Thread({
    id: idOf(number),
    agent: "codex",
    rolloutPath: `/codex/sessions/2026/03/02/rollout-2026-03-02T09-00-00-${threadIdOf(number)}.jsonl`,
    createdAt: startOfFixtures + number * 60_000,
    updatedAt: startOfFixtures + number * 60_000 + 30_000,
    source: safe`cli`,
    modelProvider: safe`openai`,
    cwd: ferry,
    cliVersion: safe`0.118.0`,
    title: safe`request ${number}`,
    sandboxPolicy: safe`workspace-write`,
    approvalMode: safe`on-request`,
    tokensUsed: 1_000 + number,
    firstUserMessage: safe`request ${number}, please`,
    archivedAt: null,
    gitSha: safe`0f1e2d3c`,
    gitBranch: safe`main`,
    gitOriginUrl: safe`https://git.example/ferry.git`,
    rolloutSize: 4_000 + number,
    rolloutModifiedAt: startOfFixtures + number * 60_000 + 31_000,
    missingSince: null,
    withheld: null,
    ...fields
  })

/** What a look at the Codex home changes, where most of it is nothing. */
export const changesOf = (changes: Partial<IndexChanges>): IndexChanges => ({
  threads: [],
  known: [],
  gone: [],
  now: startOfFixtures,
  listing: undefined,
  ...changes
})

/** What was learned from a thread as it is. */
export const makeMemory = (
  thread: Thread,
  fields: Partial<Learned & NewMemory> = {}
): Omit<Learned, "isPartial"> & NewMemory => ({
  cwd: thread.cwd ?? ferry,
  content: { size: thread.rolloutSize, hash: "ab".repeat(32) },
  updatedAt: thread.updatedAt,
  traceSummary: safe`# What ${thread.id} did`,
  memorySummary: safe`what ${thread.id} did`,
  slug: "what_it_did",
  ...fields
})

/** What is stored of a thread that worked in one directory. */
export const storedAlone = (memory: Learned & NewMemory): [Learned, [NewMemory]] => [memory, [memory]]

/** Indexes a thread, claims it, and stores a memory of it. */
export const learn = Effect.fnUntraced(function* (
  db: Pick<Db, "claims" | "threadIndex" | "threadMemories">,
  thread: Thread,
  memory: Partial<Learned & NewMemory> = {},
  owner = "learner"
) {
  yield* db.threadIndex.change(changesOf({ threads: [thread] }))
  const claim = yield* Effect.flatten(db.claims.acquire(thread.id, owner, Duration.minutes(10)))
  yield* db.threadMemories.store(claim, ...storedAlone(makeMemory(thread, memory)))
})

/** Every capability of a state DB. */
export const capabilities = Effect.all({
  claims: Claims,
  consolidations: Consolidations,
  facts: Facts,
  forgetting: Forgetting,
  integrity: Integrity,
  notes: Notes,
  projectLocks: ProjectLocks,
  projects: Projects,
  spending: Spending,
  threadIndex: ThreadIndex,
  threadMemories: ThreadMemories
})

/** See {@link capabilities}. */
export type Db = Effect.Effect.Success<typeof capabilities>

/** Takes a lock and keeps it for good, as a process does that never ends; returns whether it was free. */
export const keepLock = ({ projectLocks }: Pick<Db, "projectLocks">, request: LockRequest) =>
  Effect.gen(function* () {
    const isOurs = yield* Deferred.make<boolean, LeaseLost | StateDbFailure>()
    const keeping = projectLocks.withLock(request, () => Effect.zipRight(Deferred.succeed(isOurs, true), Effect.never))
    yield* Effect.forkDaemon(Deferred.complete(isOurs, Effect.map(keeping, Option.isSome)))
    return yield* Deferred.await(isOurs)
  })

/** One process, which a test may declare gone, together with all that it left. */
export class OneProcess {
  isGone = false
  readonly layer: Layer.Layer<ProcessTable> = Layer.succeed(ProcessTable, {
    self: { host: "boot pid:[1]", pid: 4_711, startedAt: "90210" },
    isGone: () => Effect.sync(() => this.isGone)
  })
}

/** A clock that is set by hand: `TestClock` waits for every fiber at each step, which hundreds of steps need not. */
export class HandClock {
  now = 0
  readonly provide = Effect.withClock({
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => this.now,
    // Looking at it gives every other fiber its chance.
    currentTimeMillis: Effect.zipRight(
      Effect.yieldNow(),
      Effect.sync(() => this.now)
    ),
    unsafeCurrentTimeNanos: () => BigInt(this.now) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(this.now) * 1_000_000n),
    sleep: () => Effect.die("nothing here waits")
  })
}
