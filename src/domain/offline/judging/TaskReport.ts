import type { AssistantPlan } from "../../evidence/SessionEvidence.js"
import { changedPath, filesOf } from "../reading/EditedFiles.js"
import { type Finding, findingsIn } from "./Findings.js"
import { distinctFailures, type Failure } from "./Failures.js"
import { type CutOff, cutOffOf, type Outcome, outcomeOf, type Verification, verificationsOf } from "./Outcome.js"
import { addsPackage } from "../commands/Installations.js"
import type { PackageScripts } from "../commands/PackageScripts.js"
import type { ProjectPaths } from "../reading/ProjectPaths.js"
import { secretKinds } from "./Secrets.js"
import type { Step } from "../reading/Steps.js"
import { endsTurn, droppedAt, type Task, stepsOf } from "../reading/Tasks.js"
import { errorSignature } from "../writing/ErrorNames.js"
import { titleOf } from "../writing/Titles.js"
import { isStepOfWork } from "./StepsOfWork.js"
import type { StateAtEnd } from "../changes/StateAtEnd.js"
import type { TaskDefinitions } from "../changes/TaskDefinitions.js"
import type { UndoneChanges } from "../changes/UndoneChanges.js"

/** The evidence about a task from which its parts of the trace memory and its facts are written. */
export interface TaskReport {
  readonly task: Task
  readonly title: string
  readonly outcome: Outcome
  /** The failures that occurred in this task, even if a later task resolved them. Each error occurs once. */
  readonly failures: ReadonlyArray<Failure>
  /** The failures that this task resolved, even if they occurred in an earlier task. Each error occurs once. */
  readonly resolved: ReadonlyArray<Failure>
  readonly verifications: ReadonlyArray<Verification>
  /** The files that are different after the task, each with the line of its first change. */
  readonly changedAt: ReadonlyMap<string, number>
  /**
   * The line of the first change of the project in this task; adding a package is a change too. Infinity if there is
   * none.
   */
  readonly firstChange: number
  /** The cause that left the task unfinished; undefined if it ended. */
  readonly cutOff: CutOff | undefined
  /** The open steps of the assistant's plan, if the task was interrupted; otherwise empty. */
  readonly planLeft: ReadonlyArray<string>
  /** The lines where the user typed secrets, with their kinds. */
  readonly secrets: ReadonlyArray<{ readonly line: number; readonly kinds: ReadonlyArray<string> }>
  /** The conclusions of the assistant in a task that changed nothing. */
  readonly findings: ReadonlyArray<Finding>
  /** The changes that the session undid later. */
  readonly undone: UndoneChanges
  /** The tasks of the project that the session changed. */
  readonly definitions: TaskDefinitions
  /** The files and commands as the session left them. */
  readonly atEnd: StateAtEnd
  readonly paths: ProjectPaths
  readonly scripts: PackageScripts
}

/** True if a failure occurred after its task had changed something, so that the task itself may have caused it. */
export const cameUpOnTheWay = ({ firstChange }: TaskReport, failure: Failure): boolean => firstChange < failure.callLine

/**
 * True if a task was left unfinished and may still be wanted. After an interruption that the user answered with
 * something else, it is not known whether it is.
 */
export const isUnfinished = ({ cutOff, task }: TaskReport): boolean =>
  cutOff === "record" || (cutOff !== undefined && task.isLast)

/** Returns the error that stopped the last turn of a task, such as a usage limit; undefined if the record names none. */
export const stoppedBy = ({ cutOff, task }: TaskReport): string | undefined => {
  const end = cutOff === "harness" ? task.items.findLast(endsTurn) : undefined
  return end?._tag === "Interruption" ? end.reason : undefined
}

const isChange = (step: Step): boolean =>
  filesOf(step).length > 0 ||
  (step._tag === "CommandStep" && step.parts.some((part) => part.verdict === "passed" && addsPackage(part)))

/** Lists the files that are different after a task, each with the line of its first change, in that order. */
const changedFilesOf = (task: Task, { isUndone }: UndoneChanges): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  for (const step of stepsOf(task)) {
    for (const change of filesOf(step).filter((change) => !isUndone(step.line, change))) {
      const file = changedPath(change)
      found.set(file, found.get(file) ?? step.line)
    }
  }
  return found
}

/** The evidence about a session that is shared by the reports of all its tasks. */
export interface SessionFindings {
  readonly failures: ReadonlyArray<Failure>
  /** The failures that the session resolved. Each error occurs once. */
  readonly resolved: ReadonlyArray<Failure>
  readonly finished: boolean | undefined
  readonly plan: AssistantPlan | undefined
  /** The steps of all tasks, in order. */
  readonly steps: ReadonlyArray<Step>
  readonly undone: UndoneChanges
  readonly definitions: TaskDefinitions
  readonly atEnd: StateAtEnd
  /** The tasks whose answers a later task acted on; see `tasksActedOn`. */
  readonly actedOn: ReadonlySet<Task>
  readonly paths: ProjectPaths
  readonly scripts: PackageScripts
}

/** Returns the first and the last line of the rollout that belong to a task. */
const spanOf = (task: Task): readonly [number, number] => {
  const lines = task.items.flatMap((item) => ("outputLine" in item ? [item.line, item.outputLine] : [item.line]))
  return lines.reduce<readonly [number, number]>(
    ([first, last], line) => [Math.min(first, line), Math.max(last, line)],
    [Number.POSITIVE_INFINITY, 0]
  )
}

/** Makes the report of a task. It needs all failures of the session, since a later task may resolve one. */
export const reportOf = (task: Task, findings: SessionFindings): TaskReport => {
  const calls = new Set(stepsOf(task).map(({ line }) => line))
  const [first, last] = spanOf(task)
  const dropped = droppedAt(task)
  const isOwn = ({ callLine }: Failure): boolean => calls.has(callLine)
  const elsewhere = new Set(
    findings.failures.filter((failure) => !isOwn(failure)).map(({ error = "" }) => errorSignature(error))
  )
  const own = findings.failures.filter(isOwn).map((failure) => ({
    ...failure,
    isDropped: failure.resolution === undefined && failure.line < dropped,
    isStep:
      (failure.resolution?.line ?? Number.POSITIVE_INFINITY) <= last &&
      !elsewhere.has(errorSignature(failure.error ?? "")) &&
      isStepOfWork(failure, findings.steps)
  }))
  const failures = distinctFailures(own)
  const cutOff = cutOffOf(task, findings.finished)
  const { plan } = findings
  const resolved = findings.resolved.filter(
    ({ resolution }) => resolution !== undefined && resolution.line >= first && resolution.line <= last
  )
  const changedLater = new Set(
    findings.steps
      .filter(({ line }) => line > last)
      .flatMap(filesOf)
      .map(({ path }) => path)
  )
  return {
    task,
    title: titleOf(task),
    outcome: outcomeOf(task, own, resolved, findings.finished, findings.steps),
    failures,
    resolved,
    verifications: verificationsOf(task, findings.failures, findings.steps),
    changedAt: changedFilesOf(task, findings.undone),
    firstChange: stepsOf(task).find(isChange)?.line ?? Number.POSITIVE_INFINITY,
    cutOff,
    planLeft: cutOff !== undefined && plan !== undefined && plan.line >= first ? plan.left : [],
    secrets: task.requests.flatMap(({ line, text }) => {
      const kinds = secretKinds(text)
      return kinds.length === 0 ? [] : [{ line, kinds }]
    }),
    findings: findings.actedOn.has(task) ? [] : findingsIn(task, findings.finished, changedLater, findings.paths),
    undone: findings.undone,
    definitions: findings.definitions,
    atEnd: findings.atEnd,
    paths: findings.paths,
    scripts: findings.scripts
  }
}
