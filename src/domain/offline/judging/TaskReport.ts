import type { AssistantPlan } from "../../evidence/SessionEvidence.js"
import { filesOf } from "../reading/EditedFiles.js"
import { distinctFailures, type Failure } from "./Failures.js"
import { type Outcome, outcomeOf, type Verification, verificationsOf, isCutOff } from "./Outcome.js"
import { addsPackage } from "./Installations.js"
import type { PackageScripts } from "../reading/PackageScripts.js"
import type { ProjectPaths } from "../reading/ProjectPaths.js"
import { secretKinds } from "./Secrets.js"
import type { Step } from "../reading/Steps.js"
import { type Task, stepsOf } from "../reading/Tasks.js"
import { titleOf } from "../writing/Titles.js"

/** Everything that a task's sections are written from. */
export interface TaskReport {
  readonly task: Task
  readonly title: string
  readonly outcome: Outcome
  /** Those that happened in it, whenever they were resolved; each error once. */
  readonly failures: ReadonlyArray<Failure>
  /** Those that were resolved in it, whenever they happened. */
  readonly resolved: ReadonlyArray<Failure>
  readonly verifications: ReadonlyArray<Verification>
  /** The files that it left changed, with the lines where it changed them first. */
  readonly changedAt: ReadonlyMap<string, number>
  /** The line of its first change of the project, packages included; infinity where it changed nothing. */
  readonly firstChange: number
  readonly isCutOff: boolean
  /** The steps that the assistant's own plan had left when the task broke off. */
  readonly planLeft: ReadonlyArray<string>
  /** The kinds of secrets that the user typed, and where. */
  readonly secrets: ReadonlyArray<{ readonly line: number; readonly kinds: ReadonlyArray<string> }>
  readonly paths: ProjectPaths
  readonly scripts: PackageScripts
}

/** Whether a failure came up when its task had changed something already, and so may be of the task's own making. */
export const cameUpOnTheWay = ({ firstChange }: TaskReport, failure: Failure): boolean => firstChange < failure.callLine

const isChange = (step: Step): boolean =>
  filesOf(step).length > 0 ||
  (step._tag === "CommandStep" && step.parts.some((part) => part.verdict === "passed" && addsPackage(part)))

/** The files that a task left changed, each with the line where it was changed first, in that order. */
const changedFilesOf = (task: Task): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  const added = new Set<string>()
  for (const step of stepsOf(task)) {
    for (const { action, movedTo, path } of filesOf(step)) {
      const file = movedTo ?? path
      if (action === "delete" && added.has(file)) {
        found.delete(file)
      } else {
        found.set(file, found.get(file) ?? step.line)
      }
      if (action === "add") {
        added.add(file)
      }
    }
  }
  return found
}

/** The findings that the reports of one session share. */
export interface SessionFindings {
  readonly failures: ReadonlyArray<Failure>
  readonly finished: boolean | undefined
  readonly plan: AssistantPlan | undefined
  readonly paths: ProjectPaths
  readonly scripts: PackageScripts
}

/** The lines of the rollout that a task spans. */
const spanOf = (task: Task): readonly [number, number] => {
  const lines = task.items.flatMap((item) => ("outputLine" in item ? [item.line, item.outputLine] : [item.line]))
  return lines.reduce<readonly [number, number]>(
    ([first, last], line) => [Math.min(first, line), Math.max(last, line)],
    [Number.POSITIVE_INFINITY, 0]
  )
}

/** Reads a task. Failures are the whole session's: one may be resolved in a later task than it happened in. */
export const reportOf = (task: Task, findings: SessionFindings): TaskReport => {
  const calls = new Set(stepsOf(task).map(({ line }) => line))
  const [first, last] = spanOf(task)
  const own = findings.failures.filter(({ callLine }) => calls.has(callLine))
  const failures = distinctFailures(own)
  const isLeft = isCutOff(task, findings.finished)
  const { plan } = findings
  return {
    task,
    title: titleOf(task),
    outcome: outcomeOf(task, own, findings.finished),
    failures,
    resolved: distinctFailures(findings.failures).filter(
      ({ resolution }) => resolution !== undefined && resolution.line >= first && resolution.line <= last
    ),
    verifications: verificationsOf(task, findings.failures),
    changedAt: changedFilesOf(task),
    firstChange: stepsOf(task).find(isChange)?.line ?? Number.POSITIVE_INFINITY,
    isCutOff: isLeft,
    planLeft: isLeft && plan !== undefined && plan.line >= first ? plan.left : [],
    secrets: task.requests.flatMap(({ line, text }) => {
      const kinds = secretKinds(text)
      return kinds.length === 0 ? [] : [{ line, kinds }]
    }),
    paths: findings.paths,
    scripts: findings.scripts
  }
}
