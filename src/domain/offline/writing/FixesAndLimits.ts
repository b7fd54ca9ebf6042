import { explanationOf } from "../judging/Explanations.js"
import type { Failure } from "../judging/Failures.js"
import { fixText } from "./FailureTexts.js"
import { isOfNetwork, isOfSetup, lacksService } from "../judging/MachineErrors.js"
import { passedWithout } from "../judging/Fixes.js"
import { isLimit, missingProgramOf } from "../judging/Outcome.js"
import { rankOf, wrapUpRank } from "../../session/ErrorLine.js"
import { actsOutside } from "../commands/OutsideActs.js"
import { isScript, shownCommand } from "./ShownCommand.js"
import { cameUpOnTheWay, type TaskReport } from "../judging/TaskReport.js"
import { saidIn, stepsOf } from "../reading/Tasks.js"
import { inCode } from "./Wording.js"

/* The failures of a task with what resolved them, and the limits of the machine. */

/**
 * True if memory should mention the fix of a failure. A failure without a known error, or with a line that only says
 * that something failed, cannot be recognised when it occurs again.
 */
const isWorthFixing = (failure: Failure): boolean =>
  failure.kind !== "patch" &&
  failure.kind !== "tool" &&
  failure.error !== undefined &&
  rankOf(failure.error) !== wrapUpRank

/** The maximum number of edits after which a failure still counts as fixed at once; see {@link isOwnSlip}. */
const editsOfSlip = 2

/**
 * True if the task caused a failure by its own changes, fixed it at once in those files, and did not meet it again.
 * Such a failure will not occur again, so it is not mentioned.
 */
const isOwnSlip = (failure: Failure, report: TaskReport): boolean => {
  const acts = failure.resolution?.acts ?? []
  const wasChanged = (file: string): boolean => (report.changedAt.get(file) ?? failure.callLine) < failure.callLine
  return (
    cameUpOnTheWay(report, failure) &&
    !isOfSetup(failure.error ?? "") &&
    failure.againLine === undefined &&
    acts.length > 0 &&
    acts.length <= editsOfSlip &&
    acts.every(({ command, files }) => command === undefined && files.every(wasChanged))
  )
}

/** True if a failure says something about the machine: something is missing, or the sandbox refuses an action. */
const isOfPlace = (failure: Failure): boolean =>
  failure.resolution === undefined ? isLimit(failure) : failure.resolution.isByEscalation || passedWithout(failure)

/** The name of the mode in which nothing is refused. */
const unconfined = "danger-full-access"

/** Names the sandbox in which a command failed, with its mode if the record has it. */
const sandboxName = ({ sandbox }: Failure): string =>
  sandbox === undefined || sandbox === unconfined ? "sandbox" : `sandbox (${sandbox})`

/** Returns what refused a command that did not pass in any way, as a clause. */
const refuser = (failure: Failure): string =>
  failure.sandbox === undefined
    ? "the machine or its sandbox refuses it"
    : failure.sandbox === unconfined
      ? "the machine refuses it"
      : `the ${sandboxName(failure)} refuses it`

/**
 * Returns the circumstance in which a command fails that passes outside of the sandbox, if the network is what it lacks
 * there. With everything already downloaded it may pass.
 */
const circumstance = (failure: Failure): string =>
  failure.resolution?.isByEscalation === true && isOfNetwork(failure.error ?? "")
    ? ` without network access in the ${sandboxName(failure)}${/\bfailed to (?:download|fetch)\b/i.test(failure.error ?? "") ? " while its downloads are not cached" : ""}`
    : ""

/**
 * Returns how a failed command can pass in spite of a limit of the machine, as a clause; undefined if that is not
 * known. A run outside of the sandbox that failed in another way is told with its error, and with the form of the
 * command that passed at last.
 */
export const wayAround = (failure: Failure): string | undefined => {
  const { resolution, what } = failure
  if (resolution === undefined) {
    return undefined
  }
  const { check, errorOutside, passedOutside } = resolution
  if (passedWithout(failure)) {
    return `${shownCommand(check)} passes`
  }
  if (passedOutside && (errorOutside === undefined || check === what)) {
    return `it passes outside of the ${sandboxName(failure)}`
  }
  const isOther = check !== what && !isScript(check) && !actsOutside(check)
  const next =
    errorOutside === undefined
      ? ""
      : `outside of the ${sandboxName(failure)} it then failed with ${inCode(errorOutside, 240)}`
  const last = isOther ? `${shownCommand(check)} passed at last` : ""
  const told = [next, last].filter((text) => text !== "")
  return told.length === 0 ? undefined : told.join("; ")
}

/** A failure with the line that memory shows for it. */
export interface FailureLine {
  readonly failure: Failure
  readonly text: string
}

/**
 * Lists the failures of a task with their fixes, those of repeatable commands first. `isFixed` is false if it is only
 * known what was done before the check passed, and not what of it was the fix.
 */
export const fixesIn = (report: TaskReport): ReadonlyArray<FailureLine & { readonly isFixed: boolean }> => {
  const said = saidIn(report.task)
  return report.failures
    .filter((failure) => failure.resolution !== undefined && isWorthFixing(failure) && !passedWithout(failure))
    .filter(({ isStep }) => !isStep)
    .toSorted((one, other) => Number(other.isRepeatable) - Number(one.isRepeatable))
    .flatMap((failure) => {
      const explanation = explanationOf(failure, said, report.paths)
      const text = isOwnSlip(failure, report) ? undefined : fixText(failure, explanation, report.atEnd)
      return text === undefined ? [] : [{ failure, text, isFixed: text.includes(": fixed by ") }]
    })
}

/**
 * Matches a `git`, `gh` or `glab` command with its subcommand. Its failure is about one branch, commit or request, so
 * the limit names only the matched words.
 */
const actsOnOneThing = /^(?:git|gh|glab)(?: -C \S+)? [a-z][\w-]*/

const sortedLetters = (word: string): string => [...word].toSorted().join("")

/**
 * True if a word may be a misspelling of another one: two letters are exchanged, or one letter is different, missing or
 * added.
 */
const isMistyped = (word: string, meant: string): boolean => {
  const start = [...word].findIndex((letter, index) => letter !== meant[index])
  const rest = start === -1 ? word.length : start
  return (
    word !== meant &&
    Math.min(word.length, meant.length) >= 3 &&
    (word.slice(rest + 1) === meant.slice(rest + 1) ||
      word.slice(rest) === meant.slice(rest + 1) ||
      word.slice(rest + 1) === meant.slice(rest) ||
      (word.slice(rest + 2) === meant.slice(rest + 2) &&
        sortedLetters(word.slice(rest, rest + 2)) === sortedLetters(meant.slice(rest, rest + 2))))
  )
}

/**
 * True if a program is missing only because its name was mistyped: another command of the task contains nearly the same
 * name.
 */
const isSlip = (missing: string | undefined, report: TaskReport): boolean =>
  missing !== undefined &&
  stepsOf(report.task).some(
    (step) =>
      step._tag === "CommandStep" &&
      step.verdict !== "failed" &&
      step.parts.some(({ pipeline }) =>
        pipeline.text
          .slice(0, 400)
          .split(/\s+/)
          .some((word) => isMistyped(missing, word))
      )
  )

/** A failure that shows a limit of the machine. */
export interface Limit extends FailureLine {
  /** The command or the program that does not work. */
  readonly subject: string
  /** The missing program; undefined if none is missing. */
  readonly missing: string | undefined
}

/** Lists the failures that show a limit of the machine: a missing program or service, or a refusal of the sandbox. */
export const limitsIn = (report: TaskReport): ReadonlyArray<Limit> =>
  report.failures
    .filter((failure) => failure.error !== undefined && !actsOutside(failure.what) && isOfPlace(failure))
    .filter((failure) => failure.resolution !== undefined || !isSlip(missingProgramOf(failure), report))
    // What the sandbox refused once and let pass later is no limit. A program may still be missing under its own name.
    .filter((failure) => !(failure.passedInside && failure.resolution?.isByEscalation === true))
    // What a task needed before its definition was changed is no limit of the task as it is now.
    .filter(
      (failure) =>
        missingProgramOf(failure) !== undefined ||
        !report.definitions.isChangedAfter({ ...failure, text: failure.what }, failure.line)
    )
    .map((failure) => {
      const missing = failure.resolution === undefined || passedWithout(failure) ? missingProgramOf(failure) : undefined
      const subject = missing ?? (actsOnOneThing.exec(failure.what)?.[0] || failure.what)
      const around = wayAround(failure)
      const end =
        around !== undefined
          ? `; ${around}`
          : missing === undefined
            ? lacksService(failure.error ?? "")
              ? "; this machine does not have it"
              : `; ${refuser(failure)}`
            : missing === failure.program
              ? ""
              : `, which ${shownCommand(failure.what)} needs`
      return {
        failure,
        subject,
        missing,
        text: `${shownCommand(subject)} does not work here: ${inCode(failure.error ?? "", 240)}${circumstance(failure)}${end}`
      }
    })
