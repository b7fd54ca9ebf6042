/**
 * The first and the last time that RFC 3339 can express (years 0000 to 9999), in Unix milliseconds. Only such times are
 * stored.
 */
const [firstTime, lastTime] = [-62_167_219_200_000, 253_402_300_799_999]

/** Rounds a time and limits it to the years that can be stored; file systems may have others. */
export const keptTime = (milliseconds: number): number =>
  Math.floor(Math.min(lastTime, Math.max(firstTime, milliseconds)))

/**
 * Parses a timestamp to Unix milliseconds. Accepts RFC 3339 and numbers (seconds, or milliseconds when they are too
 * large for that). Undefined for anything else, and for years outside 0000 to 9999.
 */
export const timestampOf = (value: unknown): number | undefined => {
  const milliseconds =
    typeof value === "number"
      ? Math.trunc(Math.abs(value) < 1e11 ? value * 1000 : value)
      : typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value)
        ? Date.parse(value)
        : Number.NaN
  return milliseconds >= firstTime && milliseconds <= lastTime ? milliseconds : undefined
}
