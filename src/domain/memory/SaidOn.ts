import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

/*
 * Reads and writes the day on which the user said something, at the end of its line in `MEMORY.md`: ` (said
 * 2026-11-20)`.
 */

const suffix = / \(said \d{4}-\d{2}-\d{2}\)$/

/** Adds the day of a time to a line, in UTC. The time is in Unix milliseconds; null leaves the line unchanged. */
export const withDay = (line: string, at: number | null): string =>
  Option.match(at === null ? Option.none() : DateTime.make(at), {
    onNone: () => line,
    onSome: (time) => `${line} (said ${DateTime.formatIsoDateUtc(time)})`
  })

/** Splits a line without citations into its words and the day at its end; the day is empty if there is none. */
export const splitDay = (line: string): readonly [words: string, day: string] => {
  const day = suffix.exec(line)?.[0] ?? ""
  return [line.slice(0, line.length - day.length), day]
}
