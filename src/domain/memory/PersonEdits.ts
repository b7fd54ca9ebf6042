import * as Schema from "effect/Schema"

/** A line that a person wrote into `MEMORY.md`. */
const AddedLine = Schema.Struct({
  /** The nearest heading above the line, as it stands (`## Open`); null above the first. */
  heading: Schema.NullOr(Schema.String),
  line: Schema.String
})

/** A line that a person wrote into `MEMORY.md`. */
export type AddedLine = typeof AddedLine.Type

/** What people changed in a project's `MEMORY.md`, in this generation and in the ones before it. */
export const PersonEdits = Schema.Struct({
  /** To be kept word for word. */
  added: Schema.Array(AddedLine),
  /** Lines of ours that were taken out: they are not to come back. */
  removed: Schema.Array(Schema.String)
})

/** What people changed in a project's `MEMORY.md`. */
export type PersonEdits = typeof PersonEdits.Type

/** Nobody changed anything. */
export const noEdits: PersonEdits = { added: [], removed: [] }

const contentLines = (text: string): ReadonlyArray<string> =>
  text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")

const isHeading = (line: string): boolean => /^#{1,6} /.test(line)

/** The lines of a text, each with the heading it stands under. */
const linesOf = (text: string): ReadonlyArray<AddedLine> => {
  let heading: string | null = null
  return contentLines(text).map((line) => {
    const under = { heading, line }
    heading = isHeading(line) ? line : heading
    return under
  })
}

/** The lines of one text that another has not, as often as it has them more often. */
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
 * What people changed, from the file as it was published, the file as it is now, and what they had changed before. A line
 * of their own that is gone again is simply no longer theirs.
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

/** The lines that people wrote and that a new `MEMORY.md` does not have. */
export const missingLines = (edits: PersonEdits, text: string): ReadonlyArray<string> => {
  const lines = new Set(contentLines(text))
  return edits.added.map(({ line }) => line).filter((line) => !lines.has(line))
}
