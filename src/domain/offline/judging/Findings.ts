import { announces, isOffer, readable } from "./Explanations.js"
import { proposes } from "./Proposals.js"
import { cutOffOf } from "./Outcome.js"
import { filesOf } from "../reading/EditedFiles.js"
import type { ProjectPaths } from "../reading/ProjectPaths.js"
import { saidIn, stepsOf, type Task } from "../reading/Tasks.js"
import { passagesOf, plainLine } from "../writing/Wording.js"

/** A conclusion of the assistant about a place in a file. Nothing in the session proves it. */
export interface Finding {
  /** The line of the session's file with the assistant's answer. */
  readonly line: number
  readonly text: string
  /** The request for review, the issue or the commit that it is about; undefined if it is about the project. */
  readonly subject: string | undefined
  /** The files that the passage with the conclusion names. A change of any of them may have ended what it says. */
  readonly files: ReadonlyArray<string>
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

/** Lists the files of which a text names a line. */
export const filesNamedIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(place)].map(([, file = ""]) => file)

/** Returns a test for paths: true for one of the files, which are given by their paths or the ends of their paths. */
export const isOneOf =
  (files: ReadonlyArray<string>) =>
  (path: string): boolean =>
    files.some((file) => path === file || path.endsWith(`/${file}`))

const namesPlace = (sentence: string): boolean => filesNamedIn(sentence).length > 0

const isPlaceAlone = (sentence: string): boolean => namesPlace(sentence) && !tellsSomething(sentence)

/** Matches a sentence whose subject is in the sentence before it. */
const pointsBack =
  /^(?:It|They|(?:This|That|These|Those|Both|Which)(?= (?:\w{2,20}s|is|are|can|could|may|might|must|will|would|should|do|did|have|had|was|were|mean|make|also|only|still|now|then)\b))\b/

/** True if a sentence states a conclusion that can be understood alone. */
const isClaim = (sentence: string): boolean =>
  tellsSomething(sentence) &&
  !/^\p{Ll}/u.test(sentence) &&
  !/[?:]$/.test(sentence) &&
  !announces(sentence) &&
  !isOffer(sentence) &&
  !report.test(sentence) &&
  !proposes(sentence) &&
  !pointsBack.test(sentence)

/** Matches the name of a request for review, an issue or a commit that a heading or a request names. */
const reference = /\b(?:PR|MR|pull request|merge request|issue|commit) ?[#!]?(?:\d{1,7}|[0-9a-f]{7,40})\b/i
const requestAddress = /\/(?:pull|merge_requests)\/(\d{1,7})\b/g

/** Returns the one request for review that the user's words name; undefined if they name none or several. */
const reviewedIn = ({ requests }: Task): string | undefined => {
  const text = requests.map((request) => request.text.slice(0, 4_000)).join("\n")
  const names = new Set([
    ...(text.match(new RegExp(reference, "gi")) ?? []).flatMap((name) => name.match(/\d{1,7}$/)?.[0] ?? []),
    ...[...text.matchAll(requestAddress)].map(([, number = ""]) => number)
  ])
  const [only] = names
  return names.size === 1 && /\bPR\b|\/pull\/|pull request/i.test(text) ? `PR #${only}` : undefined
}

interface Sentence {
  readonly text: string
  /** The sentences of the same passage before this one. */
  readonly before: ReadonlyArray<string>
  readonly passage: string
  /** The request for review, issue or commit that the heading above the sentence names. */
  readonly subject: string | undefined
}

/** Matches a line in bold, which people write instead of a heading. */
const boldLine = /^\*\*[^*]{1,200}\*\*:?$/

const bare = (sentence: string): string => sentence.replaceAll("**", "").replace(leadIn, "")

/** Lists the sentences of an answer with what stands around them. */
const sentencesIn = (text: string): ReadonlyArray<Sentence> => {
  let subject: { readonly level: number; readonly name: string | undefined } | undefined
  return passagesOf(text).flatMap(({ level, sentences }) => {
    const told = sentences.map(bare)
    const passage = told.join(" ")
    const height = level ?? (boldLine.test(sentences.join(" ")) ? 6 : undefined)
    const name = reference.exec(passage)?.[0]
    if (height !== undefined && (name !== undefined || subject === undefined || height <= subject.level)) {
      subject = { level: height, name }
    }
    return told.map((sentence, index) => ({
      text: sentence,
      before: told.slice(0, index),
      passage,
      subject: subject?.name
    }))
  })
}

/**
 * Completes a sentence that cannot be understood alone: a place alone gets the conclusion before it, and a sentence
 * that points back gets the one before it.
 */
const completed = ({ before, text }: Sentence, previous: string): string => {
  const last = before.at(-1) ?? previous
  if (isPlaceAlone(text) && !namesPlace(last)) {
    const lead = isClaim(last) ? last : before.find(isClaim)
    return lead === undefined ? text : `${lead}${lead === last ? "" : " …"} ${text}`
  }
  return pointsBack.test(text) && before.length > 0 ? `${last} ${text}` : text
}

/**
 * Lists what the assistant concluded in the answer to a task that changed nothing, such as a review or research: the
 * sentences that name a line of a file. A conclusion is omitted if a file that its passage names was changed afterwards, since it may no longer hold.
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
  const reviewed = reviewedIn(task)
  const sentences = sentencesIn(readable(answer.text, paths))
  return sentences
    .flatMap((sentence, index): ReadonlyArray<Finding> => {
      const claim = completed(sentence, sentences[index - 1]?.text ?? "")
      const files = [...new Set(filesNamedIn(`${sentence.passage} ${claim}`))]
      if (!namesPlace(claim) || [...changedLater].some(isOneOf(files)) || !isClaim(claim)) {
        return []
      }
      return [
        {
          line: answer.line,
          text: plainLine(claim.replace(linking, capitalised), findingCharacters),
          subject: reference.test(claim) ? undefined : (sentence.subject ?? reviewed),
          files
        }
      ]
    })
    .slice(0, mostFindings)
}
