import * as Duration from "effect/Duration"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { CodingAgent, codingAgents } from "../domain/session/CodingAgent.js"
import { namedModel } from "../domain/model/Api.js"

/** A setting: its description, its allowed values, and its default. */
export interface Setting<A> {
  readonly description: string
  /** A description of the allowed values and their bounds, for error messages and help. */
  readonly expected: string
  readonly fallback: A
  /** The default, in the form that a person would type. */
  readonly fallbackText: string
  /** Parses the text of an environment variable or an option. */
  readonly parse: (text: string) => Option.Option<A>
  /** Checks a value that a host gives directly. */
  readonly is: (value: unknown) => value is A
}

/** Makes a setting from a schema that decodes its text and checks its value. */
const setting = <A, I>(
  schema: Schema.Schema<A, I>,
  about: Pick<Setting<A>, "description" | "expected" | "fallback" | "fallbackText">
): Setting<A> => ({
  ...about,
  parse: (text) => Schema.decodeUnknownOption(schema)(text),
  is: (value): value is A => Schema.is(schema)(value)
})

const numberIn = (pattern: RegExp) =>
  Schema.compose(Schema.String.pipe(Schema.pattern(pattern)), Schema.NumberFromString)

const wholeNumber = (minimum: number, maximum: number) =>
  numberIn(/^\d{1,15}$/).pipe(Schema.int(), Schema.between(minimum, maximum))

/** Makes a setting for a whole number between two bounds, both included. */
export const integer = (fallback: number, minimum: number, maximum: number, description: string): Setting<number> =>
  setting(wholeNumber(minimum, maximum), {
    description,
    expected: `a whole number from ${minimum} to ${maximum}`,
    fallback,
    fallbackText: String(fallback)
  })

/** Makes a setting for a number of whole seconds. */
export const seconds = (fallback: number, maximum: number, description: string): Setting<Duration.Duration> =>
  setting(
    Schema.transform(
      wholeNumber(0, maximum),
      Schema.DurationFromSelf.pipe(
        Schema.lessThanOrEqualToDuration(Duration.seconds(maximum)),
        Schema.filter((duration) => Number.isInteger(Duration.toSeconds(duration)))
      ),
      { strict: true, decode: (count) => Duration.seconds(count), encode: Duration.toSeconds }
    ),
    {
      description,
      expected: `whole seconds from 0 to ${maximum}`,
      fallback: Duration.seconds(fallback),
      fallbackText: String(fallback)
    }
  )

const units = {
  ms: Duration.millis,
  s: Duration.seconds,
  m: Duration.minutes,
  h: Duration.hours,
  d: Duration.days
} as const

/** A time such as `90s` or `10m`; `0` needs no unit. */
const Time = Schema.transform(
  Schema.Union(
    Schema.TemplateLiteralParser(numberIn(/^\d{1,9}$/), Schema.Literal("ms", "s", "m", "h", "d")),
    Schema.Literal("0")
  ),
  Schema.DurationFromSelf.pipe(Schema.filter(Duration.isFinite)),
  {
    strict: true,
    decode: (written) => (written === "0" ? Duration.zero : units[written[1]](written[0])),
    encode: (duration) => [Duration.toMillis(duration), "ms"] as const
  }
)

/** Makes a setting for a duration with a unit, such as `10m`; see {@link Time}. */
export const time = (count: number, unit: keyof typeof units, description: string): Setting<Duration.Duration> =>
  setting(Time, {
    description,
    expected: "a time such as 90s, 10m, 2h, 1d or 0",
    fallback: units[unit](count),
    fallbackText: `${count}${unit}`
  })

/** Makes a setting for one of a few words. */
export const choice = <const A extends string>(
  fallback: NoInfer<A>,
  all: ReadonlyArray<A>,
  description: string
): Setting<A> =>
  setting(Schema.Literal(...all), { description, expected: all.join(" or "), fallback, fallbackText: fallback })

/** Makes a setting for a flag that is `true` or `false`. */
export const flag = (fallback: boolean, description: string): Setting<boolean> =>
  setting(Schema.BooleanFromString, {
    description,
    expected: "true or false",
    fallback,
    fallbackText: String(fallback)
  })

/** Makes a setting for any text, or none. */
export const optionalText = (description: string): Setting<string | undefined> =>
  setting(Schema.UndefinedOr(Schema.String), {
    description,
    expected: "a text",
    fallback: undefined,
    fallbackText: "none"
  })

const Unlimited = Schema.transform(Schema.Literal("unlimited"), Schema.Undefined, {
  strict: true,
  decode: () => undefined,
  encode: () => "unlimited" as const
})

/** Makes a setting for a number; undefined means no limit. */
export const limit = (fallback: number | undefined, description: string): Setting<number | undefined> =>
  setting(Schema.Union(Unlimited, wholeNumber(0, 1_000_000_000_000)), {
    description,
    expected: "a whole number, or unlimited",
    fallback,
    fallbackText: fallback === undefined ? "unlimited" : String(fallback)
  })

/** Makes a setting for a price; undefined means that it is not known. */
export const price = (description: string): Setting<number | undefined> =>
  setting(Schema.UndefinedOr(numberIn(/^\d{1,9}(?:\.\d{1,9})?$/).pipe(Schema.finite(), Schema.nonNegative())), {
    description,
    expected: "a price such as 1.25",
    fallback: undefined,
    fallbackText: "unknown"
  })

const anyModel = "openai:<name>, chat:<name> or anthropic:<name>"

const modelSetting = (word: string, description: string): Setting<string> =>
  setting(
    Schema.String.pipe(Schema.filter((text) => text === "offline" || text === word || namedModel(text) !== undefined)),
    {
      description,
      expected: word === "offline" ? `offline, ${anyModel}` : `${word}, offline, ${anyModel}`,
      fallback: word,
      fallbackText: word
    }
  )

/** Makes a setting for the author of trace memories: `offline`, or a model with its API and its server's name for it. */
export const modelName = (description: string): Setting<string> => modelSetting("offline", description)

/** Makes a setting for a model that is another one's where it says `same`. */
export const otherModelName = (description: string): Setting<string> => modelSetting("same", description)

/** The reasoning efforts of model servers; `unset` leaves the effort to the server. */
export const efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max", "unset"] as const

/** The service tiers of OpenAI and Anthropic; `unset` leaves the tier to the server. */
export const serviceTiers = ["auto", "default", "flex", "priority", "unset"] as const

/** The agents whose sessions are read; `found` is each whose home is there. */
export type Agents = "found" | ReadonlyArray<CodingAgent>

const AgentList = Schema.transform(
  Schema.compose(
    Schema.split(","),
    Schema.Array(Schema.compose(Schema.Trim, Schema.Literal("found", ...codingAgents)))
  ),
  Schema.Union(Schema.Literal("found"), Schema.Array(CodingAgent).pipe(Schema.minItems(1))),
  {
    strict: true,
    decode: (names) => {
      const named = codingAgents.filter((agent) => names.includes(agent))
      return names.includes("found") ? ("found" as const) : named
    },
    encode: (agents) => (agents === "found" ? ["found" as const] : agents)
  }
)

/** Makes a setting for the names of agents, or those that are found. */
export const agents = (description: string): Setting<Agents> =>
  setting(AgentList, {
    description,
    expected: `${codingAgents.join(", ")}, separated by commas, or found`,
    fallback: "found",
    fallbackText: "found"
  })

/** The sources whose sessions become memory; `all` is every source but sub-agents. */
export type Sources = "all" | ReadonlyArray<string>

const SourceList = Schema.transform(
  Schema.compose(Schema.split(","), Schema.Array(Schema.compose(Schema.Trim, Schema.NonEmptyString))),
  Schema.Union(Schema.Literal("all"), Schema.Array(Schema.String).pipe(Schema.minItems(1))),
  {
    strict: true,
    decode: (names) => (names.includes("all") ? ("all" as const) : names),
    encode: (sources) => (sources === "all" ? ["all"] : sources)
  }
)

/** Makes a setting for names of sources, or all of them. */
export const sources = (fallback: ReadonlyArray<string>, description: string): Setting<Sources> =>
  setting(SourceList, {
    description,
    expected: "source names separated by commas, or all",
    fallback,
    fallbackText: fallback.join(",")
  })
