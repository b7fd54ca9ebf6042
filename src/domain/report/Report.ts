import * as Schema from "effect/Schema"
import { Grounding } from "../memory/Grounding.js"
import { WhyNot } from "../thread/WhyNot.js"

/** What went wrong, as far as it concerns whoever reads a report. */
export const ReportedError = Schema.Struct({ _tag: Schema.String, message: Schema.String })

/** What went wrong. */
export type ReportedError = typeof ReportedError.Type

const Learned = Schema.Struct({
  threadId: Schema.String,
  cwd: Schema.String,
  memoryRoot: Schema.String,
  traceFile: Schema.String,
  /** How much of what a model quoted stands in the rollout; absent where nobody had to look. */
  grounding: Schema.optional(Grounding)
})

const NoOutput = Schema.Struct({ threadId: Schema.String, cwd: Schema.String })

const Skipped = Schema.Struct({ threadId: Schema.String, rolloutPath: Schema.String, reason: WhyNot })

const Failed = Schema.Struct({
  threadId: Schema.NullOr(Schema.String),
  rolloutPath: Schema.String,
  error: ReportedError
})

const Consolidated = Schema.Struct({
  cwd: Schema.String,
  memoryRoot: Schema.String,
  outcome: Schema.Literal("published", "unchanged", "locked", "failed"),
  error: Schema.optional(ReportedError)
})

/** One directory's consolidation, as a report has it. */
export type Consolidated = typeof Consolidated.Type

/** What one pass did. Every path is absolute. */
export const PassReport = Schema.Struct({
  /** Rows in the index. */
  threads: Schema.Int,
  /** Threads that were taken. */
  candidates: Schema.Int,
  /** Eligible threads that this pass had no place for: the next one takes them. */
  waiting: Schema.Int,
  extracted: Schema.Array(Learned),
  noOutput: Schema.Array(NoOutput),
  skipped: Schema.Array(Skipped),
  failed: Schema.Array(Failed),
  consolidated: Schema.Array(Consolidated),
  model: Schema.Struct({
    name: Schema.String,
    /** Requests that were answered. */
    calls: Schema.Int,
    inputTokens: Schema.Int,
    outputTokens: Schema.Int
  }),
  durationMs: Schema.Int
})

/** What one pass did. */
export type PassReport = typeof PassReport.Type

/** Errors that say what the user did not agree to: nothing was tried, nothing failed, and the next pass looks again. */
export const isHeldBack = (tag: string | undefined): boolean => tag === "BudgetExhausted" || tag === "ProviderCrossing"

/** Whether anything in a report calls for an exit code of 1. */
export const hasFailures = (report: PassReport): boolean =>
  report.failed.length > 0 ||
  report.consolidated.some(({ error, outcome }) => outcome === "failed" && !isHeldBack(error?._tag))

/** An error as a report shows it. */
export const reportError = (error: { readonly _tag: string; readonly message: string }): ReportedError => ({
  _tag: error._tag,
  message: error.message
})
