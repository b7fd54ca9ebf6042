import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { identity } from "effect/Function"
import * as Schema from "effect/Schema"
import { loadRedact } from "./Redactor.js"
import { type IndexOptions, updateIndex } from "./RolloutIndex.js"
import { MemoryFs } from "./services/MemoryFs.js"
import { StateDb, type StateDbFailure } from "./services/StateDb.js"

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
 * Brings the index up to date. A state DB that is new beside memories was lost: without them in it, the first consolidation
 * would take them away, so they are taken into it, as they are with `reread`. Returns how many threads there are now, and
 * the memories that could not be taken.
 */
export const indexWithMemories = Effect.fn("Rebuild.indexWithMemories")(function* (options: IndexOptions) {
  const isNew = (yield* (yield* StateDb).countThreads) === 0
  const threads = yield* updateIndex(options)
  const failures = options.reread || isNew ? yield* importMemories() : []
  return { threads, failures }
})

/** Takes the memories that are on disk into a state DB that was lost. Returns those that could not be taken. */
const importMemories = Effect.fn("Rebuild.importMemories")(function* () {
  const memoryFs = yield* MemoryFs
  const stateDb = yield* StateDb
  const stored = yield* memoryFs.storedTraces
  const redact = stored.length === 0 ? identity : yield* loadRedact
  const results = yield* Effect.forEach(stored, (trace) =>
    trace._tag === "Readable"
      ? Effect.either(
          Effect.mapError(
            stateDb.importMemory({
              ...trace.memory,
              traceSummary: redact(trace.memory.traceSummary),
              memorySummary: redact(trace.memory.memorySummary)
            }),
            (error: StateDbFailure) => new MemoryNotImported({ path: trace.path, reason: error.message })
          )
        )
      : Effect.succeed(Either.left(new MemoryNotImported({ path: trace.path, reason: trace.reason })))
  )
  return results.flatMap((result) => (Either.isLeft(result) ? [result.left] : []))
})
