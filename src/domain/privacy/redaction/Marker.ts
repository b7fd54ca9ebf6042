/** The text that replaces a secret. */
export const redactionMarker = "[REDACTED_SECRET]"

/** The marker that also names the kind of the secret: `[REDACTED_SECRET:github]`. */
export const markerOf = (kind: string): string => `[REDACTED_SECRET:${kind}]`

const marker = /\[REDACTED_SECRET(?::[a-z0-9-]{1,40})?\]/

/** True if the text contains a marker, with or without a kind. */
export const holdsMarker = (text: string): boolean => text.includes("[REDACTED_SECRET") && marker.test(text)

/** Splits a text at its markers. */
export const aroundMarkers = (text: string): ReadonlyArray<string> => text.split(marker)
