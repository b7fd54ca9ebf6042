import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { SafeText } from "../../domain/privacy/SafeText.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { StateDbFailure } from "./StateDbError.js"
import type { ThreadMemory } from "./ThreadMemories.js"

/**
 * A directory that needs a consolidation: its inputs differ from those of its published memory, or its memories were
 * all deleted before anything was published, so that their files remain.
 */
export interface DirtyDirectory {
  readonly cwd: Directory
  /** Number of failed consolidations with exactly these inputs. */
  readonly attempts: number
  /** Earliest time of the next attempt in Unix milliseconds; undefined when it may start now. */
  readonly retryAt: number | undefined
}

/** The inputs of a directory's next consolidation, read at one instant. */
export interface ConsolidationState {
  /** The newest memories, newest first, up to the number that is kept as trace files. */
  readonly memories: ReadonlyArray<ThreadMemory>
  /**
   * The memories that are older than those in `memories`, newest first. Their trace files are no longer kept, but
   * their facts are still used.
   */
  readonly earlier: ReadonlyArray<{ readonly threadId: ThreadId; readonly version: string }>
  /** Fingerprint of exactly these memories, the earlier ones included; see `fingerprintOf`. */
  readonly fingerprint: string
  /** Fingerprint of the inputs of the published memory; undefined when nothing was published. */
  readonly published: string | undefined
  /** Number of failed consolidations with exactly these inputs. */
  readonly attempts: number
  /** Threads whose memory was deleted, and the deletion recorded, so that their trace files may be removed. */
  readonly removals: ReadonlyArray<ThreadId>
  /** The user's notes, oldest first. Every consolidation includes them word for word. */
  readonly notes: ReadonlyArray<SafeText>
}

/** The outcome of the last consolidation of a directory. Times are Unix milliseconds. */
export interface ConsolidationEntry {
  readonly cwd: Directory
  readonly publishedAt: number | null
  readonly retryAt: number | null
  readonly errorTag: string | null
  readonly errorMessage: SafeText | null
}

/** The error of a consolidation, and the time of the next attempt. */
export interface ConsolidationFailure {
  readonly errorTag: string
  readonly errorMessage: SafeText
  readonly retryAt: number
}

/**
 * The inputs and outcomes of each directory's consolidations. Only the holder of a directory's lock records an outcome.
 * Fails with `StateDbFailure`.
 */
export class Consolidations extends Context.Tag("rollout-memories/state/Consolidations")<
  Consolidations,
  {
    /** Lists the directories that need a consolidation, in the order of their paths. */
    readonly dirty: (tracesPerDirectory: number) => Effect.Effect<ReadonlyArray<DirtyDirectory>, StateDbFailure>
    readonly state: (cwd: Directory, tracesPerDirectory: number) => Effect.Effect<ConsolidationState, StateDbFailure>
    /**
     * Records that a consolidation of exactly these inputs was published; clears earlier failures and the list of
     * deleted memories.
     */
    readonly recordPublished: (cwd: Directory, fingerprint: string) => Effect.Effect<void, StateDbFailure>
    /** Records that a consolidation of these inputs failed. */
    readonly recordFailure: (
      cwd: Directory,
      fingerprint: string,
      failure: ConsolidationFailure
    ) => Effect.Effect<void, StateDbFailure>
    /** Deletes the history of a directory, since its errors may quote the inputs. */
    readonly forget: (cwd: Directory) => Effect.Effect<void, StateDbFailure>
    readonly all: Effect.Effect<ReadonlyArray<ConsolidationEntry>, StateDbFailure>
  }
>() {}
