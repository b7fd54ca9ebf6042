import * as Schema from "effect/Schema"
import { diskFaultOf, withDiskFault } from "../../domain/memory/DiskFault.js"

/** Returns the message of the innermost cause of an error. */
const innermostMessage = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined
    ? innermostMessage(error.cause)
    : error instanceof Error
      ? error.message
      : String(error)

/**
 * The state DB cannot be used at all. The file was not changed. `reason` determines the remedy: `--rebuild-index` sets
 * a `corrupt` one aside and builds a new one; a `newer` one needs a newer version of this program; an `older` one is
 * migrated by the next pass; for `not-a-file`, move away the entry at that path; the others need permissions, free
 * space or a working `disk`.
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

/** An operation of the state DB failed and stored nothing. A later attempt may succeed. */
export class StateDbFailure extends Schema.TaggedError<StateDbFailure>("rollout-memories/StateDbFailure")(
  "StateDbFailure",
  { operation: Schema.String, cause: Schema.Defect }
) {
  override get message(): string {
    const detail = this.cause instanceof Error ? this.cause.message : String(this.cause)
    return withDiskFault(`the state DB failed at ${this.operation}: ${detail}`, this.cause)
  }
}

/** A claim or a lock, with its holder. */
export interface Holder<Of extends string> {
  /** The id of the claimed thread, or the path of the locked directory. */
  readonly of: Of
  readonly owner: string
  readonly pid: number | null
  /** True if its process is known to have ended: the next owner that asks gets the claim or lock. */
  readonly isAbandoned: boolean
}
