import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { variable } from "../../settings/Environment.js"

/** Loaded where a collector was named. */
const loadExport = Effect.promise(() => import("./Export.js"))

/**
 * Sends the spans and metrics of work to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names, if it names one. What
 * becomes of them changes nothing about the work, and holds its end up for two seconds at most, or for the time that
 * `OTEL_EXPORTER_OTLP_TIMEOUT` names. Fails with `SettingInvalid`, before the work, where a variable of the collector is
 * no good.
 */
export const withTelemetry = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(
    variable("OTEL_EXPORTER_OTLP_ENDPOINT"),
    Option.match({
      onNone: () => work,
      onSome: (endpoint) => Effect.flatMap(loadExport, ({ exporting }) => exporting(endpoint, work))
    })
  )
