import * as Schema from "effect/Schema"

/**
 * The directory's lock could not be renewed, or is another pass's now. The agent was interrupted and nothing it did was
 * published; whoever has the lock does the work.
 */
export class LeaseLost extends Schema.TaggedError<LeaseLost>("rollout-memories/LeaseLost")("LeaseLost", {
  cwd: Schema.String
}) {
  override get message(): string {
    return `the lock of ${this.cwd} was lost while its memory was consolidated; nothing was published`
  }
}

/**
 * The state DB has no memory of a directory that has trace files, and no record that they were deleted. Nothing was pruned.
 * When the DB was lost, run with `--rebuild-index`.
 */
export class MemoriesMissing extends Schema.TaggedError<MemoriesMissing>("rollout-memories/MemoriesMissing")(
  "MemoriesMissing",
  { cwd: Schema.String, traces: Schema.Int }
) {
  override get message(): string {
    return `the state DB knows nothing of ${this.traces} traces of ${this.cwd}; they were left alone, run with --rebuild-index`
  }
}

/**
 * Some of a directory's traces were learned from sessions of another provider than the agent's. Nothing was sent; allow it,
 * or consolidate with `--agent offline`.
 */
export class ProviderCrossing extends Schema.TaggedError<ProviderCrossing>("rollout-memories/ProviderCrossing")(
  "ProviderCrossing",
  { cwd: Schema.String, provider: Schema.String, traces: Schema.Int }
) {
  override get message(): string {
    const one = this.traces === 1
    return `${this.traces} ${one ? "trace" : "traces"} of ${this.cwd} ${one ? "comes" : "come"} from sessions with another provider than ${this.provider}; pass --allow-provider-crossing or --agent offline`
  }
}

/** A fault of this program. The directory fails alone; please report it with the log. */
export class ConsolidationDefect extends Schema.TaggedError<ConsolidationDefect>(
  "rollout-memories/ConsolidationDefect"
)("ConsolidationDefect", { cwd: Schema.String, cause: Schema.Defect }) {
  override get message(): string {
    const detail = this.cause instanceof Error ? this.cause.message : "unknown"
    return `consolidating ${this.cwd} met a fault of this program: ${detail}`
  }
}
