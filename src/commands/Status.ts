import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { exactTime } from "../domain/text/ExactTime.js"
import { threadStates } from "../domain/thread/StatusReport.js"
import type { MemoriesStatus, ProjectStatus } from "../services/Memories.js"
import { MemoryCatalogue } from "../services/MemoryCatalogue.js"
import { MemoryInspection } from "../services/MemoryInspection.js"
import { Settings } from "../settings/Settings.js"

/** The values that the rules about threads compare. */
export const stateContext = Effect.gen(function* () {
  const { currentThread, minIdle, sources } = yield* Settings
  const now = yield* Clock.currentTimeMillis
  return { now, minIdle: Duration.toMillis(minIdle), currentThread, sources }
})

const projectsNow = Effect.gen(function* () {
  const catalogue = yield* MemoryCatalogue
  const { rootOf } = yield* MemoryInspection
  const { tracesPerCwd } = yield* Settings
  const counts = new Map((yield* catalogue.projects).map(({ cwd, memories }) => [cwd, memories]))
  const dirty = new Map((yield* catalogue.dirty(tracesPerCwd)).map((directory) => [directory.cwd, directory]))
  const known = new Map((yield* catalogue.consolidations).map((entry) => [entry.cwd, entry]))
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

/** The state of all sessions and memories. */
export const status = Effect.gen(function* () {
  const catalogue = yield* MemoryCatalogue
  const inspection = yield* MemoryInspection
  const { memoriesHome } = yield* Settings
  const threads = threadStates(yield* catalogue.counts, yield* catalogue.unlearned, yield* stateContext)
  const projects = yield* projectsNow
  const forgotten = yield* catalogue.forgotten
  const unfinishedForgets = forgotten.flatMap(({ erasedAt, threadId }) => (erasedAt === null ? [threadId] : []))
  const now: MemoriesStatus = {
    memoriesHome,
    threads,
    projects,
    holders: yield* catalogue.holdings,
    notes: (yield* catalogue.notes).length,
    forgotten: forgotten.length,
    unfinishedForgets,
    bytesOnDisk: yield* inspection.bytes,
    tokensToday: Option.getOrNull(yield* catalogue.tokensOn(DateTime.formatIsoDateUtc(yield* DateTime.now))),
    needsPerson:
      threads.quarantined.length + unfinishedForgets.length > 0 || projects.some(({ state }) => state === "failing")
  }
  return now
}).pipe(Effect.withSpan("Status.gather"))
