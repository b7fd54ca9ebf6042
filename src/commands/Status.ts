import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { providerOf } from "../domain/privacy/Provider.js"
import { costReport } from "../domain/report/CostReport.js"
import { exactTime } from "../domain/text/ExactTime.js"
import { threadStates } from "../domain/thread/StatusReport.js"
import { loadIgnoreRules } from "../pass/LoadIgnoreRules.js"
import { ruleContext } from "../pass/RuleContext.js"
import type { MemoriesStatus, ProjectStatus } from "../services/Memories.js"
import { MemoryInspection } from "../services/MemoryInspection.js"
import { Claims } from "../services/state/Claims.js"
import { Consolidations } from "../services/state/Consolidations.js"
import { Forgetting } from "../services/state/Forgetting.js"
import { Notes } from "../services/state/Notes.js"
import { ProjectLocks } from "../services/state/ProjectLocks.js"
import { Spending } from "../services/state/Spending.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"
import { ThreadMemories } from "../services/state/ThreadMemories.js"
import { modelsInUse, Settings } from "../settings/Settings.js"

/** Collects the values with which the learning rules compare threads in a pass with these settings. */
export const stateContext = Effect.gen(function* () {
  const settings = yield* Settings
  const { extraction } = modelsInUse(settings)
  const provider = extraction === undefined ? undefined : providerOf(settings.modelServers[extraction.api].baseUrl)
  return yield* ruleContext(provider, yield* loadIgnoreRules)
})

/** Lists all threads that still have something to learn, including those whose rollout no longer exists. */
export const allUnlearned = Effect.flatMap(ThreadIndex, ({ unlearned }) =>
  unlearned({ pageSize: Number.MAX_SAFE_INTEGER, after: undefined, withMissing: true })
)

const projectsNow = Effect.gen(function* () {
  const consolidations = yield* Consolidations
  const threadMemories = yield* ThreadMemories
  const { rootOf } = yield* MemoryInspection
  const { tracesPerCwd } = yield* Settings
  const counts = new Map((yield* threadMemories.projects).map(({ cwd, memories }) => [cwd, memories]))
  const dirty = new Map((yield* consolidations.dirty(tracesPerCwd)).map((directory) => [directory.cwd, directory]))
  const known = new Map((yield* consolidations.all).map((entry) => [entry.cwd, entry]))
  const cwds = [...new Set([...counts.keys(), ...dirty.keys(), ...known.keys()])].sort()
  return cwds.flatMap((cwd): ReadonlyArray<ProjectStatus> => {
    const entry = known.get(cwd)
    const memories = counts.get(cwd) ?? 0
    const isDirty = dirty.has(cwd)
    const error = isDirty ? (entry?.errorTag ?? null) : null
    return memories === 0 && !isDirty
      ? []
      : [
          {
            cwd,
            memoryRoot: rootOf(cwd).memoryPath,
            memories,
            state: error !== null ? "failing" : isDirty ? "dirty" : "published",
            publishedAt: exactTime(entry?.publishedAt ?? null),
            retryAt: isDirty ? exactTime(entry?.retryAt ?? null) : null,
            error: error === null ? null : { _tag: error, message: entry?.errorMessage ?? "" }
          }
        ]
  })
})

/** Collects what the requests to models cost, by day, project and model. */
export const costs = Effect.flatMap(Spending, ({ bill }) => Effect.map(bill, costReport)).pipe(
  Effect.withSpan("Status.costs")
)

/** Collects the state of all sessions and memories. */
export const status = Effect.gen(function* () {
  const threadIndex = yield* ThreadIndex
  const inspection = yield* MemoryInspection
  const { memoriesHome } = yield* Settings
  const threads = threadStates(yield* threadIndex.counts, yield* allUnlearned, yield* stateContext)
  const projects = yield* projectsNow
  const claims = yield* (yield* Claims).holders
  const locks = yield* (yield* ProjectLocks).holders
  const today = DateTime.formatIsoDateUtc(yield* DateTime.now)
  const forgotten = yield* (yield* Forgetting).all
  const unfinishedForgets = forgotten.flatMap(({ erasedAt, threadId }) => (erasedAt === null ? [threadId] : []))
  const now: MemoriesStatus = {
    memoriesHome,
    threads,
    projects,
    holders: [
      ...claims.map((holder) => ({ kind: "claim" as const, ...holder })),
      ...locks.map((holder) => ({ kind: "lock" as const, ...holder }))
    ],
    notes: (yield* (yield* Notes).all).length,
    forgotten: forgotten.length,
    unfinishedForgets,
    bytesOnDisk: yield* inspection.bytes,
    tokensToday: yield* (yield* Spending).tokensOn(today),
    needsPerson:
      threads.quarantined.length + unfinishedForgets.length > 0 || projects.some(({ state }) => state === "failing")
  }
  return now
}).pipe(Effect.withSpan("Status.gather"))
