import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { SafeText } from "../../domain/privacy/SafeText.js"
import type { StateDbFailure } from "./StateDb.js"

/** A note of a person. */
export interface UserNote {
  readonly id: number
  readonly cwd: Directory
  readonly text: SafeText
  /** Unix milliseconds. */
  readonly createdAt: number
}

/** The notes that people leave for directories. A change makes the directory dirty. Fails with `StateDbFailure`. */
export class Notes extends Context.Tag("rollout-memories/state/Notes")<
  Notes,
  {
    /** Keeps a note for a directory. The same text twice is one note. */
    readonly add: (cwd: Directory, text: SafeText) => Effect.Effect<void, StateDbFailure>
    readonly remove: (noteIds: ReadonlyArray<number>) => Effect.Effect<void, StateDbFailure>
    /** By directory, then oldest first. */
    readonly all: Effect.Effect<ReadonlyArray<UserNote>, StateDbFailure>
  }
>() {}
