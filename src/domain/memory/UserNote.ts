import type { PersonEdits } from "./PersonEdits.js"

/** The section of `MEMORY.md` where notes of people stand. */
export const notesHeading = "## What the user asked to remember"

/** A note is a line, not a document. In UTF-8 bytes. */
export const noteBytes = 2_000

/** A note on one line, as it is kept; empty when nothing of it is left. */
export const noteText = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim()

/** The line of `MEMORY.md` that holds a note. */
export const noteLine = (note: string): string => `- ${note}`

/**
 * What a consolidation has to keep, with the notes among it: to it a note is a line that a person wrote, which outranks every
 * trace, and without which no result is published. A note whose line was taken out of the file by hand is put back: `forget`
 * takes notes away.
 */
export const withNotes = (edits: PersonEdits, notes: ReadonlyArray<string>): PersonEdits => {
  const present = new Set(edits.added.map(({ line }) => line))
  const lines = notes.map(noteLine)
  const kept = new Set(lines)
  const missing = lines.filter((line) => !present.has(line))
  return lines.length === 0
    ? edits
    : {
        added: [...missing.map((line) => ({ heading: notesHeading, line })), ...edits.added],
        removed: edits.removed.filter((line) => !kept.has(line))
      }
}
