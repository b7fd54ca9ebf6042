import { withoutDirectionControls } from "../text/WritingDirection.js"
import type { PersonEdits } from "./PersonEdits.js"

/** The section of `MEMORY.md` that holds the user's notes. */
export const notesHeading = "## What the user asked to remember"

/** Maximum size of a note, in UTF-8 bytes: a note is a line, not a document. */
export const noteBytes = 2_000

/** Puts a note on one line, as it is stored; empty when nothing is left of it. */
export const noteText = (text: string): string =>
  withoutDirectionControls(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim()

/** The line of `MEMORY.md` that holds a note. */
export const noteLine = (note: string): string => `- ${note}`

/**
 * Adds the user's notes to the edits that a consolidation must keep. A note counts as a line that a person wrote: it
 * outranks every trace, and no result is published without it. A note whose line was removed from the file by hand is
 * put back; only `forget` removes notes.
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
