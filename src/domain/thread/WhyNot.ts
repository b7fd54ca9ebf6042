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
  "provider",
  "quarantined",
  "backoff",
  "budget"
)

/** The reason why a session is not learned from. */
export type WhyNot = typeof WhyNot.Type

/** The reasons for which a session is withheld: the index stores nothing of its content. */
export const Withholding = WhyNot.pipe(Schema.pickLiteral("ignored", "memory-disabled"))

/** The reasons for which a session is withheld. */
export type Withholding = typeof Withholding.Type
