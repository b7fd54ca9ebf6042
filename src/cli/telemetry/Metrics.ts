import * as MetricKeyType from "effect/MetricKeyType"
import type * as MetricPair from "effect/MetricPair"
import * as MetricState from "effect/MetricState"
import * as Option from "effect/Option"
import { type Attribute, attributesOf } from "./Attributes.js"
import type { Collector } from "./Collector.js"

/** The period that a request with metrics covers, in Unix milliseconds. */
export interface Period {
  readonly from: number
  readonly until: number
}

/** OTLP's code for cumulative values: counted since the program's start, not since the last request. */
const cumulative = 2

const nanoseconds = (milliseconds: number): string => `${Math.trunc(milliseconds)}000000`

const numberOf = (value: number | bigint) =>
  typeof value === "bigint" || Number.isSafeInteger(value) ? { asInt: String(value) } : { asDouble: value }

/** Converts cumulative bucket counts (Effect) to per-bucket counts (OTLP). */
const histogramOf = ({ buckets, count, max, min, sum }: MetricState.MetricState.Histogram) => {
  const finite = buckets.filter(([boundary]) => Number.isFinite(boundary))
  const upTo = [...finite.map(([, upTo]) => upTo), count]
  return {
    count: String(count),
    sum,
    ...(count === 0 ? {} : { min, max }),
    explicitBounds: finite.map(([boundary]) => boundary),
    bucketCounts: upTo.map((all, bucket) => String(all - (upTo[bucket - 1] ?? 0)))
  }
}

interface Told {
  readonly kind: "sum" | "gauge" | "histogram"
  readonly options: { readonly aggregationTemporality?: number; readonly isMonotonic?: boolean }
  readonly point: { readonly [field: string]: unknown }
}

/** Encodes one metric of Effect for OTLP; undefined for the kinds that this program does not use, such as summaries. */
const toldOf = ({ metricKey, metricState }: MetricPair.MetricPair.Untyped): Told | undefined => {
  if (MetricState.isCounterState(metricState)) {
    const isMonotonic = MetricKeyType.isCounterKey(metricKey.keyType) && metricKey.keyType.incremental
    return {
      kind: "sum",
      options: { aggregationTemporality: cumulative, isMonotonic },
      point: numberOf(metricState.count)
    }
  }
  if (MetricState.isGaugeState(metricState)) {
    return { kind: "gauge", options: {}, point: numberOf(metricState.value) }
  }
  return MetricState.isHistogramState(metricState)
    ? { kind: "histogram", options: { aggregationTemporality: cumulative }, point: histogramOf(metricState) }
    : undefined
}

interface Metric {
  readonly head: { readonly name: string; readonly description: string; readonly unit: string }
  readonly told: Omit<Told, "point">
  readonly dataPoints: Array<unknown>
}

const unitOf = (attributes: ReadonlyArray<Attribute>): string =>
  attributes.some(({ key, value }) => key === "time_unit" && "stringValue" in value) ? "ms" : "1"

/** Makes the body of an OTLP request that sends metrics. */
export const metricsOf = (
  { resource }: Collector,
  pairs: Iterable<MetricPair.MetricPair.Untyped>,
  { from, until }: Period
) => {
  const metrics = new Map<string, Metric>()
  for (const pair of pairs) {
    const told = toldOf(pair)
    if (told === undefined) {
      continue
    }
    const { metricKey } = pair
    const attributes = attributesOf(metricKey.tags.map(({ key, value }) => [key, value] as const))
    const { name } = metricKey
    const metric = metrics.get(name) ?? {
      head: { name, description: Option.getOrElse(metricKey.description, () => ""), unit: unitOf(attributes) },
      told,
      dataPoints: []
    }
    const times = { startTimeUnixNano: nanoseconds(from), timeUnixNano: nanoseconds(until) }
    metric.dataPoints.push({ attributes, ...times, ...told.point })
    metrics.set(name, metric)
  }
  const all = [...metrics.values()].map(({ dataPoints, head, told: { kind, options } }) => ({
    ...head,
    [kind]: { ...options, dataPoints }
  }))
  return { resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: "rollout-memories" }, metrics: all }] }] }
}
