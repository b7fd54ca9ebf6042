import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

const two = (value: number): string => String(value).padStart(2, "0")

/** Formats Unix milliseconds for people, in the machine's time zone: `2026-03-02 09:00`. */
export const readableTime = (milliseconds: number): string => {
  const date = Option.getOrUndefined(Option.map(DateTime.make(milliseconds), DateTime.toDateUtc))
  return date === undefined
    ? "unknown"
    : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** Formats an RFC 3339 time as {@link readableTime} does; empty for null. */
export const readableStamp = (time: string | null): string => (time === null ? "" : readableTime(Date.parse(time)))

const units: ReadonlyArray<readonly [number, string]> = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
  [1_000, "s"]
]

/** Formats milliseconds in their largest unit: `3d`, `2h`, `0s`. */
export const readableDuration = (milliseconds: number): string => {
  const [size, name] = units.find(([size]) => milliseconds >= size) ?? [1_000, "s"]
  return `${Math.round(milliseconds / size)}${name}`
}

/** Formats a size in bytes, in the unit that leaves at most four digits. */
export const readableSize = (bytes: number): string => {
  const names = ["B", "KB", "MB", "GB", "TB"]
  const power = bytes < 1 ? 0 : Math.min(names.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1_000 ** power
  return `${power === 0 ? bytes : value.toFixed(value < 10 ? 1 : 0)} ${names[power] ?? "B"}`
}
