import { tasksActedOn } from "./ActedOn.js"
import type { SessionEvidence } from "../../evidence/SessionEvidence.js"
import { distinctFailures, failuresOf } from "./Failures.js"
import { packageScripts } from "../commands/PackageScripts.js"
import { type Preference, preferencesIn } from "../wishes/Preferences.js"
import { projectPaths } from "../reading/ProjectPaths.js"
import { reportOf, type TaskReport } from "./TaskReport.js"
import { stepsOf, tasksOf } from "../reading/Tasks.js"
import { stateAtEnd } from "../changes/StateAtEnd.js"
import { taskDefinitions } from "../changes/TaskDefinitions.js"
import { undoneChanges } from "../changes/UndoneChanges.js"

/** A session, judged by rule: the input for the trace memory and the facts that are written from it. */
export interface SessionReport {
  readonly reports: ReadonlyArray<TaskReport>
  /** The wishes of the user that hold beyond their task. */
  readonly preferences: ReadonlyArray<Preference>
}

const judge = (cwd: string, evidence: SessionEvidence): SessionReport | undefined => {
  const context = {
    directory: evidence.directory,
    paths: projectPaths(cwd),
    scripts: packageScripts(evidence.events)
  }
  const tasks = tasksOf(evidence.events, context)
  const steps = tasks.flatMap(stepsOf)
  const undone = undoneChanges(steps)
  const failures = failuresOf(steps, undone)
  const resolved = distinctFailures(failures).filter(({ resolution }) => resolution !== undefined)
  const definitions = taskDefinitions(steps)
  const findings = {
    failures,
    resolved,
    steps,
    undone,
    finished: evidence.finished,
    plan: evidence.plan,
    actedOn: tasksActedOn(tasks),
    definitions,
    atEnd: stateAtEnd(steps, definitions),
    ...context
  }
  const preferences = preferencesIn(tasks.flatMap(({ requests }) => requests))
  return tasks.length === 0 || (evidence.onlyReadMemory === true && preferences.length === 0)
    ? undefined
    : { reports: tasks.map((task) => reportOf(task, findings)), preferences }
}

/**
 * The reports of sessions that are being read. The trace and the facts of a session are written from the same report.
 */
const judged = new WeakMap<SessionEvidence, { readonly cwd: string; readonly report: SessionReport | undefined }>()

/**
 * Judges a session by rule. Undefined if nothing is worth remembering: it has no work and no request but a greeting, or
 * it only read memory.
 */
export const readSession = (cwd: string, evidence: SessionEvidence): SessionReport | undefined => {
  const known = judged.get(evidence)
  if (known?.cwd === cwd) {
    return known.report
  }
  const report = judge(cwd, evidence)
  judged.set(evidence, { cwd, report })
  return report
}
