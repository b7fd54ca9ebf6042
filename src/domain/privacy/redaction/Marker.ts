/** The text that replaces a secret. */
export const redactionMarker = "[REDACTED_SECRET]"

/** The marker that also names the kind of the secret: `[REDACTED_SECRET:github]`. */
export const markerOf = (kind: string): string => `[REDACTED_SECRET:${kind}]`

const marker = /\[REDACTED_SECRET(?::[a-z0-9-]{1,40})?\]/

/**
 * The kind in the marker of a placeholder, such as `your-key-here`. Its marker always has a kind, to show that no real
 * secret was replaced.
 */
export const placeholderKind = "placeholder"

const placeholderMarker = markerOf(placeholderKind)

/** Removes the markers of placeholders, so that the markers of secrets are left. */
export const withoutPlaceholders = (text: string): string => text.replaceAll(placeholderMarker, "")

/** True if the text contains a marker, with or without a kind. */
export const holdsMarker = (text: string): boolean => text.includes("[REDACTED_SECRET") && marker.test(text)

/** Splits a text at its markers. */
export const aroundMarkers = (text: string): ReadonlyArray<string> => text.split(marker)

const beginning = "[REDACTED_SECRET"
/** The maximum number of characters of a marker, within which {@link markerEnd} looks for its beginning. */
const longestMarker = 60
const markerHere = new RegExp(marker, "y")

/** Returns the end of the marker around an offset of a text; undefined if the offset is in no marker. */
export const markerEnd = (text: string, at: number): number | undefined => {
  const from = Math.max(0, at - longestMarker)
  const found = text.slice(from, at + beginning.length).lastIndexOf(beginning)
  if (found === -1) {
    return undefined
  }
  const start = from + found
  markerHere.lastIndex = start
  return markerHere.test(text) && at < markerHere.lastIndex ? markerHere.lastIndex : undefined
}
