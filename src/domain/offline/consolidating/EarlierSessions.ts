import { citationsIn, withoutCitations } from "../../memory/Citation.js"
import { type FailureFact, factsOf, failureFact } from "./Facts.js"
import { FailureLines, type MemoryLine, Wishes } from "./Merging.js"
import { readTrace } from "./TraceReading.js"

/**
 * What outlives the traces that are kept as files: what the user wants, and what fixed a failure, of all earlier sessions
 * of a project. A consolidation is given it as one file beside the traces.
 */

/** No consolidation has room for more lines of either. */
const mostLines = 100

const title = "# Earlier sessions"
const wishHeading = "## What the user wants"
const fixHeading = "## Known failures and their fixes"

const fullLine = ({ text, threadIds }: MemoryLine): string => {
  const own = citationsIn(text).length === 0 ? text : text.replaceAll("[", "(").replaceAll("]", ")")
  return `- ${own} [${threadIds.slice(0, 3).join(", ")}]`
}

/** Gathers what earlier sessions leave, given newest first. */
export class EarlierSessions {
  private readonly wishes = new Wishes()
  private readonly fixes = new FailureLines()

  /** Takes the next trace memory, without its file's header. */
  add(threadId: string, trace: string): void {
    const { failures, wishes } = factsOf(readTrace(threadId, trace))
    wishes.forEach((wish) => this.wishes.add(wish, [threadId]))
    failures
      .filter(({ isFix, text }) => isFix && !/\(unverified\)/i.test(text))
      .forEach((fact) => this.fixes.add(fact, [threadId]))
  }

  /** All of it as a file; empty where there is nothing. */
  text(): string {
    const wishes = this.wishes.standing().slice(0, mostLines)
    const fixes = this.fixes.lines().slice(0, mostLines)
    const section = (heading: string, lines: ReadonlyArray<MemoryLine>): ReadonlyArray<string> =>
      lines.length === 0 ? [] : ["", heading, ...lines.map(fullLine)]
    return wishes.length + fixes.length === 0
      ? ""
      : [title, ...section(wishHeading, wishes), ...section(fixHeading, fixes), ""].join("\n")
  }
}

/** What a file of earlier sessions says. */
export interface EarlierLines {
  readonly wishes: ReadonlyArray<MemoryLine>
  readonly fixes: ReadonlyArray<FailureFact & { readonly threadIds: ReadonlyArray<string> }>
}

/** Nothing is left of earlier sessions. */
export const noEarlier: EarlierLines = { wishes: [], fixes: [] }

/** Reads a file of earlier sessions back. */
export const readEarlier = (text: string): EarlierLines => {
  const [before = "", after = ""] = text.split(`\n${fixHeading}\n`, 2)
  const linesIn = (part: string): ReadonlyArray<MemoryLine> =>
    part
      .split("\n")
      .filter((line) => line.startsWith("- "))
      .map((line) => ({ text: withoutCitations(line.slice(2)), threadIds: citationsIn(line) }))
  return {
    wishes: linesIn(text.includes(`\n${wishHeading}\n`) ? before : ""),
    fixes: linesIn(after).map(({ text, threadIds }) => ({ ...failureFact(text, true), threadIds }))
  }
}
