import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** Identifies one process. Pids are reused, so its start time is part of it. */
export interface ProcessIdentity {
  /** The boot and the pid namespace; undefined when the system does not provide them. */
  readonly host: string | undefined
  readonly pid: number
  /** Start time in the system's own units; undefined when the system does not provide it. */
  readonly startedAt: string | undefined
}

/**
 * Identifies this process, and tells whether others have ended. Work of a process that is known to have ended can be
 * taken over at once.
 */
export class ProcessTable extends Context.Tag("rollout-memories/ProcessTable")<
  ProcessTable,
  {
    readonly self: ProcessIdentity
    /** True only when the process has certainly ended; never for one of another or an unknown host. */
    readonly isGone: (identity: ProcessIdentity) => Effect.Effect<boolean>
  }
>() {}
