/** A secret's place in a text, in UTF-16 units, the end excluded. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly kind: string
  /** Text to write before the marker, if the span includes more than the secret itself. */
  readonly prefix?: string
}

/** Finds one family of secrets in a text. Pure, and linear in the length of any text. */
export type Finder = (text: string) => ReadonlyArray<Span>

/** Sorts spans and merges overlapping ones; a merged span has the kind of the one that begins first. */
export const mergeSpans = (spans: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  const merged: Array<Span> = []
  for (const span of [...spans].sort((left, right) => left.start - right.start || right.end - left.end)) {
    const last = merged.at(-1)
    if (last === undefined || span.start >= last.end) {
      merged.push(span)
    } else if (span.end > last.end) {
      merged[merged.length - 1] = { ...last, end: span.end }
    }
  }
  return merged
}
