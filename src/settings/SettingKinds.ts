import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"

/** The kinds of values that settings have: how a person writes one, and what its bounds are. */

/** One knob: what it does, what it may be, and what it is when nobody says otherwise. */
export interface Setting<A> {
  readonly description: string
  /** What a person may write, in words; the bounds are in it. */
  readonly expected: string
  readonly fallback: A
  /** The fallback as a person would write it. */
  readonly fallbackText: string
  /** Reads what a person wrote in the environment or on the command line. */
  readonly parse: (text: string) => Option.Option<A>
  /** Whether a value, as a host may give it directly, is one that this setting can have. */
  readonly is: (value: unknown) => value is A
}

/** A whole number between two bounds, both allowed. */
export const integer = (fallback: number, minimum: number, maximum: number, description: string): Setting<number> => {
  const is = (value: unknown): value is number =>
    typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum
  return {
    description,
    expected: `a whole number from ${minimum} to ${maximum}`,
    fallback,
    fallbackText: String(fallback),
    parse: (text) => (/^\d{1,15}$/.test(text) && is(Number(text)) ? Option.some(Number(text)) : Option.none()),
    is
  }
}

/** Whole seconds, as the contract writes leases. */
export const seconds = (fallback: number, maximum: number, description: string): Setting<Duration.Duration> => {
  const whole = integer(fallback, 0, maximum, description)
  return {
    ...whole,
    expected: `whole seconds from 0 to ${maximum}`,
    fallback: Duration.seconds(fallback),
    parse: (text) => Option.map(whole.parse(text), Duration.seconds),
    is: (value): value is Duration.Duration => Duration.isDuration(value) && whole.is(Duration.toSeconds(value))
  }
}

const millisecondsIn: { readonly [unit: string]: number } = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const parseTime = (text: string): Option.Option<Duration.Duration> => {
  const parts = text === "0" ? ["0ms", "0", "ms"] : /^(\d{1,9})(ms|s|m|h|d)$/.exec(text)
  return parts === null
    ? Option.none()
    : Option.some(Duration.millis(Number(parts[1]) * (millisecondsIn[parts[2] ?? ""] ?? 1)))
}

/** A length of time with its unit. */
export const time = (fallbackText: string, description: string): Setting<Duration.Duration> => ({
  description,
  expected: "a time such as 90s, 10m, 2h, 1d or 0",
  fallback: Option.getOrElse(parseTime(fallbackText), () => Duration.zero),
  fallbackText,
  parse: parseTime,
  is: (value): value is Duration.Duration => Duration.isDuration(value) && Duration.isFinite(value)
})

/** One of a few words. */
export const choice = <const A extends string>(
  fallback: NoInfer<A>,
  all: ReadonlyArray<A>,
  description: string
): Setting<A> => ({
  description,
  expected: all.join(" or "),
  fallback,
  fallbackText: fallback,
  parse: (text) => Option.fromNullable(all.find((one) => one === text)),
  is: (value): value is A => all.some((one) => one === value)
})

/** Yes or no. */
export const flag = (fallback: boolean, description: string): Setting<boolean> => ({
  description,
  expected: "true or false",
  fallback,
  fallbackText: String(fallback),
  parse: (text) => (text === "true" || text === "false" ? Option.some(text === "true") : Option.none()),
  is: Predicate.isBoolean
})

/** Any text, or none. */
export const optionalText = (description: string): Setting<string | undefined> => ({
  description,
  expected: "a text",
  fallback: undefined,
  fallbackText: "none",
  parse: Option.some,
  is: (value): value is string | undefined => value === undefined || typeof value === "string"
})

/** A number that may also be left without a limit, which is undefined. */
export const limit = (fallback: number | undefined, description: string): Setting<number | undefined> => {
  const whole = integer(fallback ?? 0, 0, 1_000_000_000_000, description)
  return {
    description,
    expected: "a whole number, or unlimited",
    fallback,
    fallbackText: fallback === undefined ? "unlimited" : String(fallback),
    parse: (text) => (text === "unlimited" ? Option.some(undefined) : whole.parse(text)),
    is: (value): value is number | undefined => value === undefined || whole.is(value)
  }
}

/** A price, which may not be known. */
export const price = (description: string): Setting<number | undefined> => ({
  description,
  expected: "a price such as 1.25",
  fallback: undefined,
  fallbackText: "unknown",
  parse: (text) => (/^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Option.some(Number(text)) : Option.none()),
  is: (value): value is number | undefined =>
    value === undefined || (typeof value === "number" && Number.isFinite(value) && value >= 0)
})

/** What writes the trace memories: `offline`, or a model by its server's name for it. */
export const modelName = (description: string): Setting<string> => {
  const is = (value: unknown): value is string =>
    value === "offline" || (typeof value === "string" && /^openai:[^\s\p{Cc}]{1,200}$/u.test(value))
  return {
    description,
    expected: "offline or openai:<name>",
    fallback: "offline",
    fallbackText: "offline",
    parse: (text) => (is(text) ? Option.some(text) : Option.none()),
    is
  }
}

/** How long a model is to reason, in the words of its servers; `unset` says nothing of it. */
export const efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "unset"] as const

/** Sessions of which sources may become memory: of those named, or of every source but sub-agents. */
export type Sources = "all" | ReadonlyArray<string>

/** Names of sources, or all of them. */
export const sources = (fallback: ReadonlyArray<string>, description: string): Setting<Sources> => ({
  description,
  expected: "source names separated by commas, or all",
  fallback,
  fallbackText: fallback.join(","),
  parse: (text) => {
    const names = text.split(",").map((name) => name.trim())
    return names.includes("") ? Option.none() : Option.some(names.includes("all") ? "all" : names)
  },
  is: (value): value is Sources =>
    value === "all" || (Array.isArray(value) && value.length > 0 && value.every(Predicate.isString))
})
