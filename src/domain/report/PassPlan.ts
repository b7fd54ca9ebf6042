import * as Schema from "effect/Schema"
import { counted } from "../text/Counted.js"
import { WhyNot } from "../thread/WhyNot.js"

/** One request that a pass would make; a session has one for each directory that it worked in. */
export const PlannedThread = Schema.Struct({
  threadId: Schema.String,
  rolloutPath: Schema.String,
  cwd: Schema.NullOr(Schema.String),
  /** Tokens of the instructions and the input together. */
  inputTokens: Schema.Int,
  /** The reason why no request would be made; absent if one would be. */
  problem: Schema.optional(Schema.String)
})

/** One request that a pass would make; a session has one for each directory that it worked in. */
export type PlannedThread = typeof PlannedThread.Type

/** The consolidations that a pass would make with a model. Their size depends on the traces, so these are limits. */
const PlannedConsolidation = Schema.Struct({
  model: Schema.String,
  /** The directories that have something new, or would have it after the planned traces. */
  directories: Schema.Array(Schema.String),
  /** The maximum number of requests of all directories together, from the limit on an agent's turns. */
  requests: Schema.Int,
  /** The maximum number of tokens of all directories together, from the limit on an agent's tokens. */
  tokens: Schema.Int,
  /** The maximum cost in the currency of the prices, if all tokens were answers; null without prices. */
  cost: Schema.NullOr(Schema.Number)
})

/** The requests that a pass would make: those that write traces, one by one, and the limits of consolidation. */
export const PassPlan = Schema.Struct({
  model: Schema.String,
  threads: Schema.Array(PlannedThread),
  skipped: Schema.Array(Schema.Struct({ threadId: Schema.String, rolloutPath: Schema.String, reason: WhyNot })),
  requests: Schema.Int,
  inputTokens: Schema.Int,
  /** The maximum number of tokens of all answers together, from the limit on each answer. */
  outputTokens: Schema.Int,
  /** The maximum cost of the traces in the currency of the prices; null without prices. */
  cost: Schema.NullOr(Schema.Number),
  /** The limits of consolidation; null when no model consolidates, or nothing would be consolidated. */
  consolidation: Schema.NullOr(PlannedConsolidation),
  /** The maximum number of tokens that one pass may use; null means no limit. */
  maxTokens: Schema.NullOr(Schema.Number),
  maxRequests: Schema.NullOr(Schema.Number)
})

/** The requests that a pass would make, see the schema of the same name. */
export type PassPlan = typeof PassPlan.Type

const renderConsolidation = ({
  cost,
  directories,
  model,
  requests,
  tokens
}: typeof PlannedConsolidation.Type): string =>
  `Consolidating ${counted(directories.length, "project", "projects")} with ${model} comes on top: at most ${counted(requests, "request", "requests")} and ${counted(tokens, "token", "tokens")}${cost === null ? "" : `, which cost at most ${cost.toFixed(4)}`}, within the same caps and mostly far less.`

/** Renders a plan for people to read. */
export const renderPlan = (plan: PassPlan): string => {
  const lines = plan.threads.map(
    ({ inputTokens, problem, rolloutPath }) =>
      `  ${problem === undefined ? counted(inputTokens, "token", "tokens").padStart(16) : "not sent".padStart(16)}  ${rolloutPath}${problem === undefined ? "" : `: ${problem}`}`
  )
  const reasons = new Map<string, number>()
  for (const { reason } of plan.skipped) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
  const worst = plan.inputTokens + plan.outputTokens
  const isOver =
    (plan.maxTokens !== null && worst > plan.maxTokens) ||
    (plan.maxRequests !== null && plan.requests > plan.maxRequests)
  return [
    plan.requests === 0
      ? `A pass with ${plan.model} would send nothing; it would read ${counted(new Set(plan.threads.map(({ threadId }) => threadId)).size, "session", "sessions")}.`
      : `A pass with ${plan.model} would make ${counted(plan.requests, "request", "requests")} to write traces: ${counted(plan.inputTokens, "input token", "input tokens")}, and answers of at most ${counted(plan.outputTokens, "token", "tokens")}.`,
    ...(plan.cost === null
      ? plan.requests === 0
        ? []
        : ["What it costs is known with MEMORIES_PRICE_INPUT and MEMORIES_PRICE_OUTPUT, per million tokens."]
      : [`At the known prices that costs at most ${plan.cost.toFixed(4)}.`]),
    ...(plan.consolidation === null ? [] : [renderConsolidation(plan.consolidation)]),
    ...(isOver
      ? [
          `The worst case exceeds the caps of a pass (--max-tokens ${plan.maxTokens ?? "unlimited"}, --max-requests ${plan.maxRequests ?? "unlimited"}): requests that do not fit are left for a later pass.`
        ]
      : []),
    ...(plan.requests === 0 && plan.consolidation === null ? [] : ["Nothing was sent."]),
    ...(lines.length === 0 ? [] : ["", ...lines]),
    ...(reasons.size === 0
      ? []
      : ["", `Left out: ${[...reasons].map(([reason, count]) => `${count} ${reason}`).join(", ")}.`])
  ].join("\n")
}
