import { leftOversIn } from "../judging/Explanations.js"
import type { Failure } from "../judging/Failures.js"
import { failureLines, failureText } from "./FailureTexts.js"
import { isLimit, isOpenFailure } from "../judging/Outcome.js"
import { actsOutside } from "../commands/OutsideActs.js"
import { isSessionBound } from "../commands/SessionBound.js"
import { withoutSecrets } from "../judging/Secrets.js"
import { shownCommand } from "./ShownCommand.js"
import { isUnfinished, stoppedBy, type TaskReport } from "../judging/TaskReport.js"
import { followUpsOf, saidIn, stepsOf } from "../reading/Tasks.js"
import { inCode, listed, plainLine, quoted } from "./Wording.js"

/* The work that a task left open. */

/** Lists the last five failures of a task that have no fix and that a later session should know of. */
const openFailuresIn = (report: TaskReport): ReadonlyArray<Failure> =>
  report.failures
    .filter((failure) => failure.resolution === undefined && failure.kind !== "look" && !isLimit(failure))
    .filter(({ isDropped, passedBeside, what }) => !isDropped && !passedBeside && !actsOutside(what))
    .filter((failure) => !report.definitions.isRemovedAfter({ ...failure, text: failure.what }, failure.line))
    .filter(
      (failure) =>
        failure.isRepeatable ||
        failure.kind === "patch" ||
        (failure.error !== undefined && report.outcome !== "success")
    )
    .slice(-5)

/** True if a failure is of a command that only its own session could run, so that no later one can take it up. */
const isPassing = ({ directory, what }: Failure): boolean => isSessionBound(what) || isSessionBound(directory ?? "")

/** Lists the failures of a task that still have to be fixed. The trace, its heading and `MEMORY.md` call these open. */
export const leftOpenIn = (report: TaskReport): ReadonlyArray<Failure> =>
  openFailuresIn(report).filter((failure) => isOpenFailure(failure) && !isPassing(failure))

const openFailureText = (failure: Failure, isOpen: boolean): string =>
  isOpen
    ? `open: ${failureText(failure)} (${failureLines(failure)})`
    : `${failure.kind === "patch" ? `the patch to ${inCode(failure.what, 160)}` : shownCommand(failure.what)} was not made to work${failure.error === undefined || failure.kind === "patch" ? "" : `: ${inCode(failure.error, 240)}`} (L${failure.line})`

/** Quotes the open steps of the plan of an interrupted task; empty if there are none. */
const planLeftText = (report: TaskReport): string => {
  const left = report.planLeft.slice(0, 2).map((step) => quoted(withoutSecrets(report.paths.text(step)), 120))
  const more = report.planLeft.length - left.length
  return left.length === 0 ? "" : `; the plan had left: ${listed(more > 0 ? [...left, `${more} more`] : left)}`
}

/** Names the command that was under way when the record of a task ended; empty if there is none. */
const underWayText = ({ task }: TaskReport): string => {
  const last = stepsOf(task).at(-1)
  return last?._tag === "CommandStep" && !last.isLook && !last.isRefused && !last.hasEnded
    ? `; no result of ${shownCommand(last.shown)} is recorded`
    : ""
}

/**
 * Quotes the request that an interrupted task left undone, which is the user's last one, after what the task was about,
 * and tells how far the work had come.
 */
export const leftUndone = (report: TaskReport): { readonly request: string; readonly rest: string } => {
  const asked = report.task.requests.findLast(
    ({ kind, word }) => kind !== "answer" && kind !== "note" && !word.isGreeting
  )
  const isFirst = asked === undefined || asked === report.task.requests.find(({ word }) => !word.isGreeting)
  const title = quoted(isFirst ? report.title : (report.title.split(" → ", 1)[0] ?? ""), 120)
  const last = isFirst ? "" : quoted(withoutSecrets(report.paths.text(asked.text)), 120)
  return {
    request: last === "" || last === title ? title : `${last}, asked after ${title}`,
    rest: `${underWayText(report)}${planLeftText(report)}`
  }
}

const cutOff = (report: TaskReport): ReadonlyArray<string> => {
  const line = report.task.items.at(-1)?.line ?? 0
  const isBegun = saidIn(report.task).length > 0 || stepsOf(report.task).length > 0
  const { request, rest } = leftUndone(report)
  switch (report.cutOff) {
    case undefined:
      return []
    case "record":
      return [
        `open: the session broke off ${isBegun ? "in the middle of" : "before any answer to"} ${request} (L${line})${rest}`
      ]
    default: {
      const who = report.cutOff === "user" ? "the user interrupted" : "the harness stopped"
      const reason = stoppedBy(report)
      const why = reason === undefined ? "" : `: ${quoted(withoutSecrets(reason), 160)}`
      return isUnfinished(report)
        ? [`open: ${who} ${request} ${isBegun ? "before it was done" : "before any answer"} (L${line})${why}${rest}`]
        : [`${who} ${request} (L${line})${why}`]
    }
  }
}

const corrections = (report: TaskReport): ReadonlyArray<string> =>
  followUpsOf(report.task)
    .filter(({ word }) => word.stance === "rejects" || word.stance === "drops")
    .slice(0, 3)
    .map(({ line, text, word }) => {
      const did = word.stance === "drops" ? "the user gave it up" : "the user corrected"
      return `${did}: ${quoted(plainLine(text, 140), 140)} (L${line})`
    })

/**
 * Lists the bullets about open ends: pasted secrets, failures without a fix, the user's corrections, and work that is
 * left to do.
 */
export const openEnds = (report: TaskReport): ReadonlyArray<string> => [
  ...report.secrets.map(
    ({ kinds, line }) =>
      `open: the user pasted live-looking secrets into the session (L${line}): ${listed(kinds)}; rotate them`
  ),
  ...openFailuresIn(report).map((failure) => openFailureText(failure, leftOpenIn(report).includes(failure))),
  ...corrections(report),
  ...leftOversIn(saidIn(report.task), report.paths).map((left) => `open, the assistant said: ${quoted(left, 200)}`),
  ...cutOff(report)
]
