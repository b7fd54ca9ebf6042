import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { RolloutContent } from "../domain/thread/Extraction.js"
import { rolloutFilters } from "../domain/session/RolloutFilter.js"
import { RolloutReader, type RolloutReading } from "../domain/session/RolloutReading.js"
import type { RolloutFile, Thread } from "../domain/thread/Thread.js"
import { loadRedact } from "../services/Redactor.js"
import { type EndOfRollout, RolloutStore } from "../services/RolloutStore.js"
import { Settings } from "../settings/Settings.js"

/** A rollout that was read whole. */
export interface LoadedRollout extends RolloutReading {
  readonly file: RolloutFile
  readonly content: RolloutContent
}

/** Reads a thread's rollout whole, once. Fails with `RolloutUnreadable` where that cannot be done. */
export const load = Effect.fn("RolloutLoading.load")(function* (thread: Thread) {
  const store = yield* RolloutStore
  const { memoriesHome, rolloutBytes, rolloutFilter } = yield* Settings
  const reader = new RolloutReader(rolloutFilters[rolloutFilter], rolloutBytes, yield* loadRedact, memoriesHome)
  const file: RolloutFile = {
    path: thread.rolloutPath,
    size: thread.rolloutSize,
    modifiedAt: thread.rolloutModifiedAt,
    isArchived: thread.archivedAt !== null
  }
  let end: EndOfRollout | undefined
  yield* Stream.runForEachChunk(store.read(file), (records) =>
    Effect.sync(() => {
      for (const record of records) {
        if (record._tag === "EndOfRollout") {
          end = record
        } else {
          reader.add(record)
        }
      }
    })
  )
  const rollout: LoadedRollout = {
    ...reader.result(),
    file: end?.file ?? file,
    content: end?.content ?? { size: file.size, hash: null }
  }
  yield* warnOfLoss(rollout, rolloutBytes)
  return rollout
})

const warnOfLoss = Effect.fnUntraced(function* ({ file, malformedLines, rendering }: LoadedRollout, limit: number) {
  if (malformedLines > 0) {
    yield* Effect.logWarning(`${malformedLines} lines of ${file.path} are no JSON objects and were skipped`)
  }
  if (rendering.bytes > limit) {
    yield* Effect.logWarning(`${file.path} renders to ${rendering.bytes} bytes and was cut to ${limit}`)
  }
})
