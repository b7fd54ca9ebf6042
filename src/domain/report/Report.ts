import * as Schema from "effect/Schema"
import { Grounding } from "../memory/Grounding.js"
import type { SafeText } from "../privacy/SafeText.js"
import { WhyNot } from "../thread/WhyNot.js"

/** The message of an error, redacted when the report was made. */
const Message = Schema.String.pipe(Schema.brand("SafeText"))

/** An error as a report shows it: its tag and its message. */
export const ReportedError = Schema.Struct({ _tag: Schema.String, message: Message })

/** An error as a report shows it: its tag and its message. */
export type ReportedError = typeof ReportedError.Type

/** A trace; a session has one for each directory that it worked in. */
const Learned = Schema.Struct({
  threadId: Schema.String,
  cwd: Schema.String,
  memoryRoot: Schema.String,
  traceFile: Schema.String,
  /**
   * The number of quotations in the trace, and the number of them that the session file contains; absent if nothing was
   * checked.
   */
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

/** The consolidation of one directory, as a report shows it. */
export type Consolidated = typeof Consolidated.Type

/** The result of one pass. Every path is absolute. */
export const PassReport = Schema.Struct({
  /** The number of threads in the index. */
  threads: Schema.Int,
  /** The number of threads that this pass selected for extraction. */
  candidates: Schema.Int,
  /** The number of eligible threads beyond this pass's limit. The next pass takes them. */
  waiting: Schema.Int,
  /** The number of sessions of sub-agents, which are never learned from. */
  subAgents: Schema.Int,
  extracted: Schema.Array(Learned),
  noOutput: Schema.Array(NoOutput),
  skipped: Schema.Array(Skipped),
  failed: Schema.Array(Failed),
  consolidated: Schema.Array(Consolidated),
  /**
   * Lines of types that this version does not know, which were skipped in the sessions read now; the most frequent
   * types first.
   */
  unknownLines: Schema.Array(Schema.Struct({ type: Schema.String, lines: Schema.Int })),
  model: Schema.Struct({
    name: Schema.String,
    /** The number of requests that were answered. */
    calls: Schema.Int,
    inputTokens: Schema.Int,
    outputTokens: Schema.Int,
    /** The part of the input tokens that the servers read from their caches. */
    cachedTokens: Schema.Int
  }),
  durationMs: Schema.Int
})

/** The result of one pass. Every path is absolute. */
export type PassReport = typeof PassReport.Type

/**
 * True for the tag of an error by which the user's limits stopped the work, and not a failure. The next pass decides
 * again.
 */
export const isHeldBack = (tag: string | undefined): boolean => tag === "BudgetExhausted" || tag === "ProviderCrossing"

/** True if the report contains a failure, so that the program ends with exit code 1. */
export const hasFailures = (report: PassReport): boolean =>
  report.failed.length > 0 ||
  report.consolidated.some(({ error, outcome }) => outcome === "failed" && !isHeldBack(error?._tag))

/** Converts an error into the form that a report shows. */
export const reportError = (error: { readonly _tag: string; readonly message: SafeText }): ReportedError => ({
  _tag: error._tag,
  message: error.message
})
