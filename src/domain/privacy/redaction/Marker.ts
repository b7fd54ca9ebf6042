/** What stands where a secret was. */
export const redactionMarker = "[REDACTED_SECRET]"

/** The same with the kind of what was there, for those who want to know: `[REDACTED_SECRET:github]`. */
export const markerOf = (kind: string): string => `[REDACTED_SECRET:${kind}]`

const marker = /\[REDACTED_SECRET(?::[a-z0-9-]{1,40})?\]/

/** Whether a text holds a marker, with or without a kind. */
export const holdsMarker = (text: string): boolean => text.includes("[REDACTED_SECRET") && marker.test(text)

/** Takes the secrets out of a text; see the module `Redaction`, which is loaded when there is text to redact. */
export type Redact = (text: string) => string
