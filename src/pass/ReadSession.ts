import * as Effect from "effect/Effect"
import type { RolloutContent } from "../domain/thread/Extraction.js"
import type { CodingAgent } from "../domain/session/CodingAgent.js"
import { rolloutFilters } from "../domain/session/codex/RolloutFilter.js"
import { RolloutReader } from "../domain/session/codex/RolloutReading.js"
import { RecordReader } from "../domain/session/records/RecordReading.js"
import type { SessionReader, SessionReading } from "../domain/session/SessionReading.js"
import type { IgnoreRules } from "../domain/thread/IgnoreRules.js"
import { namesOf, type RolloutFile, type Thread, withheld } from "../domain/thread/Thread.js"
import { isMemoryDisabled, withName } from "../domain/thread/ThreadFacts.js"
import { Redactor } from "../services/Redactor.js"
import { SessionStore } from "../services/SessionStore.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"
import { Settings } from "../settings/Settings.js"
import { fileOf, partsOf, readParts, readThread } from "./ThreadReading.js"
import { warn } from "../services/Logging.js"

/** The content of a session, read from all its files. */
export interface LoadedRollout extends SessionReading {
  readonly file: RolloutFile
  readonly content: RolloutContent
  /** True if an earlier file that the session continues from is missing. */
  readonly isIncomplete: boolean
}

/** Makes the reader of an agent's sessions, whose rendering has at most the given size in bytes. */
export const readerFor = Effect.fnUntraced(function* (agent: CodingAgent, renderedBytes: number) {
  const { memoriesHome, rolloutFilter } = yield* Settings
  const redact = yield* (yield* Redactor).rules
  const reader: SessionReader =
    agent === "codex"
      ? new RolloutReader(rolloutFilters[rolloutFilter], renderedBytes, redact, memoriesHome)
      : new RecordReader(renderedBytes, redact, memoriesHome)
  return reader
})

/** Reads a thread's whole session once. Fails with `RolloutUnreadable` when one of its files cannot be read. */
export const load = Effect.fn("RolloutLoading.load")(function* (thread: Thread) {
  const threadIndex = yield* ThreadIndex
  const { rolloutBytes } = yield* Settings
  const reader = yield* readerFor(thread.agent, rolloutBytes)
  const { isIncomplete, parts } = yield* partsOf(thread, yield* threadIndex.rolloutsOf(thread.id))
  const read = yield* readParts(parts, (line) => reader.add(line))
  const rollout: LoadedRollout = {
    ...reader.result(),
    file: read?.file ?? fileOf(thread),
    content: read?.content ?? { size: thread.rolloutSize, hash: null },
    isIncomplete
  }
  yield* warnOfLoss(rollout)
  return rollout
})

/** Makes the row of a thread from its whole rollout. */
export const threadAsRead = Effect.fnUntraced(function* ({ facts, file }: LoadedRollout, ignore: IgnoreRules) {
  const { names } = yield* SessionStore
  const thread = yield* readThread(withName(facts, yield* names), file)
  return isMemoryDisabled(facts)
    ? withheld(thread, "memory-disabled")
    : namesOf(thread, facts).some(ignore.isIgnored)
      ? withheld(thread, "ignored")
      : thread
})

const warnOfLoss = Effect.fnUntraced(function* ({ file, malformedLines }: LoadedRollout) {
  if (malformedLines > 0) {
    yield* warn(`${malformedLines} lines of ${file.path} are not JSON objects and were skipped`)
  }
})
