import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { isServerUrl, variable, withoutUser } from "../../settings/Environment.js"
import { SettingInvalid } from "../../settings/Settings.js"
import { type Attribute, attributesOf } from "./Attributes.js"

/** The collector that receives spans and metrics, and the description of this program for it. */
export interface Collector {
  /** The URL without a trailing slash. */
  readonly endpoint: string
  readonly headers: { readonly [name: string]: string }
  readonly resource: { readonly attributes: ReadonlyArray<Attribute> }
  /** Time limit of one request, and of sending the remaining spans when the program ends. */
  readonly timeLimit: Duration.Duration
}

const ownName = "rollout-memories"

/**
 * Bounds of `OTEL_EXPORTER_OTLP_TIMEOUT` in milliseconds: its default, and the largest value that is accepted. They
 * limit how long the end of the program can be delayed by a slow collector.
 */
const timeLimits = { usual: 2_000, longest: 600_000 } as const

const headerName = /^[\w!#$%&'*+.^`|~-]+$/
const headerValue = /^[\t\x20-\x7e]*$/

const decode = Option.liftThrowable(decodeURIComponent)

/**
 * Parses the form of `OTEL_EXPORTER_OTLP_HEADERS`: `name=value,name=value` with percent-encoded values. None if the
 * text is invalid.
 */
const readPairs = (text: string): Option.Option<ReadonlyArray<readonly [string, string]>> =>
  Option.all(
    text
      .split(",")
      .filter((part) => part.trim() !== "")
      .map((part) => {
        const [, name = "", value = ""] = /^\s*([^=\s]+)\s*=(.*)$/.exec(part) ?? []
        return name === "" ? Option.none() : Option.map(decode(value.trim()), (value) => [name, value] as const)
      })
  )

const pairsOf = Effect.fnUntraced(function* (source: string, isGood: (name: string, value: string) => boolean) {
  const text = Option.getOrElse(yield* variable(source), () => "")
  const pairs = readPairs(text)
  if (Option.isNone(pairs) || !pairs.value.every(([name, value]) => isGood(name, value))) {
    // The invalid part may be a key, or stand next to one.
    const expected = "name=value pairs with commas between them, values percent-encoded"
    return yield* new SettingInvalid({ source, value: "[not shown]", expected })
  }
  return Object.fromEntries(pairs.value)
})

const readTimeLimit = Effect.gen(function* () {
  const source = "OTEL_EXPORTER_OTLP_TIMEOUT"
  const value = Option.getOrElse(yield* variable(source), () => String(timeLimits.usual))
  const milliseconds = /^\d{1,9}$/.test(value) ? Number(value) : 0
  if (milliseconds < 1 || milliseconds > timeLimits.longest) {
    return yield* new SettingInvalid({ source, value, expected: `milliseconds, 1 to ${timeLimits.longest}` })
  }
  return Duration.millis(milliseconds)
})

/** Reads the variables that OpenTelemetry defines for a collector; fails on the first invalid one. */
export const readCollector = Effect.fnUntraced(function* (endpoint: string) {
  if (!isServerUrl(endpoint)) {
    return yield* new SettingInvalid({
      source: "OTEL_EXPORTER_OTLP_ENDPOINT",
      value: withoutUser(endpoint),
      expected: "a URL such as http://localhost:4318, without a user name"
    })
  }
  const headers = yield* pairsOf(
    "OTEL_EXPORTER_OTLP_HEADERS",
    (name, value) => headerName.test(name) && headerValue.test(value)
  )
  const given = yield* pairsOf("OTEL_RESOURCE_ATTRIBUTES", () => true)
  const name = Option.getOrElse(yield* variable("OTEL_SERVICE_NAME"), () => given["service.name"] ?? ownName)
  const collector: Collector = {
    endpoint: endpoint.replace(/\/+$/, ""),
    headers,
    resource: { attributes: attributesOf(Object.entries({ ...given, "service.name": name })) },
    timeLimit: yield* readTimeLimit
  }
  return collector
})
