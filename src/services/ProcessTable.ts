import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** One process among all that ever ran: pids are used again, so the time it started belongs to it. */
export interface ProcessIdentity {
  /** The boot and the pid namespace; undefined where the system does not tell. */
  readonly host: string | undefined
  readonly pid: number
  /** As the system counts it; undefined where it does not tell. */
  readonly startedAt: string | undefined
}

/**
 * Who we are among the processes of this host, and whether others are still there. Work that a process left behind can be
 * taken over at once when its process is known to be gone.
 */
export class ProcessTable extends Context.Tag("rollout-memories/ProcessTable")<
  ProcessTable,
  {
    readonly self: ProcessIdentity
    /** True only when it is certain: a process of another host, or of an unknown one, is never gone. */
    readonly isGone: (identity: ProcessIdentity) => Effect.Effect<boolean>
  }
>() {}
