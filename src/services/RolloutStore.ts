import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { withDiskFault } from "../domain/memory/DiskFault.js"
import type { RolloutContent } from "../domain/thread/Extraction.js"
import type { MalformedLine, RolloutLine } from "../domain/session/codex/RolloutLine.js"
import type { RolloutFile } from "../domain/thread/Thread.js"
import type { ThreadFacts } from "../domain/thread/ThreadFacts.js"

/** There is no Codex home to read, or it is no folder. Name the right one. */
export class CodexHomeUnavailable extends Schema.TaggedError<CodexHomeUnavailable>(
  "rollout-memories/CodexHomeUnavailable"
)("CodexHomeUnavailable", { path: Schema.String, reason: Schema.String }) {
  override get message(): string {
    return `the Codex home ${this.path} cannot be used: ${this.reason}; pass --codex-home or set CODEX_HOME`
  }
}

/** One rollout cannot be read. It fails alone; trying again helps only when its file changes. */
export class RolloutUnreadable extends Schema.TaggedError<RolloutUnreadable>("rollout-memories/RolloutUnreadable")(
  "RolloutUnreadable",
  { path: Schema.String, cause: Schema.optional(Schema.Defect) }
) {
  override get message(): string {
    const detail = this.cause instanceof Error ? `: ${this.cause.message}` : ""
    return withDiskFault(`the rollout ${this.path} cannot be read${detail}`, this.cause)
  }
}

/** The end of a rollout that was read whole: what exactly was read. */
export interface EndOfRollout {
  readonly _tag: "EndOfRollout"
  readonly file: RolloutFile
  readonly content: RolloutContent
}

/**
 * Where past sessions are recorded. Reads only; every operation may run at the same time as any other. A rollout may be
 * written to while it is read: a reading ends where the file ended when it was opened.
 */
export class RolloutStore extends Context.Tag("rollout-memories/RolloutStore")<
  RolloutStore,
  {
    /** Fails when there is no home to read. */
    readonly check: Effect.Effect<void, CodexHomeUnavailable>
    /** Every rollout file, each real file once, in the order of their paths. No file is opened. */
    readonly list: Effect.Effect<ReadonlyArray<RolloutFile>, CodexHomeUnavailable>
    /** What the head and the tail of a rollout say; of a large one the middle is not read. See `read` for `endOrdinal`. */
    readonly readEnds: (file: RolloutFile, endOrdinal?: number) => Effect.Effect<ThreadFacts, RolloutUnreadable>
    /**
     * Every line of a rollout, in order, and then its end. Blank lines are left out. Where an `endOrdinal` is given, so are
     * the lines that were undone from there on; see `UndoneLines`.
     */
    readonly read: (
      file: RolloutFile,
      endOrdinal?: number
    ) => Stream.Stream<RolloutLine | MalformedLine | EndOfRollout, RolloutUnreadable>
  }
>() {}
