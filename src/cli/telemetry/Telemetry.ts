import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { variable } from "../../settings/Environment.js"

/** Loads the exporter, which only a named collector needs. */
const loadExport = Effect.promise(() => import("./Export.js"))

/**
 * Sends the spans and metrics of work to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names, if it names one. Failing
 * to send them does not affect the work, and delays its end by at most two seconds, or by `OTEL_EXPORTER_OTLP_TIMEOUT`. Fails
 * with `SettingInvalid`, before the work, if a variable of the collector is invalid.
 */
export const withTelemetry = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(
    variable("OTEL_EXPORTER_OTLP_ENDPOINT"),
    Option.match({
      onNone: () => work,
      onSome: (endpoint) => Effect.flatMap(loadExport, ({ exporting }) => exporting(endpoint, work))
    })
  )
