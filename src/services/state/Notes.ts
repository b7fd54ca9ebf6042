import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { SafeText } from "../../domain/privacy/SafeText.js"
import type { StateDbFailure } from "./StateDbError.js"

/** A note that a person wrote for a directory with `remember`. */
export interface UserNote {
  readonly id: number
  readonly cwd: Directory
  readonly text: SafeText
  /** Unix milliseconds. */
  readonly createdAt: number
}

/**
 * The notes that people wrote for directories with `remember`. Each change makes its directory dirty, so that the next
 * pass consolidates it. Fails with `StateDbFailure`.
 */
export class Notes extends Context.Tag("rollout-memories/state/Notes")<
  Notes,
  {
    /** Stores a note for a directory. Storing the same text twice keeps one note. */
    readonly add: (cwd: Directory, text: SafeText) => Effect.Effect<void, StateDbFailure>
    readonly remove: (noteIds: ReadonlyArray<number>) => Effect.Effect<void, StateDbFailure>
    /** Lists all notes, by directory, then oldest first. */
    readonly all: Effect.Effect<ReadonlyArray<UserNote>, StateDbFailure>
  }
>() {}
