import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { variable } from "../../settings/Environment.js"

/** Loads the exporter; a run without a collector does not need it. */
const loadExport = Effect.promise(() => import("./Export.js"))

/**
 * Sends the spans and metrics of work to the collector at `OTEL_EXPORTER_OTLP_ENDPOINT`, if it is set. A failure to
 * send does not affect the work, and delays its end by at most two seconds, or by `OTEL_EXPORTER_OTLP_TIMEOUT`. Fails
 * with `SettingInvalid`, before the work starts, if a variable of the collector is invalid.
 */
export const withTelemetry = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(
    variable("OTEL_EXPORTER_OTLP_ENDPOINT"),
    Option.match({
      onNone: () => work,
      onSome: (endpoint) => Effect.flatMap(loadExport, ({ exporting }) => exporting(endpoint, work))
    })
  )
