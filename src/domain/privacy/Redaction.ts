import { findAssignments } from "./redaction/Assignments.js"
import { findPrivateKeys } from "./redaction/Blocks.js"
import { findClusterSecrets } from "./redaction/ClusterSecrets.js"
import { findOnCommandLines } from "./redaction/CommandLines.js"
import { findKnownForms } from "./redaction/KnownForms.js"
import { markerOf, redactionMarker } from "./redaction/Marker.js"
import { findInReadings } from "./redaction/Readings.js"
import { mergeSpans, type Span } from "./redaction/Span.js"
import { findInTransport } from "./redaction/Transport.js"

export { redactionMarker } from "./redaction/Marker.js"

/**
 * Takes secrets out of text that is about to be kept, sent or shown. Pure, idempotent, and linear in its input. The forms
 * of the contract, section 5.7, hold as they are written there; around them stand a maintained rule set and forms of our own.
 *
 * Loading this module loads the rule set, some milliseconds' worth: whoever starts without work to do imports it only when
 * there is some.
 */

/** A text without its secrets, and how many of each kind there were. */
export interface Redaction {
  readonly text: string
  readonly counts: ReadonlyMap<string, number>
}

/** How secrets are marked. */
export interface RedactionOptions {
  /** Whether a marker says of what kind the secret was. */
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
 * What a round leaves may be a secret in its new surroundings, where one stood against the other. Each round takes some
 * text away for good; text that was written to need more of them than this is cut by its first ones anyway.
 */
const mostRounds = 16

/** Nothing shorter is a secret: a name, a sign and eight characters, or a form of its own. */
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

const spansIn = (text: string): ReadonlyArray<Span> => findInReadings(text, spansAsWritten)

/** Takes the secrets out of a text, with a count of each kind. A marker is never redacted again. */
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
      parts.push(current.slice(end, span.start), span.prefix ?? "", withKinds ? markerOf(span.kind) : redactionMarker)
      end = span.end
      counts.set(span.kind, (counts.get(span.kind) ?? 0) + 1)
    }
    parts.push(current.slice(end))
    current = parts.join("")
  }
  return { text: current, counts }
}

/** The text with every secret replaced by {@link redactionMarker}. */
export const redact = (text: string): string => redactText(text).text
