import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

/*
 * Reads and writes the day on which the user said something, at the end of its line in `MEMORY.md`: ` (said
 * 2026-11-20)`.
 */

const suffix = /(?: \(said \d{4}-\d{2}-\d{2}\))?(?: \(only in `[^`]+`\))?$/

/** Adds the day of a time to a line, in UTC. The time is in Unix milliseconds; null leaves the line unchanged. */
export const withDay = (line: string, at: number | null): string =>
  Option.match(at === null ? Option.none() : DateTime.make(at), {
    onNone: () => line,
    onSome: (time) => `${line} (said ${DateTime.formatIsoDateUtc(time)})`
  })

/**
 * Splits a line without citations into its words and its end: the day, and the subdirectory in which alone it holds (see
 * `withPlace`). The end is empty if there is neither.
 */
export const splitDay = (line: string): readonly [words: string, end: string] => {
  const end = suffix.exec(line)?.[0] ?? ""
  return [line.slice(0, line.length - end.length), end]
}
