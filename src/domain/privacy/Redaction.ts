import { findAssignments } from "./redaction/Assignments.js"
import { findPrivateKeys } from "./redaction/Blocks.js"
import { findClusterSecrets } from "./redaction/ClusterSecrets.js"
import { findOnCommandLines } from "./redaction/CommandLines.js"
import { findKnownForms } from "./redaction/KnownForms.js"
import { holdsMarker, markerEnd, markerOf, placeholderKind, redactionMarker } from "./redaction/Marker.js"
import { findInReadings } from "./redaction/Readings.js"
import { mergeSpans, type Span } from "./redaction/Span.js"
import { findInTransport } from "./redaction/Transport.js"
import { standsForSecret } from "./redaction/Values.js"
import { redactedBy } from "./SafeText.js"

export { redactionMarker } from "./redaction/Marker.js"

/*
 * Replaces secrets in text before it is stored, sent or shown. Pure, idempotent, and linear in its input. It always
 * finds four forms (`sk-…`, `AKIA…`, `Bearer …`, and `NAME=value` after a common name); a maintained rule set and
 * further forms are added to them. Loading this module loads the rule set, which takes some milliseconds: import it
 * dynamically where there may be no text to redact.
 */

/** The redacted text, and the number of secrets of each kind. */
export interface Redaction {
  readonly text: string
  readonly counts: ReadonlyMap<string, number>
}

/** Options for the markers. */
export interface RedactionOptions {
  /** True to name the kind of the secret in its marker. */
  readonly withKinds: boolean
}

const finders = [
  findKnownForms,
  findPrivateKeys,
  findAssignments,
  findInTransport,
  findOnCommandLines,
  findClusterSecrets
]

/**
 * The maximum number of rounds of redaction. Replacing one secret can expose another one beside it, so the text is
 * searched again until nothing is found. Each round removes text; only a text that was made for this purpose needs more
 * rounds.
 */
const mostRounds = 16

/** The number of characters of a secret that are examined to decide whether it is a placeholder. */
const longestPlaceholder = 256

/** The length of the shortest text that can contain a secret: a name, a character such as `=`, and eight characters. */
const leastCharacters = 10

const none: ReadonlyMap<string, number> = new Map()

const spansAsWritten = (text: string): ReadonlyArray<Span> => {
  let found: ReadonlyArray<Span> = []
  for (const find of finders) {
    const spans = find(text)
    found = spans.length === 0 ? found : found.length === 0 ? spans : [...found, ...spans]
  }
  return found
}

/**
 * Finds the secrets in a text. An existing marker may look like a name with a value, so a match that begins in one is
 * ignored.
 */
const spansIn = (text: string): ReadonlyArray<Span> => {
  const spans = findInReadings(text, spansAsWritten)
  return spans.length === 0 || !holdsMarker(text)
    ? spans
    : spans
        .filter(({ start }) => markerEnd(text, start) === undefined)
        .map((span) => ({ ...span, end: markerEnd(text, span.end - 1) ?? span.end }))
}

/** Replaces the secrets in a text by markers, and counts each kind. A marker is never redacted again. */
export const redactText = (text: string, { withKinds }: RedactionOptions = { withKinds: false }): Redaction => {
  if (text.length < leastCharacters) {
    return { text, counts: none }
  }
  const first = spansIn(text)
  if (first.length === 0) {
    return { text, counts: none }
  }
  const counts = new Map<string, number>()
  let current = text
  for (let round = 0; round < mostRounds; round++) {
    const spans = mergeSpans(round === 0 ? first : spansIn(current))
    if (spans.length === 0) {
      break
    }
    const parts: Array<string> = []
    let end = 0
    for (const span of spans) {
      const isPlaceholder = standsForSecret(
        current.slice(span.start, Math.min(span.end, span.start + longestPlaceholder))
      )
      const kind = isPlaceholder ? placeholderKind : span.kind
      const isNamed = withKinds || isPlaceholder
      parts.push(current.slice(end, span.start), span.prefix ?? "", isNamed ? markerOf(kind) : redactionMarker)
      end = span.end
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
    parts.push(current.slice(end))
    current = parts.join("")
  }
  return { text: current, counts }
}

/** Replaces every secret in a text by {@link redactionMarker}. */
export const redact = redactedBy((text) => redactText(text).text)
