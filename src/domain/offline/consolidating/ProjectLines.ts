import { mostCitations } from "../../memory/Citation.js"
import {
  type KnownFact,
  mapSections,
  type ProjectLine,
  sectionHeadings,
  type SectionLines
} from "../../facts/ProjectFacts.js"

/** A line with its worth, before all lines are ranked by it; see {@link withRanks}. */
export interface WeighedLine extends Omit<ProjectLine, "rank"> {
  readonly worth: number
}

/** Numbers the sessions of a project, from 0 for the newest. The facts are given newest session first. */
export const sessionOrder = (facts: ReadonlyArray<KnownFact>): ReadonlyMap<string, number> =>
  new Map([...new Set(facts.map(({ threadId }) => threadId))].map((threadId, index) => [threadId, index]))

/** Lists the sessions of some facts, each once, in the order of the facts. */
const threadsOf = (facts: ReadonlyArray<KnownFact>): ReadonlyArray<string> => [
  ...new Set(facts.map(({ threadId }) => threadId))
]

/** Returns the newest time of some facts; null if none of them has a time. */
export const newestTime = (facts: ReadonlyArray<KnownFact>): number | null =>
  facts.reduce<number | null>((newest, { at }) => (at === null ? newest : Math.max(newest ?? at, at)), null)

/**
 * Returns the worth of a line, by which lines are ranked: the worth of its kind, plus a little for each doubling of the
 * sessions that gave it, minus a little for each doubling of the sessions since.
 */
const worthOf = (ofKind: number, sessions: number, sessionsSince: number): number =>
  ofKind + Math.min(24, 6 * Math.log2(Math.max(1, sessions))) - 3 * Math.log2(1 + sessionsSince)

/** Returns a person's words for facts that say the same, which stand before those of any session. */
export const correctionIn = (facts: ReadonlyArray<KnownFact>): string | undefined =>
  facts.find(({ isCorrected }) => isCorrected === true)?.text

/** Makes a line from facts that say the same, given newest first. */
export const projectLine = (
  facts: readonly [KnownFact, ...ReadonlyArray<KnownFact>],
  text: string,
  ofKind: number,
  order: ReadonlyMap<string, number>
): WeighedLine => {
  const [newest, ...older] = facts
  const threadIds = threadsOf(facts)
  const others = new Set(older.map(({ id }) => id).filter((id) => id !== newest.id))
  return {
    ids: [newest.id, ...others],
    text,
    threadIds: threadIds.slice(0, mostCitations),
    at: newestTime(facts),
    worth: worthOf(ofKind, threadIds.length, order.get(newest.threadId) ?? 0)
  }
}

/** Sorts lines by worth; equal ones stay in their order, which is newest first. */
export const byWorth = (lines: ReadonlyArray<WeighedLine>): ReadonlyArray<WeighedLine> =>
  lines.toSorted((one, other) => other.worth - one.worth)

/**
 * Ranks the lines of all sections together by their worth. Of two equal lines, the one in the earlier section comes
 * first.
 */
export const withRanks = (sections: SectionLines<WeighedLine>): SectionLines<ProjectLine> => {
  const all = byWorth(sectionHeadings.flatMap(([name]) => sections[name]))
  const rankOf = new Map(all.map((line, rank) => [line, rank]))
  return mapSections(sections, (lines) =>
    lines.map((line) => {
      const { worth: _, ...rest } = line
      return { ...rest, rank: rankOf.get(line) ?? all.length }
    })
  )
}

/** Matches the beginning of the line that lists edited files. */
const fileListStart = /^Edited(?: most)?: /

/** Writes the line that lists edited files. `isCut` is true if only those with the most edits are listed. */
export const fileListText = (files: ReadonlyArray<string>, isCut: boolean): string =>
  `${isCut ? "Edited most" : "Edited"}: ${files.join(", ")}`

/** True for the line that lists edited files. It says nothing about a single one of them. */
export const isFileList = ({ text }: Pick<ProjectLine, "text">): boolean => fileListStart.test(text)
