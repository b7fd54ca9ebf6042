import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { onOneLine, type StoredMemory } from "../domain/memory/TraceMemory.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { Redactor } from "../services/Redactor.js"
import { type IndexOptions, updateIndex } from "./SessionIndex.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { Projects } from "../services/state/Projects.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"
import { type ImportedMemory, ThreadMemories } from "../services/state/ThreadMemories.js"
import { WorkingDirectories } from "../services/WorkingDirectories.js"

/** A memory on disk could not be imported into the state DB. Its file stays as it is. */
export class MemoryNotImported extends Schema.TaggedError<MemoryNotImported>("rollout-memories/MemoryNotImported")(
  "MemoryNotImported",
  { path: Schema.String, reason: Schema.String }
) {
  override get message(): string {
    return `the memory in ${this.path} could not be imported: ${this.reason}`
  }
}

/**
 * Updates the index. If indexing never finished, the state DB may replace a lost one: the memories on disk are then
 * imported before the index counts as complete, as with `reread`, because the next consolidation would delete them
 * otherwise. A pass that is killed on the way leaves the import to the next pass. Returns the number of threads, and
 * the memories that could not be imported.
 */
export const indexWithMemories = Effect.fn("Rebuild.indexWithMemories")(function* (options: IndexOptions) {
  const mayBeNew = Option.isNone(yield* (yield* ThreadIndex).listing)
  if (!options.reread && !mayBeNew) {
    return { threads: yield* updateIndex(options), failures: [] }
  }
  yield* (yield* Projects).import(yield* (yield* MemoryFs).knownDirectories)
  const failures: Array<MemoryNotImported> = []
  const completion = Effect.map(importMemories(), (missed) => void failures.push(...missed))
  return { threads: yield* updateIndex(options, completion), failures }
})

/** Loads the code that reads facts from traces, with the first memory to import. */
const loadReading = Effect.promise(() => import("../domain/offline/importing/FactsFromTrace.js"))

/**
 * Imports the memories on disk into a state DB that replaces a lost one. Returns those that could not be read. An
 * import that the state DB rejects ends the pass, before a consolidation deletes the memory.
 */
const importMemories = Effect.fn("ImportMemories.importMemories")(function* () {
  const memoryFs = yield* MemoryFs
  const threadIndex = yield* ThreadIndex
  const threadMemories = yield* ThreadMemories
  const stored = yield* memoryFs.storedTraces
  const { redact } = yield* Redactor
  const { normalise } = yield* WorkingDirectories
  const read = Effect.fnUntraced(function* (memory: StoredMemory, own: Directory | null) {
    // A header has no line breaks; the thread's own directory may have some.
    const isOwn = own !== null && onOneLine(own) === memory.cwd
    const traceSummary = yield* redact(memory.traceSummary)
    const { factsFromTrace } = yield* loadReading
    const imported: ImportedMemory = {
      ...memory,
      cwd: isOwn ? own : yield* normalise(memory.cwd),
      facts: factsFromTrace(memory.threadId, traceSummary, memory.updatedAt),
      traceSummary,
      memorySummary: yield* redact(memory.memorySummary)
    }
    return imported
  })
  const readable = stored.flatMap((trace) => (trace._tag === "Readable" ? [trace.memory] : []))
  for (const memories of Object.values(Arr.groupBy(readable, ({ threadId }) => threadId))) {
    const [{ threadId }] = memories
    // What a pass that is at the thread wrote since is that pass's to store.
    const record = yield* threadIndex.get(threadId)
    if (!Option.exists(record, ({ extraction }) => extraction.claimOwner !== null)) {
      const own = Option.match(record, { onNone: () => null, onSome: ({ thread }) => thread.cwd })
      const [first, ...others] = yield* Effect.forEach(memories, (memory) => read(memory, own))
      yield* threadMemories.import(Arr.dedupeWith([first, ...others], (one, other) => one.cwd === other.cwd))
    }
  }
  return stored.flatMap((trace) =>
    trace._tag === "Readable" ? [] : [new MemoryNotImported({ path: trace.path, reason: trace.reason })]
  )
})
