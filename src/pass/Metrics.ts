import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"

/** Extractions that came to an end; tag `outcome`: extracted, nothing, skipped or failed. */
export const extractions = Metric.counter("rollout_memories_extractions", {
  description: "Extractions that came to an end, by outcome",
  incremental: true
})

/** Consolidations that came to an end; tag `outcome`: published, unchanged, locked or failed. */
export const consolidations = Metric.counter("rollout_memories_consolidations", {
  description: "Consolidations that came to an end, by outcome",
  incremental: true
})

/** Tokens that model requests cost; tag `direction`: input or output. */
export const tokens = Metric.counter("rollout_memories_tokens", {
  description: "Tokens of model requests, by direction",
  incremental: true
})

const milliseconds = MetricBoundaries.exponential({ start: 1, factor: 2, count: 20 })

/** How long one extraction took, in milliseconds. */
export const extractionDuration = Metric.timerWithBoundaries(
  "rollout_memories_extraction_duration",
  milliseconds.values,
  "Duration of one extraction"
)

/** How long one consolidation took, in milliseconds. */
export const consolidationDuration = Metric.timerWithBoundaries(
  "rollout_memories_consolidation_duration",
  milliseconds.values,
  "Duration of one consolidation"
)
