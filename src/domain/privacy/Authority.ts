import { commandOriginsOf, isTracedCode, ranCommandOf } from "../evidence/CommandOrigins.js"
import {
  fenceReader,
  headingRank,
  isShortHeading,
  isTroubleHeading,
  partsOf,
  saysNothing,
  withoutVerdictSections
} from "../evidence/MemoryLines.js"
import { asWish, isTypedWhole, judged, type Origins, printedOrderTest, printedTest } from "../evidence/Origins.js"
import type { SessionEvidence } from "../evidence/SessionEvidence.js"
import { printedLinesOf, quotationsIn, userWordsOf } from "../evidence/UserWords.js"
import type { StageOneOutput } from "../memory/StageOneOutput.js"
import { sentencesOf } from "../offline/writing/Wording.js"
import { notConfirmed } from "./NotConfirmed.js"

/*
 * Checks a model's trace memory line by line. Its preferences keep only what the user typed. Of the other lines, one that
 * gives an order without an origin is dropped, and one with a command that the session did not run is marked as not
 * confirmed.
 */

const field =
  /^(?:#{1,6}\s+|[-*]\s+)?\**(?:Trace context|User preferences|Outcome|Key steps|Things that did not work|Reusable knowledge|Pointers and references)\b[^:\n]{0,80}:?\**:?|^#{1,6}\s+(?:Task:)?/i
const preferenceHeading =
  /^(?:#{2,6}\s+(?!Task\b)|\*\*)(?:.{0,40}\bpreferences?\b|.{0,20}\buser (?:wants|prefers)\b)|^(?:#\s+)?User preferences\b/i
/** Matches the headings below which a trace tells what was run, whether it passed or not. */
const narratingHeading = /\bKey steps\b|\bdid not work\b/i

/** Reduces a line among the preferences to the user's typed words; undefined if the user typed none of it. */
const keptWish = (line: string, origins: Origins): string | undefined => {
  const { from, mark, said } = partsOf(line)
  const wish = asWish(said, origins)
  return wish === undefined ? undefined : `${mark === "" ? "- " : mark}${wish}${from}`
}

/** Checks a line of a trace outside its preferences. Returns the line as it may be kept, or undefined to drop it. */
const checkedLine = (line: string, isFailing: boolean, origins: Origins): string | undefined => {
  const { from, mark, said } = partsOf(line)
  const verdict = judged(said, isFailing, origins)
  switch (verdict._tag) {
    case "Kept":
      return verdict.text === said ? line : `${mark}${verdict.text}${from}`
    case "NotConfirmed":
      return `${line}${notConfirmed}`
    case "Dropped":
      return undefined
  }
}

/** Returns the clauses of a heading or a summary that have an origin. A task may be named in the user's words. */
const keptClauses = (clauses: ReadonlyArray<string>, origins: Origins): ReadonlyArray<string> =>
  clauses.flatMap((clause) => {
    const verdict = judged(clause, true, origins)
    const isName = verdict._tag === "Kept" && !aboutUser.test(verdict.text) && isTypedWhole(clause, origins)
    return verdict._tag !== "Kept" ? [] : [isName ? clause : verdict.text]
  })

const aboutUser = /^the user: /

/** Checks a heading, or a field such as `Outcome:` with the text beside it. */
const checkedHeading = (line: string, origins: Origins): string => {
  const label = field.exec(line)?.[0] ?? ""
  const clauses = line.slice(label.length).trim().split(/;\s+/)
  const told = keptClauses(clauses, origins)
  return told.join("; ") === clauses.join("; ")
    ? line
    : `${label.trimEnd()} ${told.length === 0 ? "not confirmed" : told.join("; ")}`
}

/** Checks a trace memory: every statement about the user in the result was typed by the user. */
const checkedTrace = (trace: string, origins: Origins): string => {
  const kept: Array<string> = []
  const placeOf = fenceReader()
  let wishRank = 0
  let isFailing = false
  const quoted = new Set<string>()
  const keepWish = (line: string): void => {
    const wish = keptWish(line, origins)
    const key = wish === undefined ? "" : quotationsIn(wish).join("\n").toLowerCase()
    kept.push(...(wish === undefined || quoted.has(key) ? [] : [wish]))
    quoted.add(key)
  }
  for (const line of withoutVerdictSections(trace.split("\n"))) {
    const place = placeOf(line)
    const rank = place === "outside" ? headingRank(line) : 0
    const isWithin = wishRank > 0 && rank > wishRank && !/task|outcome/i.test(line)
    if (wishRank === 0 && place !== "outside") {
      const isKept = place === "mark" || isTracedCode(line, place === "shell", isFailing, origins.commands)
      kept.push(isKept ? line : `${line}${notConfirmed}`)
    } else if (preferenceHeading.test(line)) {
      const [label = line, rest = ""] = /^(\**User preferences\**:\**)\s*(.*)$/i.exec(line)?.slice(1) ?? []
      wishRank = Math.min(rank, 6) || 2
      kept.push(saysNothing(rest) ? line : isShortHeading(label) ? label : "User preferences:")
      keepWish(saysNothing(rest) ? "" : rest)
    } else if (field.test(line) && !isWithin) {
      wishRank = 0
      isFailing = narratingHeading.test(line) || isTroubleHeading(line)
      kept.push(checkedHeading(line, origins))
    } else if (wishRank > 0) {
      if (line.trim() === "" || saysNothing(partsOf(line).said)) {
        kept.push(line)
      } else if (rank === 0 || rank > 6) {
        keepWish(line)
      }
    } else {
      const checked = checkedLine(line, isFailing, origins)
      kept.push(...(checked === undefined ? [] : [checked]))
    }
  }
  return kept.join("\n").replace(emptyPreferences, "$1 none observed\n").trim()
}

/**
 * Matches the field `User preferences:` when no line is left below it, so that the text can say that there are none.
 */
const emptyPreferences = /^(\**User preferences:\**)[ \t]*\n(?=\s*(?:#|$|\**(?:Outcome|Key steps|Trace context)\b))/im

/** Joins the sentences that a full stop within code marks has divided. */
const withWholeCode = (sentences: ReadonlyArray<string>): ReadonlyArray<string> => {
  const whole: Array<string> = []
  let isOpen = false
  for (const sentence of sentences) {
    whole.push(isOpen ? `${whole.pop() ?? ""} ${sentence}` : sentence)
    isOpen = (sentence.match(/`/g) ?? []).length % 2 === 1 ? !isOpen : isOpen
  }
  return whole
}

/** Checks a summary: every statement in the result has an origin. Empty if nothing is left. */
const checkedSummary = (summary: string, origins: Origins): string => {
  const sentences = withWholeCode(sentencesOf(summary))
  const told = sentences.flatMap((sentence) =>
    keptClauses([sentence], origins).map((kept) =>
      kept === sentence ? kept : `${kept.replace(/^the user/, "The user")}.`
    )
  )
  return told.join(" ") === sentences.join(" ") ? summary : told.join(" ")
}

/** The maximum number of characters of tool output that lines are compared with. */
const printedCharacters = 1_000_000

/** Collects the origins that a session has for the words of a model. */
const originsIn = ({ events }: SessionEvidence): Origins => {
  const typed = events.flatMap((event) => (event._tag === "UserText" ? [event.text] : []))
  const runs = events.flatMap((event) => (event._tag === "CommandRun" ? [event] : []))
  const outputs = [
    runs
      .map(({ output }) => output?.text ?? "")
      .join("\n")
      .slice(0, printedCharacters)
  ]
  const known = [
    ...typed,
    ...runs.flatMap(({ command, directory = "", output }) => [command, directory, output?.text ?? ""])
  ]
  const edited = events.flatMap((event) => (event._tag === "FileEdit" ? event.changes.map(({ path }) => path) : []))
  const paths = [...known, ...edited].join("\n")
  const asked = events.flatMap((event) =>
    event._tag === "AssistantText" ? [event.text] : event._tag === "UserText" ? [event.question ?? ""] : []
  )
  return {
    words: userWordsOf(typed, printedLinesOf(outputs)),
    commands: commandOriginsOf(
      runs.map(ranCommandOf),
      typed,
      outputs.flatMap((output) => output.split("\n"))
    ),
    isPrinted: printedTest(outputs),
    isPrintedOrder: printedOrderTest(outputs),
    isRecorded: () => false,
    hasPath: (path) => paths.includes(path),
    isQuestion: (text) => /[?？]\s*$/.test(text) && asked.some((said) => said.includes(text.trim())),
    isStrict: false
  }
}

/**
 * Checks a model's answer against the session: words are attributed to the user only if the user typed them, and
 * commands that were not run are marked as not confirmed.
 */
export const withAuthority = (output: StageOneOutput, evidence: SessionEvidence): StageOneOutput => {
  const origins = originsIn(evidence)
  const traceMemory = checkedTrace(output.traceMemory, origins)
  const summary = checkedSummary(output.summary, origins)
  const heading = (traceMemory.split("\n", 1)[0] ?? "").replace(/^#+\s*/, "")
  return { traceMemory, summary: summary === "" && output.summary !== "" ? heading : summary }
}
