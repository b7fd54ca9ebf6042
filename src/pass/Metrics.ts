import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"

/** Finished extractions; tag `outcome`: extracted, nothing, skipped or failed. */
export const extractions = Metric.counter("rollout_memories_extractions", {
  description: "Extractions that came to an end, by outcome",
  incremental: true
})

/** Finished consolidations; tag `outcome`: published, unchanged, locked or failed. */
export const consolidations = Metric.counter("rollout_memories_consolidations", {
  description: "Consolidations that came to an end, by outcome",
  incremental: true
})

/** Tokens of model requests; tag `direction`: input or output. */
export const tokens = Metric.counter("rollout_memories_tokens", {
  description: "Tokens of model requests, by direction",
  incremental: true
})

const milliseconds = MetricBoundaries.exponential({ start: 1, factor: 2, count: 20 })

/** Duration of one extraction, in milliseconds. */
export const extractionDuration = Metric.timerWithBoundaries(
  "rollout_memories_extraction_duration",
  milliseconds.values,
  "Duration of one extraction"
)

/** Duration of one consolidation, in milliseconds. */
export const consolidationDuration = Metric.timerWithBoundaries(
  "rollout_memories_consolidation_duration",
  milliseconds.values,
  "Duration of one consolidation"
)
