import { actionsIn } from "../evidence/ActionsInText.js"
import { isTracedCode } from "../evidence/CommandOrigins.js"
import {
  fenceReader,
  headingRank,
  isShortHeading,
  isTitle,
  isTroubleHeading,
  isWishHeading,
  partsOf,
  saysNothing,
  withoutVerdictSections
} from "../evidence/MemoryLines.js"
import { asTold, asWish, judged, type Origins } from "../evidence/Origins.js"
import { descriptionOf } from "../memory/FrontMatter.js"
import { withoutCitations } from "../memory/Citation.js"
import { sentencesOf } from "../offline/writing/Wording.js"

/*
 * Checks the lines of `MEMORY.md` and of skills before they are published. A line without an origin is left out: no
 * reader of these files can look it up.
 */

/** The evidence that a `MEMORY.md` is checked against. */
interface Published {
  readonly origins: Origins
  /** Lines that people wrote; these are never changed. */
  readonly own: ReadonlySet<string>
  /** True if the file was rendered from facts by rule: then only its statements about the user are checked. */
  readonly isMadeByRule: boolean
}

const hasPaths = (said: string, { hasPath }: Origins): boolean => actionsIn(said).paths.every(hasPath)

/** Checks a line of a published file. Returns the line as it may stand, or undefined to leave it out. */
const tracedLine = (line: string, isFailing: boolean, { isMadeByRule, origins }: Published): string | undefined => {
  const { from, mark, said } = partsOf(line)
  const told = isMadeByRule ? asTold(said, origins) : undefined
  const verdict = told === undefined ? judged(said, isFailing, origins) : ({ _tag: "Kept", text: told } as const)
  if (verdict._tag !== "Kept" || !(isMadeByRule || hasPaths(said, origins))) {
    return undefined
  }
  return verdict.text === said ? line : `${mark}${verdict.text.replace(/^the user/, "The user")}${from}`
}

const tracedHeading = (line: string, isWish: boolean, published: Published): string =>
  isWish && !isShortHeading(line)
    ? `${"#".repeat(Math.min(headingRank(line), 6))} What the user wants`
    : isWish || !line.startsWith("#") || tracedLine(line.replace(/^#+\s+/, ""), true, published) !== undefined
      ? line
      : `${"#".repeat(headingRank(line))} Notes`

/**
 * Checks `MEMORY.md`: every statement about the user in the result was typed by the user, and every order, command, URL
 * and path has an origin. Lines that people wrote stay.
 */
export const withTracedLines = (text: string, published: Published): string => {
  const { isMadeByRule, origins, own } = published
  const placeOf = fenceReader()
  let wishRank = 0
  let isFailing = false
  const kept = withoutVerdictSections(text.split("\n")).flatMap((line): ReadonlyArray<string> => {
    const place = placeOf(line)
    const rank = place === "outside" ? headingRank(line) : 0
    if (rank > 0 && (rank < 7 || isWishHeading(line)) && !(wishRank > 0 && rank > wishRank)) {
      wishRank = !isTitle(line) && isWishHeading(line) ? rank : 0
      isFailing = isTroubleHeading(line)
      return [own.has(line.trimEnd()) || isTitle(line) ? line : tracedHeading(line, wishRank > 0, published)]
    }
    const { from, mark, said } = partsOf(line)
    if (own.has(line.trimEnd()) || own.has(withoutCitations(line)) || line.trim() === "" || saysNothing(said)) {
      return [line]
    }
    if (wishRank > 0) {
      const wish = place !== "outside" || (rank > 0 && rank < 7) ? undefined : asWish(said, origins)
      return wish === undefined ? [] : [`${mark === "" ? "- " : mark}${wish}${from}`]
    }
    if (place !== "outside") {
      const isKept = place === "mark" || isMadeByRule
      return isKept || isTracedCode(line, place === "shell", isFailing, origins.commands) ? [line] : []
    }
    const traced = tracedLine(line, isFailing, published)
    return traced === undefined ? [] : [traced]
  })
  return kept.join("\n") === text ? text : `${withoutEmptyBlocks(kept, own).join("\n").trimEnd()}\n`
}

/** Drops fences with nothing between them, tables without rows, and headings that have no line below them any more. */
const withoutEmptyBlocks = (lines: ReadonlyArray<string>, own: ReadonlySet<string>): ReadonlyArray<string> => {
  const kept: Array<string> = []
  for (const line of withoutEmptyFences(lines).toReversed()) {
    const rank = headingRank(line)
    const next = kept.findLast((later) => later.trim() !== "")
    const isEmpty = rank > 1 && (next === undefined || (headingRank(next) > 0 && headingRank(next) <= rank))
    const isBlankAgain = line.trim() === "" && (kept.at(-1) ?? "").trim() === ""
    if (!(isEmpty && !own.has(line.trimEnd())) && !isBlankAgain) {
      kept.push(line)
    }
  }
  return kept.toReversed()
}

const fenceMark = /^\s*(?:`{3,}|~{3,})/

const withoutEmptyFences = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const kept: Array<string> = []
  const placeOf = fenceReader()
  let isOpen = false
  for (const line of lines) {
    const isMark = placeOf(line) === "mark"
    if (isMark && isOpen && fenceMark.test(kept.at(-1) ?? "")) {
      kept.pop()
    } else {
      kept.push(line)
    }
    isOpen = isMark ? !isOpen : isOpen
  }
  return kept
}

/** Stands in place of a numbered step that was left out, so that the numbers still fit. */
const leftOut = "(a step that no session took was left out)"

/**
 * Checks the front matter of a skill. If a sentence of its description has no origin, only the name and the other
 * sentences stay.
 */
const tracedFrontMatter = (lines: ReadonlyArray<string>, text: string, origins: Origins): ReadonlyArray<string> => {
  const hasOrigin = (said: string): boolean => judged(said, false, origins)._tag === "Kept" && hasPaths(said, origins)
  const description = descriptionOf(text)
  const sentences = sentencesOf(description)
  const kept = sentences.filter(hasOrigin)
  const others = lines.map((line) => line.replace(/^\s*[\w-]+:\s*/, ""))
  if (description === "" || (kept.length === sentences.length && others.every(hasOrigin))) {
    return lines
  }
  const shown = kept.length === 0 ? "Steps that sessions of this project took" : kept.join(" ")
  return [...lines.filter((line) => line.startsWith("name:")), `description: ${JSON.stringify(shown)}`]
}

/** True for a line that is no step of a skill: a heading, a fence, and what stands for a step that was left out. */
const isBare = (line: string): boolean =>
  line.trim() === "" || headingRank(line) > 0 || fenceMark.test(line) || line.includes(leftOut)

/**
 * Checks a skill: removes steps that no session is known to have run, orders without an origin, and wishes that the user
 * did not type. Returns undefined if no step is left.
 */
export const withTracedSteps = (text: string, origins: Origins): string | undefined => {
  const published: Published = { origins, own: new Set(), isMadeByRule: false }
  const lines = text.split("\n")
  const end = lines[0]?.trim() === "---" ? lines.findIndex((line, at) => at > 0 && line.trim() === "---") : -1
  const placeOf = fenceReader()
  const body = lines.slice(end + 1)
  const kept = body.flatMap((line): ReadonlyArray<string> => {
    const place = placeOf(line)
    if (place !== "outside") {
      return place === "mark" || isTracedCode(line, place === "shell", false, origins.commands) ? [line] : []
    }
    const traced = line.trim() === "" ? line : tracedLine(line, false, published)
    const mark = /^\s*\d{1,3}[.)]\s+/.exec(line)?.[0]
    return traced !== undefined ? [traced] : mark === undefined ? [] : [`${mark}${leftOut}`]
  })
  if (kept.every(isBare) && !body.every(isBare)) {
    return undefined
  }
  const front = end < 0 ? [] : ["---", ...tracedFrontMatter(lines.slice(1, end), text, origins), "---"]
  const checked = [...front, ...(kept.length === body.length ? kept : withoutEmptyFences(kept))].join("\n")
  return checked === lines.map((line, at) => (at <= end && line.trim() === "---" ? "---" : line)).join("\n")
    ? text
    : checked
}
