import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { RolloutContent } from "../domain/thread/Extraction.js"
import type { MalformedLine, RolloutLine } from "../domain/session/codex/RolloutLine.js"
import { chainOf, joinContents, joinFiles, type RolloutPart } from "../domain/session/codex/RolloutSegments.js"
import type { RolloutFile, Thread } from "../domain/thread/Thread.js"
import { noFacts } from "../domain/thread/ThreadFacts.js"
import { RolloutStore } from "../services/RolloutStore.js"
import type { KnownRollout } from "../services/StateDb.js"

/** What exactly was read of a thread. */
interface ReadThread {
  readonly file: RolloutFile
  readonly content: RolloutContent
}

/** The file that a thread's row names. */
export const fileOf = (thread: Thread): RolloutFile => ({
  path: thread.rolloutPath,
  size: thread.rolloutSize,
  modifiedAt: thread.rolloutModifiedAt,
  isArchived: thread.archivedAt !== null
})

/**
 * The files of a thread, as they are to be read one after another; `known` are those that the index knows of it. Of a single
 * one nothing is looked at.
 */
export const partsOf = Effect.fn("ThreadReading.partsOf")(function* (
  thread: Thread,
  known: ReadonlyArray<KnownRollout>
) {
  const store = yield* RolloutStore
  const whole = fileOf(thread)
  if (known.length <= 1) {
    const part: RolloutPart = { file: whole, endOrdinal: undefined }
    return [part]
  }
  const files = yield* Effect.forEach(known, ({ lastRecordAt, modifiedAt, path, size }) => {
    const file: RolloutFile = { path, size, modifiedAt, isArchived: whole.isArchived }
    // Reading the file whole says why it cannot be read.
    return Effect.map(
      Effect.orElseSucceed(store.readEnds(file), () => noFacts),
      (facts) => ({ path, size, lastRecordAt, file, facts })
    )
  })
  const parts: ReadonlyArray<RolloutPart> = chainOf(thread.id, files)
  return parts
})

/**
 * Reads the files of a thread one after another, and gives `add` every line that counts. Lines are numbered on from one file
 * to the next, as if the session had been written in one piece. Fails with `RolloutUnreadable` when one of the files cannot
 * be read: a history with a hole is no ground to forget what was learned from the whole.
 */
export const readParts = Effect.fn("ThreadReading.readParts")(function* (
  parts: ReadonlyArray<RolloutPart>,
  add: (line: RolloutLine | MalformedLine) => void
) {
  const store = yield* RolloutStore
  let read: ReadThread | undefined
  let linesBefore = 0
  for (const { endOrdinal, file } of parts) {
    let last = linesBefore
    yield* Stream.runForEachChunk(store.read(file, endOrdinal), (records) =>
      Effect.sync(() => {
        for (const record of records) {
          if (record._tag === "EndOfRollout") {
            const { content, file } = record
            read =
              read === undefined
                ? { file, content }
                : { file: joinFiles(read.file, file), content: joinContents(read.content, content) }
          } else {
            last = linesBefore + record.line
            add(linesBefore === 0 ? record : { ...record, line: last })
          }
        }
      })
    )
    linesBefore = last
  }
  return read
})
