import * as Effect from "effect/Effect"
import type { ConsolidationHistory } from "../../domain/memory/Consolidation.js"
import { Extraction, notTried } from "../../domain/thread/Extraction.js"
import type { Thread } from "../../domain/thread/Thread.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import { type ProcessIdentity, ProcessTable } from "../../services/ProcessTable.js"
import type { ThreadMemory } from "../../services/StateDb.js"
import { WorkingDirectories } from "../../services/WorkingDirectories.js"

/** A stored memory; its directory and its rollout's path are its thread's. */
export type StoredMemory = Omit<ThreadMemory, "cwd" | "rolloutPath">

/** What every group of operations reads and changes; what one group alone knows, it keeps to itself. */
export const makeState = Effect.gen(function* () {
  const processes = yield* ProcessTable
  const { normalise } = yield* WorkingDirectories
  const threads = new Map<string, Thread>()
  const extractions = new Map<string, Extraction>()
  /** Whose process took a thread's claim last. */
  const claimants = new Map<string, ProcessIdentity>()
  const memories = new Map<string, StoredMemory>()
  /** Of each directory, the threads whose memory was taken away since the last publish. */
  const removals = new Map<string, Set<ThreadId>>()
  const consolidations = new Map<string, ConsolidationHistory>()
  const notes: Array<{ readonly id: number; readonly cwd: string; readonly text: string }> = []
  const forgotten = new Set<string>()

  const extractionOf = (threadId: string): Extraction => extractions.get(threadId) ?? notTried

  const recordRemoval = (cwd: string | null, threadId: ThreadId) => {
    if (cwd !== null && memories.has(threadId)) {
      removals.set(cwd, (removals.get(cwd) ?? new Set()).add(threadId))
    }
  }

  /** A forgotten thread stays away; from a directory that a thread leaves, its memory goes on record. */
  const putThread = (thread: Thread) => {
    if (forgotten.has(thread.id)) {
      return
    }
    const stored = threads.get(thread.id)
    if (stored !== undefined && stored.cwd !== thread.cwd) {
      recordRemoval(stored.cwd, thread.id)
    }
    threads.set(thread.id, thread)
  }

  const setExtraction = (threadId: string, changes: Partial<ConstructorParameters<typeof Extraction>[0]>) => {
    extractions.set(threadId, new Extraction({ ...extractionOf(threadId), ...changes }))
  }

  /** Whether the process that holds a thread's claim may still be there. */
  const isHeld = (threadId: string): Effect.Effect<boolean> => {
    const holder = claimants.get(threadId)
    return extractionOf(threadId).claimOwner === null || holder === undefined
      ? Effect.succeed(false)
      : Effect.map(processes.isGone(holder), (gone) => !gone)
  }

  /** Removes a thread with all that is known of it, on record. Returns whether it was there. */
  const removeThread = (threadId: ThreadId): boolean => {
    recordRemoval(threads.get(threadId)?.cwd ?? null, threadId)
    memories.delete(threadId)
    extractions.delete(threadId)
    return threads.delete(threadId)
  }

  const notesOf = (cwd: string) => notes.filter((note) => note.cwd === cwd).map(({ text }) => text)

  return {
    processes,
    normalise,
    threads,
    claimants,
    memories,
    removals,
    consolidations,
    notes,
    forgotten,
    extractionOf,
    setExtraction,
    isHeld,
    putThread,
    removeThread,
    recordRemoval,
    notesOf
  }
})

/** See {@link makeState}. */
export type State = Effect.Effect.Success<typeof makeState>
