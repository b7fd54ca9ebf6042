import type { AssistantPlan } from "../AssistantPlan.js"
import { distinctFailures, type Failure } from "./Failures.js"
import { type Outcome, outcomeOf, type Verification, verificationsOf, isCutOff } from "./Outcome.js"
import type { PackageScripts } from "./PackageScripts.js"
import type { ProjectPaths } from "./ProjectPaths.js"
import { secretKinds } from "./Secrets.js"
import { type Task, stepsOf } from "./Tasks.js"
import { titleOf } from "./Titles.js"

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
  readonly isCutOff: boolean
  /** What the assistant's own plan had left when the task broke off. */
  readonly planLeft: ReadonlyArray<string>
  /** The kinds of secrets that the user typed, and where. */
  readonly secrets: ReadonlyArray<{ readonly line: number; readonly kinds: ReadonlyArray<string> }>
  readonly paths: ProjectPaths
  readonly scripts: PackageScripts
}

/** What the reports of one session share. */
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
