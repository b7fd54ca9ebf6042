import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { WhyNot } from "../domain/thread/WhyNot.js"
import { ThreadId } from "../domain/thread/ThreadId.js"

/**
 * Events of a pass, in the order in which they happen, for people and as JSON. They never contain text of a prompt or
 * of a memory.
 *
 * `Indexed` comes once. Each thread gives either `Skipped`, or `Claimed`, then `Asked` for each request to a model,
 * then one of `Extracted`, `NoOutput`, `Skipped` and `ExtractionFailed`. Each directory gives `Locked`, or
 * `Consolidating` when an agent is needed, then one of `Published`, `Unchanged` and `ConsolidationFailed`; a directory
 * whose inputs changed meanwhile starts again. Events of concurrent work are interleaved, and an interrupted pass
 * leaves sequences incomplete.
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

/** Receives the events of a pass. Reporting must not fail and must not take long, since the pass waits for it. */
export class Progress extends Context.Tag("rollout-memories/Progress")<
  Progress,
  { readonly report: (event: ProgressEvent) => Effect.Effect<void> }
>() {}

/** Streams the events of a pass to any number of readers. */
export class PassEvents extends Context.Tag("rollout-memories/PassEvents")<
  PassEvents,
  {
    /**
     * Streams every event from the first one, however late the reading starts, and ends with the pass. Any number of
     * readers may read at the same time. None delays the pass or makes it use more memory: the last 1,024 events are
     * kept once for all readers, and a reader that falls further behind continues with the oldest of them.
     */
    readonly events: Stream.Stream<ProgressEvent>
  }
>() {}

/** Discards all events. */
export const layerSilent: Layer.Layer<Progress> = Layer.succeed(Progress, { report: () => Effect.void })
