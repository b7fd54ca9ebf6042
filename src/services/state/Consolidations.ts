import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { SafeText } from "../../domain/privacy/SafeText.js"
import type { ThreadId } from "../../domain/thread/ThreadId.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { StateDbFailure } from "./StateDb.js"
import type { ThreadMemory } from "./ThreadMemories.js"

/**
 * A directory whose consolidation would consume something else than the published one did, or that was emptied before
 * anything was published: what was removed on record still lies there.
 */
export interface DirtyDirectory {
  readonly cwd: Directory
  /** Failures of consolidating exactly these inputs. */
  readonly attempts: number
  /** The earliest time of the next attempt. Unix milliseconds. */
  readonly retryAt: number | undefined
}

/** The inputs that a directory's consolidation would consume now. */
export interface ConsolidationState {
  /** The last memories, newest first. */
  readonly memories: ReadonlyArray<ThreadMemory>
  /** All that are older than those, newest first: what the user wants and what fixed a failure outlive their traces. */
  readonly earlier: ReadonlyArray<{ readonly threadId: ThreadId; readonly version: string }>
  /** The fingerprint of exactly these memories, the earlier ones among them; see `fingerprintOf`. */
  readonly fingerprint: string
  /** The fingerprint of what the published consolidation consumed; undefined when none was published. */
  readonly published: string | undefined
  /** Failures of consolidating exactly these inputs. */
  readonly attempts: number
  /** Threads whose memory was taken away on record: their trace files are to go. */
  readonly removals: ReadonlyArray<ThreadId>
  /** The notes of people, oldest first: they stand in every consolidation, word for word. */
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

/** The error of a consolidation, and the earliest time of the next attempt. */
export interface ConsolidationFailure {
  readonly errorTag: string
  readonly errorMessage: SafeText
  readonly retryAt: number
}

/**
 * The inputs of each directory's consolidation, and what was published of them. Only the holder of a directory's lock records
 * for it. `state` reads everything at one instant. Fails with `StateDbFailure`.
 */
export class Consolidations extends Context.Tag("rollout-memories/state/Consolidations")<
  Consolidations,
  {
    /** In the order of their paths. */
    readonly dirty: (tracesPerDirectory: number) => Effect.Effect<ReadonlyArray<DirtyDirectory>, StateDbFailure>
    readonly state: (cwd: Directory, tracesPerDirectory: number) => Effect.Effect<ConsolidationState, StateDbFailure>
    /** Records that a consolidation of exactly these inputs was published; clears earlier failures and removals. */
    readonly recordPublished: (cwd: Directory, fingerprint: string) => Effect.Effect<void, StateDbFailure>
    /** Records that consolidating these inputs failed. */
    readonly recordFailure: (
      cwd: Directory,
      fingerprint: string,
      failure: ConsolidationFailure
    ) => Effect.Effect<void, StateDbFailure>
    /** Drops the history of a directory: the errors in it may quote what the consolidations were made from. */
    readonly forget: (cwd: Directory) => Effect.Effect<void, StateDbFailure>
    readonly all: Effect.Effect<ReadonlyArray<ConsolidationEntry>, StateDbFailure>
  }
>() {}
