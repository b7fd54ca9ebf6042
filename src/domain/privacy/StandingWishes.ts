import { citationsIn, cite, withoutCitations } from "../memory/Citation.js"
import type { PersonEdits } from "../memory/PersonEdits.js"
import { notesHeading } from "../memory/UserNote.js"
import { bulletsOf } from "../offline/importing/TraceBullets.js"
import { Wishes } from "../offline/consolidating/Merging.js"
import { newest, withoutOverruled } from "../offline/consolidating/PersonLines.js"
import { isSaidIn } from "../offline/consolidating/SameMeaning.js"
import { readTrace } from "../offline/importing/TraceReading.js"
import { contradict, isSameWish } from "../offline/consolidating/WishConflicts.js"
import { type WishLine, wishLinesOf } from "../evidence/MemoryLines.js"

/** The text of a new `MEMORY.md`, with the inputs that decide which wishes of the published one must stay in it. */
interface Standing {
  readonly text: string
  /** The published `MEMORY.md`, with only those wishes that a trace still quotes. */
  readonly before: string
  readonly edits: PersonEdits
  /** The confirmed text of all traces, newest first. */
  readonly traces: ReadonlyArray<string>
  /** The threads that may be cited. */
  readonly threadIds: ReadonlyArray<string>
  /** The maximum size of the file in bytes. */
  readonly maxBytes: number
}

/** The maximum number of wishes in `MEMORY.md`. */
const mostWishes = 100

const wantsHeading = "## What the user wants"

const isNoted = ({ heading }: WishLine): boolean => heading === notesHeading

/** Returns a line without the citations of threads that are gone. */
const citingKnown = (line: string, threadIds: ReadonlyArray<string>): string => {
  const cited = citationsIn(line)
  const known = threadIds.filter((id) => cited.some((beginning) => id.startsWith(beginning)))
  return cited.every((beginning) => known.some((id) => id.startsWith(beginning)))
    ? line
    : `${withoutCitations(line)}${known.length === 0 ? "" : ` ${cite(known)}`}`
}

const isSaid = (line: string, others: ReadonlyArray<string>): boolean =>
  others.some((other) => isSaidIn(newest(line), other) || isSameWish(newest(line), newest(other)))

/** Lists the wishes that are missing from the new file although nothing contradicts them. */
const missingWishes = ({ before, edits, text, threadIds, traces }: Standing): ReadonlyArray<string> => {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"))
  const wishes = [...wishLinesOf(text).map(({ line }) => line), ...edits.added.map(({ line }) => line)]
  const candidates = withoutOverruled(
    wishLinesOf(before)
      .filter((wish) => !isNoted(wish))
      .map(({ line }) => line.trim()),
    edits
  ).filter((line) => !isSaid(line, lines) && !wishes.some((wish) => contradict(newest(wish), newest(line))))
  if (candidates.length === 0) {
    return candidates
  }
  const standing = new Wishes()
  traces.forEach((trace) => bulletsOf(readTrace("", trace)).wishes.forEach((wish) => standing.add(wish)))
  const said = standing.standing()
  return candidates
    .filter((line) => !said.some((wish) => contradict(wish, newest(line))))
    .map((line) => citingKnown(line, threadIds))
}

const withLines = (text: string, lines: ReadonlyArray<string>): string => {
  const all = text.split("\n")
  const last = wishLinesOf(text).findLast((wish) => !isNoted(wish))
  const section = all.findIndex((line) => line.startsWith("## ") && line !== notesHeading)
  return last !== undefined
    ? all.toSpliced(last.at + 1, 0, ...lines).join("\n")
    : section !== -1
      ? all.toSpliced(section, 0, wantsHeading, ...lines, "").join("\n")
      : `${text.trimEnd()}\n\n${wantsHeading}\n${lines.join("\n")}\n`
}

/**
 * Restores the wishes that an agent left out of a new `MEMORY.md`. A wish of the user stays until a newer one
 * contradicts it, a person removes it, or no trace contains it. The number of wishes and the size of the file stay
 * within their limits.
 */
export const withStandingWishes = (standing: Standing): string => {
  const { maxBytes, text } = standing
  let kept: ReadonlyArray<string> = []
  const room = mostWishes - wishLinesOf(text).length
  for (const line of missingWishes(standing).slice(0, Math.max(0, room))) {
    const more = [...kept, line]
    if (Buffer.byteLength(withLines(text, more)) <= maxBytes) {
      kept = more
    }
  }
  return kept.length === 0 ? text : withLines(text, kept)
}
