import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { loadRedact } from "../services/Redactor.js"
import { type IndexOptions, updateIndex } from "./SessionIndex.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"
import { type ImportedMemory, ThreadMemories } from "../services/state/ThreadMemories.js"

/** A memory on disk could not be taken into the rebuilt state DB. Its file is left where it is. */
export class MemoryNotImported extends Schema.TaggedError<MemoryNotImported>("rollout-memories/MemoryNotImported")(
  "MemoryNotImported",
  { path: Schema.String, reason: Schema.String }
) {
  override get message(): string {
    return `the memory in ${this.path} could not be imported: ${this.reason}`
  }
}

/**
 * Brings the index up to date. A state DB whose index was not completed may be new: where memories lie beside it, the one
 * before was lost, and without them in it the first consolidation would take them away. So they are taken into it, as they
 * are with `reread`, before the index counts as complete: a pass that is killed on the way leaves that to the next. Returns
 * how many threads there are now, and the memories that could not be taken.
 */
export const indexWithMemories = Effect.fn("Rebuild.indexWithMemories")(function* (options: IndexOptions) {
  const mayBeNew = Option.isNone(yield* (yield* ThreadIndex).listing)
  if (!options.reread && !mayBeNew) {
    return { threads: yield* updateIndex(options), failures: [] }
  }
  const failures: Array<MemoryNotImported> = []
  const completion = Effect.map(importMemories(), (missed) => void failures.push(...missed))
  return { threads: yield* updateIndex(options, completion), failures }
})

/**
 * Takes the memories that are on disk into a state DB that was lost. Returns those that could not be read; a state DB that
 * does not take one ends the pass, before a consolidation misses it.
 */
const importMemories = Effect.fn("Rebuild.importMemories")(function* () {
  const memoryFs = yield* MemoryFs
  const threadIndex = yield* ThreadIndex
  const threadMemories = yield* ThreadMemories
  const stored = yield* memoryFs.storedTraces
  const redact = stored.length === 0 ? identity : yield* loadRedact
  const take = Effect.fnUntraced(function* (memory: ImportedMemory) {
    // What a pass that is at the thread wrote since is that pass's to store.
    const record = yield* threadIndex.get(memory.threadId)
    if (!Option.exists(record, ({ extraction }) => extraction.claimOwner !== null)) {
      const { memorySummary, traceSummary } = memory
      yield* threadMemories.import({
        ...memory,
        traceSummary: redact(traceSummary),
        memorySummary: redact(memorySummary)
      })
    }
    return []
  })
  const missed = yield* Effect.forEach(stored, (trace) =>
    trace._tag === "Readable"
      ? take(trace.memory)
      : Effect.succeed([new MemoryNotImported({ path: trace.path, reason: trace.reason })])
  )
  return missed.flat()
})
