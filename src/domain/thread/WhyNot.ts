import * as Schema from "effect/Schema"

/** The reason why a session is not learned from. */
export const WhyNot = Schema.Literal(
  "ignored",
  "memory-disabled",
  "fresh",
  "archived",
  "sub-agent",
  "source",
  "missing",
  "current",
  "idle",
  "claimed",
  "agent",
  "provider",
  "quarantined",
  "backoff",
  "budget"
)

/** The reason why a session is not learned from. */
export type WhyNot = typeof WhyNot.Type

/** The reasons for which the index stores nothing of a session's content; see {@link WhyNot}. */
export const Withholding = WhyNot.pipe(Schema.pickLiteral("ignored", "memory-disabled"))

/** A reason for which the index stores nothing of a session's content. */
export type Withholding = typeof Withholding.Type
