import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

/** Matches a date without a time, such as `2026-03-02`; `time` matches a time with its zone. */
const day = /^(\d{4})-(\d{2})-(\d{2})$/
const time = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:\d{2})$/

/** The forms that {@link asOfMoment} accepts, as an error message lists them. */
export const asOfExpected = "a date such as 2026-03-02, or a time such as 2026-03-02T09:00:00Z"

const isDayOf = (milliseconds: number, parts: ReadonlyArray<number>): boolean => {
  const { day, month, year } = DateTime.toPartsUtc(DateTime.unsafeMake(milliseconds))
  return parts[0] === year && parts[1] === month && parts[2] === day
}

/**
 * Reads a moment that a person typed, in Unix milliseconds. A date means the end of that day in UTC. None for a text in
 * another form, and for a date that does not exist.
 */
export const asOfMoment = (text: string): Option.Option<number> => {
  const given = text.trim()
  const parts = day.exec(given)?.slice(1).map(Number)
  if (parts !== undefined) {
    return DateTime.make(`${given}T23:59:59.999Z`).pipe(
      Option.map(DateTime.toEpochMillis),
      Option.filter((moment) => isDayOf(moment, parts))
    )
  }
  return time.test(given)
    ? Option.map(DateTime.make(given.replace(" ", "T").toUpperCase()), DateTime.toEpochMillis)
    : Option.none()
}
