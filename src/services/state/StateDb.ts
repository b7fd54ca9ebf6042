import * as Schema from "effect/Schema"
import { diskFaultOf, withDiskFault } from "../../domain/memory/DiskFault.js"
import type { Claims } from "./Claims.js"
import type { Consolidations } from "./Consolidations.js"
import type { Forgetting } from "./Forgetting.js"
import type { Integrity } from "./Integrity.js"
import type { Notes } from "./Notes.js"
import type { ProjectLocks } from "./ProjectLocks.js"
import type { Spending } from "./Spending.js"
import type { ThreadIndex } from "./ThreadIndex.js"
import type { ThreadMemories } from "./ThreadMemories.js"

/**
 * All capabilities of the state DB, as one layer provides them. Every operation is atomic and may run at the same time as
 * any other, in this process or in another one; none stays open across a model call or a file. Times are read from
 * `Clock`. An operation that fails has stored nothing.
 */
export type StateDb =
  | Claims
  | Consolidations
  | Forgetting
  | Integrity
  | Notes
  | ProjectLocks
  | Spending
  | ThreadIndex
  | ThreadMemories

/** The message of the error at the end of the chain of causes. */
const innermostMessage = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined
    ? innermostMessage(error.cause)
    : error instanceof Error
      ? error.message
      : String(error)

/**
 * The state DB cannot be used at all. The file is left as it is. `reason` says what to do: a `corrupt` one is moved aside
 * and rebuilt by `--rebuild-index`, a `newer` one needs a newer program, an `older` one a pass of this one; with
 * `not-a-file`, move away what stands there; the others need permissions, space or a sound `disk`.
 */
export class StateDbUnavailable extends Schema.TaggedError<StateDbUnavailable>("rollout-memories/StateDbUnavailable")(
  "StateDbUnavailable",
  {
    path: Schema.String,
    reason: Schema.Literal("corrupt", "newer", "older", "not-a-file", "read-only", "disk", "unopenable"),
    cause: Schema.optional(Schema.Defect)
  }
) {
  override get message(): string {
    const fault = diskFaultOf(this.cause)
    switch (this.reason) {
      case "corrupt":
        return `the state DB ${this.path} is corrupt; run again with --rebuild-index to move it aside and rebuild it`
      case "newer":
        return `the state DB ${this.path} was made by a newer version of this program; upgrade it, or pass another --memories-home`
      case "older":
        return `the state DB ${this.path} was written by an earlier version of this program; run rollout-memories once without a command to bring it up to date`
      case "not-a-file":
        return innermostMessage(this.cause)
      case "read-only":
      case "disk":
      case "unopenable":
        return fault === undefined
          ? `the state DB ${this.path} cannot be opened; check that its folder exists and can be written`
          : `${fault.says}: the state DB ${this.path} cannot be used; ${fault.todo}, or pass another --memories-home`
    }
  }
}

/** One operation of the state DB failed and stored nothing. Its caller fails, and may be tried again. */
export class StateDbFailure extends Schema.TaggedError<StateDbFailure>("rollout-memories/StateDbFailure")(
  "StateDbFailure",
  { operation: Schema.String, cause: Schema.Defect }
) {
  override get message(): string {
    const detail = this.cause instanceof Error ? this.cause.message : String(this.cause)
    return withDiskFault(`the state DB failed at ${this.operation}: ${detail}`, this.cause)
  }
}

/** The holder of a claim or a lock. */
export interface Holder<Of extends string> {
  /** The thread or the directory. */
  readonly of: Of
  readonly owner: string
  readonly pid: number | null
  /** True if its process is known to be gone: the next owner that asks takes it over. */
  readonly isAbandoned: boolean
}
