import { announces, isOffer, readable } from "./Explanations.js"
import { cutOffOf } from "./Outcome.js"
import { filesOf } from "../reading/EditedFiles.js"
import type { ProjectPaths } from "../reading/ProjectPaths.js"
import { saidIn, stepsOf, type Task } from "../reading/Tasks.js"
import { plainLine, sentencesOf } from "../writing/Wording.js"

/** A conclusion of the assistant about a place in a file. Nothing in the session proves it. */
export interface Finding {
  /** The line of the session's file with the assistant's answer. */
  readonly line: number
  readonly text: string
}

/** The maximum number of conclusions that are taken from one answer. */
const mostFindings = 5
const findingCharacters = 280

const place = /(?<![\w/.-])((?:[\w@.-]+\/)*[\w@-][\w@.-]*\.[A-Za-z]\w{0,7}):(\d{1,6})(?:[-:]\d{1,6})?(?![\w/])/g

/** Matches the number, the bullet and the mark of severity (`[P1]`) at the start of a conclusion, which are removed. */
const leadIn = /^(?:\d{1,3}[.)]|[-*•])?\s*(?:\[?P[0-4]\]?:?\s*)?/

/** The minimum number of words that a conclusion has beside the places that it names. */
const leastWords = 4

const tellsSomething = (sentence: string): boolean =>
  sentence
    .replace(place, " ")
    .split(/[^\p{L}\p{N}'’_-]+/u)
    .filter((word) => word.length > 1).length >= leastWords

/**
 * Matches a sentence that reports which commands or files the assistant ran or read. Other facts prove that, so it is
 * no conclusion.
 */
const report = /^(?:I |We )?(?:ran|read|checked|looked|verified|reviewed|inspected|searched|see|compare)\b/i

/** Matches the words that connect a sentence with the one before it, such as `However`; they are removed. */
const linking = /^(?:But|So|And|Also|Consequently|Therefore|Thus|Hence|However|In addition|Additionally),?\s+(\S)/

const capitalised = (_: string, first: string): string => first.toUpperCase()

const filesNamedIn = (claim: string): ReadonlyArray<string> => [...claim.matchAll(place)].map(([, file = ""]) => file)

/** Returns a test for paths: true if a conclusion names a line of the file, by its path or by the end of its path. */
export const namedIn = (claim: string): ((path: string) => boolean) => {
  const named = filesNamedIn(claim)
  return (path) => named.some((file) => path === file || path.endsWith(`/${file}`))
}

const namesPlace = (sentence: string): boolean => filesNamedIn(sentence).length > 0

const isPlaceAlone = (sentence: string): boolean => namesPlace(sentence) && !tellsSomething(sentence)

/** True if a sentence states a conclusion that can be understood alone. */
const isClaim = (sentence: string): boolean =>
  tellsSomething(sentence) &&
  !/^\p{Ll}/u.test(sentence) &&
  !/[?:]$/.test(sentence) &&
  !announces(sentence) &&
  !isOffer(sentence) &&
  !report.test(sentence)

/**
 * Lists what the assistant concluded in the answer to a task that changed nothing, such as a review or research: the
 * sentences that name a line of a file. A conclusion about a file that was changed afterwards is omitted, since it may
 * no longer hold.
 */
export const findingsIn = (
  task: Task,
  finished: boolean | undefined,
  changedLater: ReadonlySet<string>,
  paths: ProjectPaths
): ReadonlyArray<Finding> => {
  const answer = saidIn(task).at(-1)
  const hasChanged = stepsOf(task).some((step) => filesOf(step).length > 0)
  if (answer === undefined || answer.isFinal === false || hasChanged || cutOffOf(task, finished) !== undefined) {
    return []
  }
  const sentences = sentencesOf(readable(answer.text, paths)).map((sentence) =>
    sentence.replaceAll("**", "").replace(leadIn, "")
  )
  return sentences
    .map((sentence, index) => {
      const before = sentences[index - 1] ?? ""
      return isPlaceAlone(sentence) && !namesPlace(before) ? `${before} ${sentence}` : sentence
    })
    .flatMap((sentence): ReadonlyArray<Finding> => {
      const isStale = [...changedLater].some(namedIn(sentence))
      return !namesPlace(sentence) || isStale || !isClaim(sentence)
        ? []
        : [{ line: answer.line, text: plainLine(sentence.replace(linking, capitalised), findingCharacters) }]
    })
    .slice(0, mostFindings)
}
