import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { noFailure } from "../../domain/thread/Extraction.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import { ThreadsClaimed } from "../../services/StateDb.js"
import type { State } from "./State.js"

/** What people ask for beside what passes do: another try, a note, oblivion. */
export const make = ({
  consolidations,
  extractionOf,
  forgotten,
  isHeld,
  normalise,
  notes,
  notesOf,
  removeThread,
  setExtraction
}: State) => {
  let lastNote = 0

  const forgetThreads = Effect.fn("StateDb.forgetThreads")(function* (threadIds: ReadonlyArray<ThreadId>) {
    const now = yield* Clock.currentTimeMillis
    const claimed = yield* Effect.filter(threadIds, (threadId) =>
      Effect.map(isHeld(threadId), (held) => held && (extractionOf(threadId).claimExpiresAt ?? 0) > now)
    )
    if (claimed.length > 0) {
      return yield* new ThreadsClaimed({ threadIds: claimed })
    }
    for (const threadId of threadIds) {
      removeThread(threadId)
      forgotten.add(threadId)
    }
  })

  return {
    retryThread: (threadId: ThreadId) =>
      Effect.sync(() => {
        const hasFailed = extractionOf(threadId).errorTag !== null
        if (hasFailed) {
          setExtraction(threadId, noFailure)
        }
        return hasFailed
      }),
    addNote: Effect.fn("StateDb.addNote")(function* (given: string, text: string) {
      const cwd = yield* normalise(given)
      if (!notesOf(cwd).includes(text)) {
        notes.push({ id: ++lastNote, cwd, text })
      }
    }),
    removeNotes: (noteIds: ReadonlyArray<number>) =>
      Effect.sync(() => {
        const kept = notes.filter(({ id }) => !noteIds.includes(id))
        notes.splice(0, notes.length, ...kept)
      }),
    forgetThreads,
    forgetConsolidation: (cwd: string) =>
      Effect.map(normalise(cwd), (normalised) => void consolidations.delete(normalised)),
    eraseRemains: Effect.void
  }
}
