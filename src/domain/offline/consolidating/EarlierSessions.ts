import { citationsIn, withoutCitations } from "../../memory/Citation.js"
import { type FailureFact, factsOf, failureFact } from "./Facts.js"
import { FailureLines, type MemoryLine, Wishes } from "./Merging.js"
import { readTrace } from "./TraceReading.js"

/**
 * Handles the wishes and fixes from all earlier sessions of a project. They are kept when the traces of these sessions
 * are no longer files; a consolidation reads them from one additional file.
 */

/** The maximum number of wishes, and of fixes, in the file and in `MEMORY.md`. */
export const mostLasting = 100

const title = "# Earlier sessions"
const wishHeading = "## What the user wants"
const fixHeading = "## Known failures and their fixes"

/** Numbers of lasting lines that did not fit into a file. */
export interface LeftOut {
  readonly wishes: number
  readonly fixes: number
}

const leftOutLine = /^(\d+) more wish(?:es)? and (\d+) more fix(?:es)? of earlier sessions are left out here/m

/** Renders the line that counts the omitted lines; undefined if there are none. */
export const leftOutText = ({ fixes, wishes }: LeftOut): string | undefined => {
  const [wish, fix] = [wishes === 1 ? "wish" : "wishes", fixes === 1 ? "fix" : "fixes"]
  return wishes + fixes === 0
    ? undefined
    : `${wishes} more ${wish} and ${fixes} more ${fix} of earlier sessions are left out here: the traces have them, and \`rollout-memories search\` finds them.`
}

const fullLine = ({ text, threadIds }: MemoryLine): string => {
  const own = citationsIn(text).length === 0 ? text : text.replaceAll("[", "(").replaceAll("]", ")")
  return `- ${own} [${threadIds.slice(0, 3).join(", ")}]`
}

/** Collects the wishes and the fixes of earlier sessions, which must be added newest first. */
export class EarlierSessions {
  private readonly wishes = new Wishes()
  private readonly fixes = new FailureLines()

  /** Adds the next trace memory, without the header of its file. */
  add(threadId: string, trace: string): void {
    const { failures, wishes } = factsOf(readTrace(threadId, trace))
    wishes.forEach((wish) => this.wishes.add(wish, [threadId]))
    failures
      .filter(({ isFix, text }) => isFix && !/\(unverified\)/i.test(text))
      .forEach((fact) => this.fixes.add(fact, [threadId]))
  }

  /** Writes the file; empty if there is no wish and no fix. */
  text(): string {
    const standing = this.wishes.standing()
    const fixed = this.fixes.lines()
    const [wishes, fixes] = [standing.slice(0, mostLasting), fixed.slice(0, mostLasting)]
    const left = leftOutText({ wishes: standing.length - wishes.length, fixes: fixed.length - fixes.length })
    const section = (heading: string, lines: ReadonlyArray<MemoryLine>): ReadonlyArray<string> =>
      lines.length === 0 ? [] : ["", heading, ...lines.map(fullLine)]
    return wishes.length + fixes.length === 0
      ? ""
      : [
          title,
          ...(left === undefined ? [] : ["", left]),
          ...section(wishHeading, wishes),
          ...section(fixHeading, fixes),
          ""
        ].join("\n")
  }
}

/** The content of a file of earlier sessions. */
export interface EarlierLines {
  readonly wishes: ReadonlyArray<MemoryLine>
  readonly fixes: ReadonlyArray<FailureFact & { readonly threadIds: ReadonlyArray<string> }>
  readonly leftOut: LeftOut
}

/** No wish and no fix from earlier sessions. */
export const noEarlier: EarlierLines = { wishes: [], fixes: [], leftOut: { wishes: 0, fixes: 0 } }

/** Reads a file of earlier sessions back. */
export const readEarlier = (text: string): EarlierLines => {
  const [before = "", after = ""] = text.split(`\n${fixHeading}\n`, 2)
  const linesIn = (part: string): ReadonlyArray<MemoryLine> =>
    part
      .split("\n")
      .filter((line) => line.startsWith("- "))
      .map((line) => ({ text: withoutCitations(line.slice(2)), threadIds: citationsIn(line) }))
  const [, wishes = "0", fixes = "0"] = leftOutLine.exec(before) ?? []
  return {
    leftOut: { wishes: Number(wishes), fixes: Number(fixes) },
    wishes: linesIn(text.includes(`\n${wishHeading}\n`) ? before : ""),
    fixes: linesIn(after).map(({ text, threadIds }) => ({ ...failureFact(text, true), threadIds }))
  }
}
