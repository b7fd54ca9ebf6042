import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ForgetRule } from "../domain/memory/Forgetting.js"
import type { MemoryFsFailure } from "./MemoryFs.js"

/** There is no generation before the published one. Nothing was changed. */
export class NothingToRestore extends Schema.TaggedError<NothingToRestore>("rollout-memories/NothingToRestore")(
  "NothingToRestore",
  { cwd: Schema.String }
) {
  override get message(): string {
    return `there is no earlier generation of the memory of ${this.cwd}: it was consolidated once at most since the last restore or forget`
  }
}

/**
 * Takes back what was written into memory roots. For the holder of the directory's lock alone, after a publish that was cut
 * short was finished. Both leave a publish to be finished: `MemoryFs.resume` does, or the next pass.
 */
export class MemoryRevision extends Context.Tag("rollout-memories/MemoryRevision")<
  MemoryRevision,
  {
    /**
     * Takes what is to be forgotten out of every file of a directory: its traces, the published files, the record of what
     * was published, what was staged, and every kept generation. Other traces stay byte for byte.
     */
    readonly forget: (cwd: string, rule: ForgetRule) => Effect.Effect<void, MemoryFsFailure>
    /** Brings the generation before back, as made from the inputs given; what it replaces becomes the one before. */
    readonly restore: (cwd: string, fingerprint: string) => Effect.Effect<void, NothingToRestore | MemoryFsFailure>
    /** Removes state DBs that were set aside because they were corrupt. */
    readonly removeSetAside: Effect.Effect<void, MemoryFsFailure>
  }
>() {}
