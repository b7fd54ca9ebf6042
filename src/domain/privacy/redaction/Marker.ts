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

const anyMarker = new RegExp(marker, "g")

/** Lists the places of the markers in a text. */
export const markersIn = (text: string): ReadonlyArray<{ readonly start: number; readonly end: number }> =>
  text.includes("[REDACTED_SECRET")
    ? Array.from(text.matchAll(anyMarker), ({ 0: found, index }) => ({ start: index, end: index + found.length }))
    : []
