import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

/** Formats Unix milliseconds as RFC 3339 in UTC; null for null, and for a number that is no valid time. */
export const exactTime = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : Option.getOrNull(Option.map(DateTime.make(milliseconds), DateTime.formatIso))
