import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import {
  failuresOf,
  fingerprintOf,
  fingerprintWithNotes,
  isDirty,
  neverConsolidated
} from "../../domain/memory/Consolidation.js"
import { learnedFrom } from "../../domain/thread/Extraction.js"
import { newestFirst } from "../../domain/thread/NewestFirst.js"
import { Thread, unsaid } from "../../domain/thread/Thread.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import { memoryVersion } from "../../domain/memory/TraceMemory.js"
import type { ImportedMemory, ThreadMemory } from "../../services/StateDb.js"
import type { State, StoredMemory } from "./State.js"

/** The operations on memories and on what was published of them. */
export const make = ({
  consolidations,
  extractionOf,
  forgotten,
  memories,
  normalise,
  notes,
  notesOf,
  putThread,
  removals,
  setExtraction,
  threads
}: State) => {
  const memoryOf = (stored: StoredMemory): ReadonlyArray<ThreadMemory> => {
    const thread = threads.get(stored.threadId)
    return thread === undefined || thread.cwd === null
      ? []
      : [{ ...stored, cwd: thread.cwd, rolloutPath: thread.rolloutPath }]
  }

  const newestMemories = (cwd: string, count: number): ReadonlyArray<ThreadMemory> =>
    [...memories.values()]
      .flatMap(memoryOf)
      .filter((memory) => memory.cwd === cwd)
      .sort(newestFirst(({ threadId, updatedAt }) => [updatedAt, threadId]))
      .slice(0, count)

  const importMemory = Effect.fn("StateDb.importMemory")(function* (memory: ImportedMemory) {
    const { rolloutPath, threadId, updatedAt } = memory
    const cwd = yield* normalise(memory.cwd)
    const missingSince = yield* Clock.currentTimeMillis
    const wasTakenAway = [...removals.values()].some((threadIds) => threadIds.has(threadId))
    if (extractionOf(threadId).outcome !== null || wasTakenAway || forgotten.has(threadId)) {
      return false
    }
    if (!threads.has(threadId)) {
      const unseen = { source: "vscode", archivedAt: null, rolloutSize: 0, rolloutModifiedAt: updatedAt, missingSince }
      putThread(new Thread({ ...unsaid, ...unseen, id: threadId, rolloutPath, createdAt: updatedAt, updatedAt, cwd }))
    }
    const { cwd: _, rolloutPath: __, ...stored } = memory
    const version = memoryVersion({ traceMemory: memory.traceSummary, summary: memory.memorySummary })
    memories.set(threadId, { ...stored, version })
    const content = { size: threads.get(threadId)?.rolloutSize ?? 0 }
    setExtraction(threadId, learnedFrom("memory", { content, updatedAt }))
    return true
  })

  const consolidationState = Effect.fn("StateDb.consolidationState")(function* (
    given: string,
    tracesPerDirectory: number
  ) {
    const cwd = yield* normalise(given)
    const all = newestMemories(cwd, Infinity)
    const last = all.slice(0, tracesPerDirectory)
    const earlier = all.slice(tracesPerDirectory).map(({ threadId, version }) => ({ threadId, version }))
    const fingerprint = fingerprintWithNotes(fingerprintOf(last, earlier), notesOf(cwd))
    const history = consolidations.get(cwd) ?? neverConsolidated
    return {
      memories: last,
      earlier,
      fingerprint,
      published: history.published,
      attempts: failuresOf(history, fingerprint).attempts,
      removals: [...(removals.get(cwd) ?? [])],
      notes: notesOf(cwd)
    }
  })

  const dirtyDirectories = (tracesPerDirectory: number) =>
    Effect.sync(() => {
      const cwds = new Set([
        ...[...memories.values()].flatMap(memoryOf).map(({ cwd }) => cwd),
        ...consolidations.keys(),
        ...removals.keys(),
        ...notes.map(({ cwd }) => cwd)
      ])
      return [...cwds].sort().flatMap((cwd) => {
        const all = newestMemories(cwd, Infinity)
        const fingerprint = fingerprintWithNotes(
          fingerprintOf(all.slice(0, tracesPerDirectory), all.slice(tracesPerDirectory)),
          notesOf(cwd)
        )
        const history = consolidations.get(cwd) ?? neverConsolidated
        return isDirty(history, { fingerprint, hasRemovals: removals.has(cwd) })
          ? [{ cwd, ...failuresOf(history, fingerprint) }]
          : []
      })
    })

  return {
    getMemory: (threadId: ThreadId) =>
      Effect.sync(() =>
        Option.fromNullable([...memories.values()].filter((one) => one.threadId === threadId).flatMap(memoryOf)[0])
      ),
    lastMemories: (cwd: string, count: number) =>
      Effect.map(normalise(cwd), (normalised) => newestMemories(normalised, count)),
    importMemory,
    listProjects: Effect.sync(() => {
      const counts = new Map<string, number>()
      for (const { cwd } of [...memories.values()].flatMap(memoryOf)) {
        counts.set(cwd, (counts.get(cwd) ?? 0) + 1)
      }
      return [...counts]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([cwd, count]) => ({ cwd, memories: count }))
    }),
    dirtyDirectories,
    consolidationState,
    recordPublished: Effect.fn("StateDb.recordPublished")(function* (given: string, fingerprint: string) {
      const cwd = yield* normalise(given)
      consolidations.set(cwd, { ...neverConsolidated, published: fingerprint })
      removals.delete(cwd)
    }),
    recordUnpublished: Effect.fn("StateDb.recordUnpublished")(function* (
      given: string,
      fingerprint: string,
      { retryAt }: { readonly retryAt: number }
    ) {
      const cwd = yield* normalise(given)
      const before = consolidations.get(cwd) ?? neverConsolidated
      const attempts = failuresOf(before, fingerprint).attempts + 1
      consolidations.set(cwd, { ...before, failed: fingerprint, attempts, retryAt })
    })
  }
}
