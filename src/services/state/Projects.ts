import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { ProjectDirectory } from "../../domain/project/ProjectDirectory.js"
import type { Decision } from "../../domain/project/ProjectRule.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { StateDbFailure } from "./StateDbError.js"

/** A directory under which something is stored. */
export interface StoredRoot {
  readonly directory: Directory
  /** The origin that the newest session there recorded, as it recorded it; null if none did. */
  readonly recorded: string | null
}

/**
 * The record of which project each directory belongs to. Memories, facts, notes, consolidations and locks are stored
 * under the project's root. Fails with `StateDbFailure`.
 */
export class Projects extends Context.Tag("rollout-memories/state/Projects")<
  Projects,
  {
    /** Lists all known directories, in the order of their paths. */
    readonly all: Effect.Effect<ReadonlyArray<ProjectDirectory>, StateDbFailure>
    /**
     * Decides the project of a directory from all known directories, and records the decision, in one transaction: of two that
     * ask at once, the second knows what the first decided. The time of an unchanged decision stays.
     */
    readonly decide: (
      decision: (known: ReadonlyArray<ProjectDirectory>) => Decision
    ) => Effect.Effect<ProjectDirectory, StateDbFailure>
    /**
     * Adds directories that a lost database knew, as the memories home tells them. A directory that is known stays as it
     * is.
     */
    readonly import: (rows: ReadonlyArray<ProjectDirectory>) => Effect.Effect<void, StateDbFailure>
    /**
     * Lists the directories under which anything is stored: memories, notes, decisions about facts, consolidations, or
     * a record of deleted memories. In the order of their paths.
     */
    readonly roots: Effect.Effect<ReadonlyArray<StoredRoot>, StateDbFailure>
    /**
     * Moves everything that is stored under one directory to another one: memories, facts, people's decisions about
     * them, their history, forgotten facts and notes. `place` is the path of `from` below the top of its working copy.
     * Two memories of one thread become one. Does all of it or nothing.
     */
    readonly join: (from: Directory, to: Directory, place: string) => Effect.Effect<void, StateDbFailure>
  }
>() {}
