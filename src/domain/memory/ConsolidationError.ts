import * as Schema from "effect/Schema"

/**
 * The directory's lock could not be renewed, or another pass holds it now. The agent was interrupted and nothing was
 * published; the lock's holder does the work.
 */
export class LeaseLost extends Schema.TaggedError<LeaseLost>("rollout-memories/LeaseLost")("LeaseLost", {
  cwd: Schema.String
}) {
  override get message(): string {
    return `the lock of ${this.cwd} was lost while its memory was consolidated; nothing was published`
  }
}

/**
 * A directory has trace files, but the state DB has no memories of it and no record of deleting any. Nothing was
 * pruned. If the DB was lost, run with `--rebuild-index`.
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
 * Some of a directory's traces come from sessions with another provider than the agent's. Nothing was sent. Pass
 * `--allow-provider-crossing`, or consolidate with `--agent offline`.
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

/** A bug in this program. Only this directory fails; please report the bug with the log. */
export class ConsolidationDefect extends Schema.TaggedError<ConsolidationDefect>(
  "rollout-memories/ConsolidationDefect"
)("ConsolidationDefect", { cwd: Schema.String, cause: Schema.Defect }) {
  override get message(): string {
    const detail = this.cause instanceof Error ? this.cause.message : "unknown"
    return `consolidating ${this.cwd} met a fault of this program: ${detail}`
  }
}
