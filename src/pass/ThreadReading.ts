import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { RolloutContent } from "../domain/thread/Extraction.js"
import {
  baseEndOf,
  chainOf,
  doesFit,
  joinContents,
  joinFiles,
  type RolloutPart,
  type ThreadFile
} from "../domain/session/codex/RolloutSegments.js"
import type { SessionLine } from "../domain/session/SessionLine.js"
import { type RolloutFile, type Thread, threadOf } from "../domain/thread/Thread.js"
import { cwdOf, noFacts, type ThreadFacts } from "../domain/thread/ThreadFacts.js"
import { Redactor } from "../services/Redactor.js"
import { SessionStore } from "../services/SessionStore.js"
import type { KnownRollout } from "../services/state/ThreadIndex.js"
import { WorkingDirectories } from "../services/WorkingDirectories.js"

/** The file and the hash of the content that was read for a thread. */
interface ReadThread {
  readonly file: RolloutFile
  readonly content: RolloutContent
}

/** Makes the row of a thread from the facts that were read from its file. The row has the canonical directory. */
export const readThread = Effect.fnUntraced(function* (facts: ThreadFacts, file: RolloutFile) {
  const { normalise } = yield* WorkingDirectories
  const { rules } = yield* Redactor
  const said = cwdOf(facts)
  const cwd = said === undefined ? null : yield* normalise(said)
  return threadOf(facts, file, cwd, yield* Clock.currentTimeMillis, yield* rules)
})

/** Returns the file that a thread's row names. */
export const fileOf = (thread: Thread): RolloutFile => ({
  agent: thread.agent,
  path: thread.rolloutPath,
  size: thread.rolloutSize,
  modifiedAt: thread.rolloutModifiedAt,
  isArchived: thread.archivedAt !== null
})

/**
 * Compares the files of a thread with the headers of those that continue one, so that {@link chainOf} can tell where a
 * file is missing. A file that cannot be read is compared with none.
 */
export const compared = Effect.fnUntraced(function* <A extends ThreadFile>(files: ReadonlyArray<A>) {
  const store = yield* SessionStore
  return yield* Effect.forEach(files, (file) => {
    const end = files.length === 1 ? undefined : baseEndOf(file)
    return end === undefined
      ? Effect.succeed(file)
      : Effect.map(
          Effect.filter(
            files.filter((other) => other !== file),
            (other) =>
              store.lineStart(other.file, end.offset).pipe(
                Effect.map((found) => !doesFit(found, end)),
                Effect.orElseSucceed(() => false)
              )
          ),
          (unfitting): A => ({ ...file, unfitting: new Set(unfitting.map(({ path }) => path)) })
        )
  })
})

/** The files that a whole read of a thread needs. */
interface ThreadParts {
  /** The files in the order in which they are read. */
  readonly parts: ReadonlyArray<RolloutPart>
  /** True if a file of the session is missing. What nobody can tell to be undone or not is then left out. */
  readonly isIncomplete: boolean
}

/**
 * Chooses and orders the files to read for a thread, and tells whether one is missing. `known` are its
 * files in the index; if there are none, the thread's own file is read.
 */
export const partsOf = Effect.fn("ThreadReading.partsOf")(function* (
  thread: Thread,
  known: ReadonlyArray<KnownRollout>
) {
  const store = yield* SessionStore
  const whole = fileOf(thread)
  if (known.length === 0) {
    const unknown: ThreadParts = { parts: [{ file: whole, endOrdinal: undefined }], isIncomplete: false }
    return unknown
  }
  const files = yield* Effect.forEach(known, ({ agent, lastRecordAt, modifiedAt, path, size }) => {
    const file: RolloutFile = { agent, path, size, modifiedAt, isArchived: whole.isArchived }
    // An unreadable file is reported later, when it is read as a whole.
    return Effect.map(
      Effect.orElseSucceed(store.readEnds(file), () => noFacts),
      (facts) => ({ path, size, lastRecordAt, file, facts })
    )
  })
  const found: ThreadParts = chainOf(thread.id, yield* compared(files), thread.rolloutPath)
  return found
})

/**
 * Reads the files of a thread in order, and calls `add` with every line that the user did not undo by a rewind. Line
 * numbers continue across files, as if the session were one file. Fails with `RolloutUnreadable` when any file cannot
 * be read: an incomplete history must not replace a memory made from the whole one.
 */
export const readParts = Effect.fn("ThreadReading.readParts")(function* (
  parts: ReadonlyArray<RolloutPart>,
  add: (line: SessionLine) => void
) {
  const store = yield* SessionStore
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
