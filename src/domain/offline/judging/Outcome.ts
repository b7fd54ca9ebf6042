import { checkKinds } from "../reading/CommandPrograms.js"
import { filesOf } from "../reading/EditedFiles.js"
import type { Failure } from "./Failures.js"
import { isScript } from "../writing/ShownCommand.js"
import type { CommandStep, RanPart, Step } from "../reading/Steps.js"
import { endsTurn, followUpsOf, stepsOf, type Task } from "../reading/Tasks.js"

/** The outcome of a task, by the evidence alone; see {@link outcomeOf}. */
export type Outcome = "success" | "partial" | "fail" | "uncertain"

/** A check that passed in a task, where it counts: after the last change. */
export interface Verification {
  readonly step: CommandStep
  readonly part: RanPart
}

const changes = (step: Step): boolean => filesOf(step).length > 0

/** Whether a step's script mentions a file that was changed: running what was changed is a check of it. */
const exercises = (part: RanPart, files: ReadonlySet<string>): boolean =>
  part.kind === "run" && [...files].some((file) => file.length > 2 && part.pipeline.text.includes(file))

const editedFiles = (steps: ReadonlyArray<Step>): ReadonlySet<string> =>
  new Set(steps.flatMap(filesOf).map((change) => change.movedTo ?? change.path))

/**
 * The checks that passed after the task's last change of a file: tests, builds, lints, type checks, what had failed
 * before, and running what was changed.
 */
export const verificationsOf = (task: Task, failures: ReadonlyArray<Failure>): ReadonlyArray<Verification> => {
  const steps = stepsOf(task)
  const files = editedFiles(steps)
  const failedBefore = new Set(failures.map(({ key }) => key))
  const lastChange = steps.findLastIndex(changes)
  return steps.flatMap((step, index) => {
    if (step._tag !== "CommandStep" || index < lastChange) {
      return []
    }
    const from = index === lastChange ? step.parts.findLastIndex(({ kind }) => kind === "edit") + 1 : 0
    return step.parts
      .slice(from)
      .filter(
        (part) =>
          part.verdict === "passed" &&
          !part.isOutside &&
          (checkKinds.has(part.kind) ||
            (part.kind === "run" && (failedBefore.has(part.key) || (lastChange !== -1 && exercises(part, files)))))
      )
      .map((part) => ({ step, part }))
  })
}

/**
 * Whether the turn that is under way at an item is the user's: nothing that the user asked for was brought to an end before
 * it. A goal is pursued turn after turn, which are all the user's.
 */
const isAskedFor = (task: Task, at: number): boolean => {
  const asked = task.items.findLastIndex((item, index) => index < at && item._tag === "Asked")
  const request = task.items[asked]
  return (
    (request?._tag === "Asked" && request.kind === "goal") ||
    task.items.slice(asked + 1, at).every(({ _tag }) => _tag !== "TurnEnd")
  )
}

/** Whether a task was left in the middle: its last turn was stopped, or the session broke off there. */
export const isCutOff = (task: Task, finished: boolean | undefined): boolean => {
  const last = task.items.at(-1)
  if (last?._tag === "Asked" && last.word.stance === "approves" && followUpsOf(task).includes(last)) {
    return false
  }
  const lastEnd = task.items.findLastIndex(endsTurn)
  if (task.items[lastEnd]?._tag === "Interruption" && !task.items.slice(lastEnd).some(({ _tag }) => _tag === "Asked")) {
    return isAskedFor(task, lastEnd)
  }
  if (!task.isLast || last === undefined || !isAskedFor(task, task.items.length - 1)) {
    return false
  }
  // Without recorded ends, work that nobody asked for here may well be a fragment of something that went on elsewhere.
  const isFragment = finished === undefined && task.requests.length === 0
  return (
    finished === false || (finished === undefined && !isFragment && last._tag !== "AssistantText" && !endsTurn(last))
  )
}

const asksForChecks = /\b(?:run|test|tests|build|compile|lint|type-?check|verify|check|validate|benchmark)\b/i

/** The last of the user's words on a task, with where the work stood: nothing after it can take it back. */
const lastWord = (task: Task): { readonly stance: string; readonly isFinal: boolean } => {
  const closing = task.closing?.word.stance
  if (closing === "approves" || closing === "rejects") {
    return { stance: closing, isFinal: true }
  }
  const said = new Set<unknown>(followUpsOf(task).filter(({ word }) => word.stance !== "neither"))
  const at = task.items.findLastIndex((item) => said.has(item))
  const asked = task.items[at]
  const isFinal = task.items.slice(at + 1).every((item) => endsTurn(item) || item._tag === "AssistantText")
  return { stance: asked?._tag === "Asked" ? asked.word.stance : "neither", isFinal }
}

const notInstalled =
  /(?:^|: )([\w.+-]{1,60}): (?:command )?not found$|\bcommand not found: ([\w.+-]{1,60})$|^'?([\w.+-]{1,60})'? ?: .{0,40}is not recognized\b/i

/** Whether a command failed because its program is not installed: that says something of the place, and not of the work. */
export const isMissingProgram = ({ error, program }: Failure): boolean => {
  const names = notInstalled.exec(error?.slice(0, 400) ?? "")?.slice(1) ?? []
  return names.some((name) => name !== undefined && name.toLowerCase() === program)
}

/** A failure that speaks of the project, and not of a command that was mistyped or tried once. */
const counts = (failure: Failure): boolean =>
  checkKinds.has(failure.kind === "patch" || failure.kind === "tool" ? "look" : failure.kind) ||
  failure.kind === "patch" ||
  ((failure.kind === "act" || failure.kind === "edit" || failure.kind === "run") && failure.isRepeatable)

/**
 * Judges a task: `success` only when the user approved or a check passed after the last change; what the assistant says
 * of its own work is never enough.
 */
export const outcomeOf = (task: Task, failures: ReadonlyArray<Failure>, finished: boolean | undefined): Outcome => {
  const steps = stepsOf(task)
  const hasWork = steps.some(
    (step) =>
      changes(step) ||
      (step._tag === "CommandStep" && step.parts.some(({ kind, verdict }) => kind === "act" && verdict === "passed"))
  )
  const isChanged = steps.some(changes)
  const verified = verificationsOf(task, failures)
  const lastPass = steps.findLast((step) => step._tag === "CommandStep" && !step.isLook && step.verdict === "passed")
  const wasDoneOtherwise = (failure: Failure): boolean =>
    isMissingProgram(failure) && (lastPass?.line ?? 0) > failure.callLine
  const open = failures.filter(
    (failure) =>
      failure.resolution === undefined &&
      failure.retriedLine === undefined &&
      counts(failure) &&
      !wasDoneOtherwise(failure)
  )
  const openChecks = open.filter(({ kind }) => kind !== "patch" && kind !== "run" && kind !== "edit" && kind !== "act")
  const word = lastWord(task)
  if (word.isFinal && word.stance === "approves") {
    return isChanged && openChecks.length > 0 ? "uncertain" : "success"
  }
  if (isCutOff(task, finished)) {
    return hasWork || verified.length > 0 ? "partial" : "uncertain"
  }
  if (word.isFinal && word.stance === "rejects") {
    return hasWork ? "partial" : "uncertain"
  }
  if (openChecks.length > 0) {
    return verified.length > 0 ? "partial" : isChanged ? "fail" : "uncertain"
  }
  const lastChange = steps.findLast(changes)?.line ?? 0
  if (verified.length > 0) {
    if (open.some((failure) => failure.kind === "run" && failure.callLine > lastChange)) {
      return "partial"
    }
    const isAsked = task.requests.some(({ text }) => asksForChecks.test(text.slice(0, 2_000)))
    return isChanged || isAsked || verified.some(({ part }) => failures.some(({ key }) => key === part.key))
      ? "success"
      : "uncertain"
  }
  if (open.length > 0) {
    return isChanged ? "partial" : "fail"
  }
  return "uncertain"
}

/** Whether a failure is still to be dealt with: one that can be run again, and whose cause is not that nothing is there. */
export const isOpenFailure = (failure: Failure): boolean =>
  failure.resolution === undefined &&
  failure.isRepeatable &&
  !isMissingProgram(failure) &&
  failure.kind !== "look" &&
  failure.kind !== "edit" &&
  failure.kind !== "patch" &&
  failure.kind !== "tool" &&
  !isScript(failure.what)
