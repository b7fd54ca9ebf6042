/** A secret's place in a text, in UTF-16 units, the end excluded. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly kind: string
  /** What is written before the marker, where what stood there is part of the span. */
  readonly prefix?: string
}

/** Finds one family of secrets in a text. Pure, and linear in the text, whatever it is. */
export type Finder = (text: string) => ReadonlyArray<Span>

/** In their order, what overlaps made one: the one that begins first gives the kind. */
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
