import { showsHostedChecks } from "../judging/HostedChecks.js"
import { byteLength, cutEnd } from "../../text/ByteBudget.js"
import { plainErrorName } from "./ErrorNames.js"
import { announces, lastWordOf } from "../judging/Explanations.js"
import type { Failure } from "../judging/Failures.js"
import { fixWords } from "./FailureTexts.js"
import type { CutOff } from "../judging/Outcome.js"
import type { Preference } from "../wishes/Preferences.js"
import { leftOpenIn } from "./OpenEnds.js"
import { isScript } from "./ShownCommand.js"
import { cameUpOnTheWay, stoppedBy, type TaskReport } from "../judging/TaskReport.js"
import { saidIn, stepsOf } from "../reading/Tasks.js"
import { counted, cutText, listed, plainLine } from "./Wording.js"

/* Writes the heading of a trace memory, and the summary that is stored with it. */

const plain = (text: string): string => text.replaceAll("`", "")

const brief = (command: string): string =>
  isScript(command) ? `a ${cutText(command.split(/\s/, 1)[0] ?? "", 30)} script` : cutText(plain(command), 70)

const failed = (failure: Failure): string =>
  `${brief(failure.what)} failed${failure.error === undefined ? "" : ` with ${plainErrorName(failure.error, 90)}`}`

/**
 * Picks the failure that the heading names: the first failed test or build, else the first repeatable command, else the
 * first failure.
 */
const chief = (failures: ReadonlyArray<Failure>): Failure | undefined =>
  failures.find(({ kind }) => kind === "test" || kind === "build") ??
  failures.find(({ isRepeatable, kind }) => isRepeatable && kind !== "look") ??
  failures[0]

const isTold = (failure: Failure): boolean =>
  failure.kind !== "patch" &&
  failure.kind !== "tool" &&
  failure.kind !== "look" &&
  !failure.isStep &&
  failure.resolution?.isByEscalation !== true

const filesText = (files: ReadonlyArray<string>): string => {
  const shown = files.slice(0, 3).map((file) => plainLine(file, 60))
  return listed(files.length > 3 ? [...shown, `${files.length - 3} more files`] : shown)
}

const isAskedFor = (report: TaskReport): boolean => report.task.requests.length > 0

/** Joins the title of a task and a text with a colon, unless the title ends in punctuation of its own. */
const titled = (report: TaskReport, rest: string): string =>
  /[?!:。？]$/.test(report.title) ? `${report.title} ${rest}` : `${report.title}: ${rest}`

/**
 * Adds the names of the changed files to the title of a task. The title of a task without a request contains them
 * already.
 */
const changed = (report: TaskReport, files: string, rest: string): string =>
  isAskedFor(report) ? titled(report, `changed ${files}${rest}`) : `${report.title}${rest}`

/** Puts the title of a task before a text. A task without a request has a title that says nothing more than the text. */
const askedFirst = (report: TaskReport, text: string): string => (isAskedFor(report) ? titled(report, text) : text)

/** Describes a failure that the task itself caused. The fix is named only if a command was part of it. */
const onTheWay = (failure: Failure, { atEnd }: TaskReport): string => {
  const isByCommand = failure.resolution?.acts.some(({ command }) => command !== undefined) === true
  const fix = fixWords(failure, atEnd)
  const end = fix === undefined || fix.startsWith("passed") ? "and passed later" : isByCommand ? plain(fix) : "fixed"
  return `; on the way ${failed(failure)}, ${end}`
}

const checkOf = (report: TaskReport): string => {
  const tests = report.verifications.findLast(({ part }) => part.kind === "test")
  const last = tests ?? report.verifications.at(-1)
  if (last === undefined) {
    return ""
  }
  const count = last.part.passedTests
  if (showsHostedChecks(last.part)) {
    return `CI passes (${brief(last.part.text)})`
  }
  return `${brief(last.part.text)} passes${count === undefined ? "" : ` (${counted(count, "test")})`}`
}

/** Says that the check which had failed before passes now; empty unless the task succeeded. */
const again = (report: TaskReport, fixed: Failure): string => {
  const count = fixed.resolution?.passedTests
  return report.outcome === "success" ? `it passes now${count === undefined ? "" : ` (${counted(count, "test")})`}` : ""
}

/** Says why a task has no end: who stopped it, or the error that did. */
const cutOffText = (report: TaskReport, cutOff: CutOff): string => {
  const reason = stoppedBy(report)
  return reason === undefined ? cutOffWords[cutOff] : `it was stopped: ${plain(plainLine(reason, 80))}`
}

const cutOffWords: Readonly<Record<CutOff, string>> = {
  user: "the user interrupted it",
  harness: "it was stopped before its end",
  record: "broke off in the middle"
}

interface Clause {
  readonly text: string
  /**
   * The words for the check that passed, kept apart from the text because a summary words them differently; empty if
   * there is none.
   */
  readonly check: string
  readonly ending: string
  readonly worth: number
}

const manyFiles = 6

/**
 * Describes the result of a task in one clause. `worth` ranks it among the tasks of the session; the highest come
 * first.
 */
const clauseOf = (report: TaskReport): Clause => {
  const fixed = chief(report.failures.filter((failure) => failure.resolution !== undefined && isTold(failure)))
  const open = chief(leftOpenIn(report))
  const files = [...report.changedAt.keys()]
  const check = checkOf(report)
  const isApproved = report.outcome === "success" && report.verifications.length === 0
  const ending = report.cutOff !== undefined ? cutOffText(report, report.cutOff) : isApproved ? "the user approved" : ""
  if (files.length > manyFiles) {
    const [open] = leftOpenIn(report)
    const left = open === undefined ? (check === "" ? "not verified" : "") : `${failed(open)}, still open`
    return {
      text: changed(report, counted(files.length, "file"), left === "" ? "" : `; ${left}`),
      check,
      ending,
      worth: 10
    }
  }
  if (fixed !== undefined) {
    const isSame = fixed.resolution?.check === fixed.what
    const fix = fixWords(fixed, report.atEnd)
    const left = open === undefined || report.outcome === "success" ? "" : `; ${failed(open)}, still open`
    return isAskedFor(report) && files.length > 0 && cameUpOnTheWay(report, fixed)
      ? { text: changed(report, filesText(files), `${onTheWay(fixed, report)}${left}`), check, ending, worth: 10 }
      : {
          text: askedFirst(
            report,
            `${failed(fixed)}${fix === undefined ? ", and no more later" : `; ${plain(fix)}`}${left}`
          ),
          check: isSame ? again(report, fixed) : check,
          ending,
          worth: 10
        }
  }
  if (open !== undefined && report.outcome !== "success") {
    const after = files.length > 0 ? ` after editing ${filesText(files)}` : ""
    const left = `${failed(open)}, still open${after}`
    return { text: askedFirst(report, left), check, ending, worth: 8 }
  }
  if (files.length > 0) {
    const left = check === "" && ending === "" ? "; not verified" : ""
    return { text: changed(report, filesText(files), left), check, ending, worth: check === "" ? 5 : 7 }
  }
  const lost = report.failures.find((failure) => failure.resolution === undefined && failure.kind !== "look")
  if (lost !== undefined) {
    const text = lost.kind === "patch" ? `the patch to ${plainLine(lost.what, 70)} did not apply` : failed(lost)
    return { text: titled(report, text), check, ending, worth: 3 }
  }
  if (check !== "") {
    return { text: report.title, check, ending, worth: 4 }
  }
  const said = saidIn(report.task)
  const isAnswered = said.some(({ text }) => !announces(text))
  const isLeft = report.cutOff !== undefined
  const word = isApproved ? "answered" : isAnswered ? "answered, not confirmed" : "no answer recorded"
  return {
    text: isLeft ? report.title : titled(report, word),
    check: "",
    ending: isLeft && said.length === 0 && stepsOf(report.task).length === 0 ? "not answered" : ending,
    worth: isLeft ? 3 : stepsOf(report.task).length > 0 ? 2 : 1
  }
}

const joined = ({ check, ending, text }: Clause): string =>
  [text, check, ending].filter((part) => part !== "").join("; ")

/**
 * Returns the rank of a task among the tasks of its session. If not all tasks fit, those with the lowest are dropped.
 */
export const worthOf = (report: TaskReport): number =>
  clauseOf(report).worth +
  (report.secrets.length > 0 ? 3 : 0) +
  (report.resolved.length > 0 ? 1 : 0) +
  Math.min(2, report.changedAt.size / 3)

const secretsIn = (reports: ReadonlyArray<TaskReport>): string =>
  listed([...new Set(reports.flatMap(({ secrets }) => secrets.flatMap(({ kinds }) => kinds)))])

/**
 * Writes the heading of a trace from its most important tasks: the failure and its fix, the changes, or the request.
 */
export const headingOf = (reports: ReadonlyArray<TaskReport>, preferences: ReadonlyArray<Preference>): string => {
  const [first, second] = reports
    .toReversed()
    .map(clauseOf)
    .toSorted((one, other) => other.worth - one.worth)
  const lead = first === undefined ? "" : joined(first)
  const wish = preferences[0]
  const isWishNew = wish !== undefined && (first?.worth ?? 0) < 7 && !lead.includes(wish.text)
  const secrets = secretsIn(reports)
  const more = [
    ...(secrets === "" ? [] : [`the user pasted ${secrets}`]),
    ...(isWishNew ? [`the user wants "${plainLine(wish.text, 80)}"`] : []),
    ...(second !== undefined && second.worth >= 5 ? [`also ${joined(second)}`] : [])
  ]
  const whole = more.reduce((text, part) => (text.length + part.length > 220 ? text : `${text}; ${part}`), lead)
  return plainLine(whole, 260)
}

const summaryWords = 110
const sentenceCharacters = 420

/** True if the title of a task contains nothing but wishes of the user. The summary lists the wishes separately. */
const isOnlyWishes = (report: TaskReport, preferences: ReadonlyArray<Preference>): boolean =>
  preferences.some(({ text }) => report.title.includes(text)) &&
  preferences
    .reduce((title, { text }) => title.replace(text, " "), report.title)
    .replace(/\b(?:and|but|also|please)\b|[^\p{L}\p{N}]/giu, "") === ""

/**
 * Lists the clauses of a summary, the most important task first. A wish is not repeated, and a task that was answered
 * without any step is left out if there are others.
 */
const summaryClauses = (
  reports: ReadonlyArray<TaskReport>,
  preferences: ReadonlyArray<Preference>
): ReadonlyArray<{ readonly report: TaskReport; readonly clause: Clause }> => {
  const all = reports
    .map((report) => ({ report, clause: clauseOf(report) }))
    .toSorted((one, other) => other.clause.worth - one.clause.worth)
    .flatMap(({ clause, report }) => {
      if (!isOnlyWishes(report, preferences)) {
        return [{ report, clause }]
      }
      const text = clause.text.replace(report.title, "For that")
      return clause.worth > 3 ? [{ report, clause: { ...clause, text } }] : []
    })
  const worthy = all.filter(({ clause }) => clause.worth > 1)
  return (worthy.length > 0 ? worthy : all).slice(0, 6)
}

/**
 * Writes the summary in fewer than 120 words: wishes first, then pasted secrets, then the tasks, the most important
 * first.
 */
export const summaryOf = (reports: ReadonlyArray<TaskReport>, preferences: ReadonlyArray<Preference>): string => {
  const wishes = preferences.slice(0, 4).map(({ text }) => `"${plainLine(text, 80)}"`)
  const secrets = secretsIn(reports)
  const told = new Set<string>()
  const clauses = summaryClauses(reports, preferences).map(({ clause, report }) => {
    const tests = report.verifications.findLast(({ part }) => part.kind === "test")
    const isNew = tests !== undefined && !isScript(tests.part.text) && !told.has(tests.part.key)
    told.add(tests?.part.key ?? "")
    const check = tests === undefined ? clause.check : isNew ? `tests run with ${plain(tests.part.text)}` : ""
    const word =
      clause.worth <= 5 && report.outcome !== "success" ? lastWordOf(saidIn(report.task), report.paths, 160) : undefined
    const answer = word === undefined || announces(word) ? "" : ` The assistant said: "${word.replaceAll('"', "'")}"`
    const sentence = `${joined({ ...clause, check }).replace(/[.;]$/, "")}.`
    return sentence.length + answer.length > sentenceCharacters ? sentence : sentence + answer
  })
  const sentences = [
    ...(wishes.length === 0 ? [] : [`The user wants ${listed(wishes)}.`]),
    ...(secrets === "" ? [] : [`Open: the user pasted secrets (${secrets}); rotate them.`]),
    ...clauses
  ].map((sentence) => plainLine(sentence, sentenceCharacters))
  const { text } = sentences.reduce(
    (sum, sentence) => {
      const words = sentence.split(" ").length
      return sum.words + words > summaryWords || byteLength(sum.text) + byteLength(sentence) > 1_100
        ? sum
        : { words: sum.words + words, text: `${sum.text} ${sentence}`.trim() }
    },
    { words: 0, text: "" }
  )
  return text === "" ? cutEnd(sentences[0] ?? "", 1_100) : text
}
