import * as Schema from "effect/Schema"

/** A line that a person wrote into `MEMORY.md`. */
const AddedLine = Schema.Struct({
  /** The nearest heading above the line, verbatim (`## Open`); null above the first. */
  heading: Schema.NullOr(Schema.String),
  line: Schema.String
})

/** A line that a person wrote into `MEMORY.md`. */
export type AddedLine = typeof AddedLine.Type

/** The changes that people made in a project's `MEMORY.md`, both since the last publish and before it. */
export const PersonEdits = Schema.Struct({
  /** Lines that people added; they are kept verbatim. */
  added: Schema.Array(AddedLine),
  /** Generated lines that people removed; they do not come back. */
  removed: Schema.Array(Schema.String)
})

/** The changes that people made in a project's `MEMORY.md`. */
export type PersonEdits = typeof PersonEdits.Type

/** The value for a file that no person changed. */
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

/** Returns the lines that one list has more often than another one has them. */
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
 * Determines the changes that people made by comparing the published file with the current one, and adds them to the
 * changes known from before (`standing`). A line that a person had added and that is gone again is dropped from these.
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

/** Lists the lines written by people that a new `MEMORY.md` does not contain. */
export const missingLines = (edits: PersonEdits, text: string): ReadonlyArray<string> => {
  const lines = new Set(contentLines(text))
  return edits.added.map(({ line }) => line).filter((line) => !lines.has(line))
}
