import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

/** Formats Unix milliseconds for machines, as RFC 3339 in UTC; null for an invalid time. */
export const exactTime = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : Option.getOrNull(Option.map(DateTime.make(milliseconds), DateTime.formatIso))
