import type { FactId } from "../../facts/Fact.js"
import type { ProjectFacts } from "../../facts/ProjectFacts.js"
import { sectionHeadings } from "../../facts/ProjectFacts.js"
import { withoutCitations } from "../../memory/Citation.js"
import type { PersonEdits } from "../../memory/PersonEdits.js"
import { cutText, oneLine, withoutBreakingMarkup } from "../writing/Wording.js"
import { lineText } from "./Merging.js"
import { newest } from "./PersonLines.js"
import { isFileList } from "./ProjectLines.js"
import { meaningfulWords, similarity } from "./SameMeaning.js"

/** A line of memory that a person changed in the file: the facts in the line, and the person's text. */
export interface EditedFacts {
  readonly ids: ReadonlyArray<FactId>
  /** The text that the person wrote in place of the line; undefined if the person deleted the line. */
  readonly correction: string | undefined
}

/** The minimum similarity, from 0 to 1, at which a new line counts as the rewording of a line that is gone. */
const rewordedFrom = 0.4

/** The maximum length, in characters, of a line that a person wrote in place of a generated one. */
const correctionCharacters = 1_000

/**
 * Makes the text of a correction: the person's words on one line, without citations, a heading's mark, and markup that
 * would end the structure around the line.
 */
export const correctionText = (text: string): string =>
  cutText(withoutBreakingMarkup(oneLine(withoutCitations(text)).replace(/^#{1,6} /, "")).trim(), correctionCharacters)

/** The mark of a list item, which is no word of its line. */
const itemMark = /^\s*(?:[-*+]|\d{1,3}[.)])\s+/

/** Makes the text of the correction that a person's line in `MEMORY.md` is. */
export const correctionOfLine = (line: string): string => correctionText(line.replace(itemMark, ""))

const isText = (line: string): boolean => !/^#{1,6} /.test(line)

/**
 * Finds the facts whose lines a person deleted from `MEMORY.md` or reworded there. A new line under the same heading
 * that shares enough words with a deleted line is its rewording. Lines that only list files are ignored.
 */
export const editedFacts = (project: ProjectFacts, edits: PersonEdits): ReadonlyArray<EditedFacts> => {
  const lines = new Map(
    sectionHeadings.flatMap(([name, heading]) =>
      project[name].filter((line) => !isFileList(line)).map((line) => [newest(lineText(line)), { heading, line }])
    )
  )
  const left = edits.added.filter(({ line }) => isText(line))
  return edits.removed.flatMap((removed) => {
    const known = lines.get(newest(removed))
    if (known === undefined) {
      return []
    }
    const words = meaningfulWords(newest(removed))
    const [best] = left
      .filter(({ heading }) => heading === known.heading)
      .map((added) => ({ added, shared: similarity(meaningfulWords(newest(added.line)), words) }))
      .filter(({ shared }) => shared >= rewordedFrom)
      .toSorted((one, other) => other.shared - one.shared)
    if (best !== undefined) {
      left.splice(left.indexOf(best.added), 1)
    }
    const correction = best === undefined ? undefined : correctionOfLine(best.added.line)
    return [{ ids: known.line.ids, correction: correction === "" ? undefined : correction }]
  })
}
