import * as Schema from "effect/Schema"

/** A line that a person wrote into `MEMORY.md`. */
const AddedLine = Schema.Struct({
  /** The nearest heading above the line, verbatim (`## Open`); null above the first. */
  heading: Schema.NullOr(Schema.String),
  line: Schema.String
})

/** A line that a person wrote into `MEMORY.md`. */
export type AddedLine = typeof AddedLine.Type

/** Changes that people made in a project's `MEMORY.md`, in this generation and in earlier ones. */
export const PersonEdits = Schema.Struct({
  /** Lines that people added; they are kept verbatim. */
  added: Schema.Array(AddedLine),
  /** Generated lines that people removed; they do not come back. */
  removed: Schema.Array(Schema.String)
})

/** See the schema of the same name. */
export type PersonEdits = typeof PersonEdits.Type

/** No changes by people. */
export const noEdits: PersonEdits = { added: [], removed: [] }

const contentLines = (text: string): ReadonlyArray<string> =>
  text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")

const isHeading = (line: string): boolean => /^#{1,6} /.test(line)

/** The non-blank lines of a text, each with the heading above it. */
const linesOf = (text: string): ReadonlyArray<AddedLine> => {
  let heading: string | null = null
  return contentLines(text).map((line) => {
    const under = { heading, line }
    heading = isHeading(line) ? line : heading
    return under
  })
}

/** The lines of one text that the other has not, or has fewer times. */
const linesBeyond = (lines: ReadonlyArray<AddedLine>, others: ReadonlyArray<AddedLine>): ReadonlyArray<AddedLine> => {
  const counts = new Map<string, number>()
  for (const { line } of others) {
    counts.set(line, (counts.get(line) ?? 0) + 1)
  }
  return lines.filter(({ line }) => {
    const count = counts.get(line) ?? 0
    counts.set(line, count - 1)
    return count <= 0
  })
}

/**
 * Computes the changes that people made by comparing the published file with the current one, on top of their earlier
 * changes. A line that a person had added and that is gone again is no longer recorded.
 */
export const detectEdits = (published: string, current: string, standing: PersonEdits): PersonEdits => {
  const before = linesOf(published)
  const now = linesOf(current)
  const present = new Set(contentLines(current))
  const wereAdded = new Set(standing.added.map(({ line }) => line))
  return {
    added: [...standing.added.filter(({ line }) => present.has(line)), ...linesBeyond(now, before)],
    removed: [
      ...standing.removed.filter((line) => !present.has(line)),
      ...linesBeyond(before, now)
        .map(({ line }) => line)
        .filter((line) => !present.has(line) && !wereAdded.has(line) && !isHeading(line))
    ]
  }
}

/** The lines written by people that are missing from a new `MEMORY.md`. */
export const missingLines = (edits: PersonEdits, text: string): ReadonlyArray<string> => {
  const lines = new Set(contentLines(text))
  return edits.added.map(({ line }) => line).filter((line) => !lines.has(line))
}
