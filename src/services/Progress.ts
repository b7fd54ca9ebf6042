import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { SkipReason } from "../domain/Selection.js"
import type { ThreadId } from "../domain/ThreadId.js"

/** What a pass has just done, in the order it happens. Never any text of a prompt or of a memory. */
export type ProgressEvent =
  | { readonly _tag: "Indexed"; readonly threads: number; readonly changed: number }
  | { readonly _tag: "Claimed"; readonly threadId: ThreadId; readonly rolloutPath: string }
  | { readonly _tag: "Extracted"; readonly threadId: ThreadId; readonly cwd: string }
  | { readonly _tag: "NoOutput"; readonly threadId: ThreadId }
  | { readonly _tag: "Skipped"; readonly threadId: ThreadId; readonly reason: SkipReason }
  | { readonly _tag: "ExtractionFailed"; readonly threadId: ThreadId; readonly errorTag: string }
  | { readonly _tag: "Consolidating"; readonly cwd: string }
  | { readonly _tag: "Published"; readonly cwd: string }
  | { readonly _tag: "Unchanged"; readonly cwd: string }
  | { readonly _tag: "Locked"; readonly cwd: string }
  | { readonly _tag: "ConsolidationFailed"; readonly cwd: string; readonly errorTag: string }

/** Where a pass says how far it is. Telling it must not fail, and must not take long: the pass waits for it. */
export class Progress extends Context.Tag("rollout-memories/Progress")<
  Progress,
  { readonly report: (event: ProgressEvent) => Effect.Effect<void> }
>() {}

/** Nobody is told. */
export const layerSilent: Layer.Layer<Progress> = Layer.succeed(Progress, { report: () => Effect.void })
