import { byteLength } from "../../text/ByteBudget.js"
import { endingOf, type SessionEvidence } from "../../evidence/SessionEvidence.js"
import type { StageOneOutput } from "../../memory/StageOneOutput.js"
import { projectName } from "../../thread/WorkingDirectory.js"
import { constraintsIn } from "../wishes/TaskWishes.js"
import { headingOf, summaryOf, worthOf } from "./Headline.js"
import { keySteps } from "./KeySteps.js"
import { reusableKnowledge } from "./Knowledge.js"
import { openEnds } from "./OpenEnds.js"
import { pointersOf } from "./Pointers.js"
import type { Preference } from "../wishes/Preferences.js"
import { readSession } from "../judging/SessionReport.js"
import type { TaskReport } from "../judging/TaskReport.js"
import { counted, plainLine, quoted } from "./Wording.js"

/** The directory, branch and commit of a session, as far as its rollout names them. */
export interface OfflineSession {
  readonly cwd: string
  readonly gitBranch: string | undefined
  readonly gitSha: string | undefined
}

/** The maximum number of tasks that a trace memory describes. */
const mostTasks = 10

/** The maximum size of a trace memory in UTF-8 bytes. The least important tasks are dropped until the rest fits. */
const mostBytes = 24_000

const nothing: StageOneOutput = { traceMemory: "", summary: "" }

const bullets = (lines: ReadonlyArray<string>, otherwise: string): string =>
  (lines.length === 0 ? [otherwise] : lines).map((line) => `- ${line}`).join("\n")

/** The number of tasks, the most important ones, that are told in full if a session has more. */
const fullTasks = 3

/** True if a task only asked something, and left nothing that a later session could use. */
const isPassing = (report: TaskReport): boolean =>
  report.outcome === "uncertain" &&
  report.changedAt.size + report.failures.length + report.verifications.length + report.findings.length === 0 &&
  report.task.requests.every(({ kind }) => kind !== "answer" && kind !== "note") &&
  constraintsIn(report.task.requests).length + openEnds(report).length === 0

const taskSection = (report: TaskReport, said: Set<string>, told: Set<string>, isShort: boolean): string => {
  const knowledge = reusableKnowledge(report, told).filter((line) => !said.has(line))
  knowledge.forEach((line) => said.add(line))
  return `## Task: ${report.title}
Outcome: ${report.outcome}
Key steps:
${bullets(keySteps(report, isShort), "none recorded")}
Things that did not work / things that can be improved:
${bullets(openEnds(report), "none left open")}
Reusable knowledge:
${bullets(knowledge, "none")}
Pointers and references (annotate why each item matters):
${bullets(pointersOf(report), "none")}`
}

const preferenceText = (preferences: ReadonlyArray<Preference>): string =>
  preferences.length === 0
    ? "User preferences: none observed"
    : `User preferences:\n${preferences.map(({ line, text }) => `- ${quoted(text, 160)} (L${line})`).join("\n")}`

const contextText = (session: OfflineSession, evidence: SessionEvidence): string => {
  const branch = session.gitBranch === undefined ? "" : `, branch ${plainLine(session.gitBranch, 80)}`
  const commit = session.gitSha === undefined ? "" : ` at ${plainLine(session.gitSha, 80).slice(0, 7)}`
  const place = `${plainLine(projectName(session.cwd), 80) || "unknown directory"}${branch}${commit === "" || branch !== "" ? commit : `,${commit}`}`
  const turns = evidence.events.filter(({ _tag }) => _tag === "UserText").length
  const commands = evidence.events.filter(({ _tag }) => _tag === "CommandRun").length
  return `${place}; ${counted(turns, "user turn")}, ${counted(commands, "command")}, ${endingOf(evidence)}`
}

const chosen = (reports: ReadonlyArray<TaskReport>, count: number): ReadonlyArray<TaskReport> => {
  const best = reports
    .map((report, index) => ({ report, index, worth: worthOf(report) }))
    .toSorted((one, other) => other.worth - one.worth || other.index - one.index)
    .slice(0, count)
  const kept = new Set(best.map(({ report }) => report))
  return reports.filter((report) => kept.has(report))
}

/**
 * Writes the trace memory and the summary of one session from its events, without a model. Both are empty if the
 * session has nothing to remember: no work and no request but a greeting, or only reads of memory.
 */
export const extractTrace = (session: OfflineSession, evidence: SessionEvidence): StageOneOutput => {
  const read = readSession(session.cwd, evidence)
  if (read === undefined) {
    return nothing
  }
  const { preferences, reports } = read
  const worthTelling =
    reports.length > fullTasks ? reports.filter((report) => report.task.isLast || !isPassing(report)) : reports
  const heading = `# ${headingOf(reports, preferences)}`
  const write = (count: number): string => {
    const told = chosen(worthTelling, count)
    const full = new Set(chosen(told, fullTasks))
    const left = reports.length - told.length
    const more = left === 0 ? "" : `; ${counted(left, "smaller request")} not told here`
    const said = new Set<string>()
    const known = new Set<string>()
    return [
      `${heading}\nTrace context: ${contextText(session, evidence)}${more}\n${preferenceText(preferences)}`,
      ...told.map((report) => taskSection(report, said, known, !full.has(report)))
    ].join("\n\n")
  }
  let count = Math.min(mostTasks, worthTelling.length)
  let traceMemory = write(count)
  while (count > 1 && byteLength(traceMemory) > mostBytes) {
    count--
    traceMemory = write(count)
  }
  return { traceMemory, summary: summaryOf(reports, preferences) }
}
