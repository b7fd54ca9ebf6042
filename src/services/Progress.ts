import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { WhyNot } from "../domain/thread/WhyNot.js"
import { ThreadId } from "../domain/thread/ThreadId.js"

/**
 * What a pass has just done, in the order it happens, for people and for JSON. Never any text of a prompt or of a memory.
 *
 * Once: `Indexed`. Of a thread: `Skipped` alone, or `Claimed`, then `Asked` for each request that a model is sent, then one
 * of `Extracted`, `NoOutput`, `Skipped` and `ExtractionFailed`. Of a directory: `Locked`, or `Consolidating` where an agent
 * is needed, then one of `Published`, `Unchanged` and `ConsolidationFailed`; one that became dirty meanwhile goes round
 * again. What happens at the same time comes mixed; what an interrupted pass had begun has no end.
 */
export const ProgressEvent = Schema.Union(
  Schema.TaggedStruct("Indexed", { threads: Schema.NonNegativeInt, changed: Schema.NonNegativeInt }),
  Schema.TaggedStruct("Claimed", { threadId: ThreadId, rolloutPath: Schema.String }),
  Schema.TaggedStruct("Asked", { threadId: ThreadId }),
  Schema.TaggedStruct("Extracted", { threadId: ThreadId, cwd: Schema.String }),
  Schema.TaggedStruct("NoOutput", { threadId: ThreadId }),
  Schema.TaggedStruct("Skipped", { threadId: ThreadId, reason: WhyNot }),
  Schema.TaggedStruct("ExtractionFailed", { threadId: ThreadId, errorTag: Schema.String }),
  Schema.TaggedStruct("Consolidating", { cwd: Schema.String }),
  Schema.TaggedStruct("Published", { cwd: Schema.String }),
  Schema.TaggedStruct("Unchanged", { cwd: Schema.String }),
  Schema.TaggedStruct("Locked", { cwd: Schema.String }),
  Schema.TaggedStruct("ConsolidationFailed", { cwd: Schema.String, errorTag: Schema.String })
)

/** See the schema of the same name. */
export type ProgressEvent = typeof ProgressEvent.Type

/** Where a pass says how far it is. Telling it must not fail, and must not take long: the pass waits for it. */
export class Progress extends Context.Tag("rollout-memories/Progress")<
  Progress,
  { readonly report: (event: ProgressEvent) => Effect.Effect<void> }
>() {}

/** How far a pass is, for whoever wants to follow it. */
export class PassEvents extends Context.Tag("rollout-memories/PassEvents")<
  PassEvents,
  {
    /**
     * Every event from the first one on, whenever one begins to follow, and its end with that of the pass. Any number may
     * follow at the same time, and none holds the pass up or makes it grow: the last 1,024 are kept, once for all, and
     * whoever is further behind goes on with the oldest of them.
     */
    readonly events: Stream.Stream<ProgressEvent>
  }
>() {}

/** Nobody is told. */
export const layerSilent: Layer.Layer<Progress> = Layer.succeed(Progress, { report: () => Effect.void })
