/** The years that RFC 3339 can write, 0000 to 9999, in Unix milliseconds: every time that is kept can be written down. */
const [firstTime, lastTime] = [-62_167_219_200_000, 253_402_300_799_999]

/** The nearest time that can be kept, whole: file systems have files of any year. */
export const keptTime = (milliseconds: number): number =>
  Math.floor(Math.min(lastTime, Math.max(firstTime, milliseconds)))

/**
 * A timestamp as Unix milliseconds. Accepts RFC 3339 and numbers (seconds, or milliseconds when they are too large for
 * that); anything else, and a time of no year from 0000 to 9999, is no date.
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
