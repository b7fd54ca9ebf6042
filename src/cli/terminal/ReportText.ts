import { counted } from "../../domain/text/Counted.js"
import { renderUnknown } from "../../domain/session/codex/UnknownLine.js"
import type { PassReport } from "../../domain/report/Report.js"
import { projectName } from "../../domain/thread/WorkingDirectory.js"

/** Additional information for rendering a report. */
export interface ReportContext {
  readonly memoriesHome: string
  /** The heading of each trace file: a sentence about the session. */
  readonly headings: ReadonlyMap<string, string>
  /** The `minIdle` setting as a person writes it. */
  readonly minIdle: string
  readonly bold: (text: string) => string
}

/** Maximum number of traces that the report names for a project. Further traces are counted. */
const namedTraces = 5

const reasons: { readonly [reason: string]: string } = {
  idle: "still being written to, or until lately",
  claimed: "being read by another pass",
  backoff: "failed before and wait to be tried again",
  quarantined: "set aside because they failed too often, or cannot be read",
  budget: "beyond what this pass may spend",
  ignored: "named in the ignore file",
  "sub-agent": "of sub-agents",
  source: "of sources that do not become memory",
  "memory-disabled": "recorded with memory switched off",
  agent: "of agents that MEMORIES_AGENTS must name before a model sees them",
  provider: "recorded with another provider"
}

const sessionsOf = (report: PassReport): string =>
  [
    counted(report.threads, "session", "sessions"),
    `${new Set(report.extracted.map(({ threadId }) => threadId)).size} learned from now`,
    ...(report.noOutput.length > 0 ? [`${report.noOutput.length} with nothing worth keeping`] : []),
    ...(report.skipped.length + report.waiting > 0 ? [`${report.skipped.length + report.waiting} left for later`] : []),
    ...(report.subAgents > 0 ? [`${report.subAgents} of sub-agents`] : []),
    ...(report.failed.length > 0 ? [`${report.failed.length} failed`] : [])
  ].join(", ")

/** Renders the number of skipped lines that a newer version of an agent wrote. */
const unknownLines = ({ unknownLines }: PassReport): ReadonlyArray<string> =>
  unknownLines.length === 0
    ? []
    : ["", `Lines of types that this version does not know were skipped: ${renderUnknown(unknownLines)}.`]

const outcomes = {
  published: "consolidated",
  unchanged: "as it was",
  locked: "being consolidated by another pass",
  failed: "not consolidated"
} as const

const projectLines = (report: PassReport, context: ReportContext): ReadonlyArray<string> => {
  const cwds = [...new Set([...report.consolidated, ...report.extracted].map(({ cwd }) => cwd))].sort()
  return cwds.flatMap((cwd) => {
    const learned = report.extracted.filter((trace) => trace.cwd === cwd)
    const consolidated = report.consolidated.find((project) => project.cwd === cwd)
    const memoryRoot = consolidated?.memoryRoot ?? learned[0]?.memoryRoot ?? ""
    const rest = learned.length - namedTraces
    return [
      "",
      `${context.bold(projectName(cwd))}  ${cwd}`,
      ...learned.slice(0, namedTraces).map(({ traceFile }) => `  - ${context.headings.get(traceFile) ?? traceFile}`),
      ...(rest > 0 ? [`  - and ${counted(rest, "more session", "more sessions")}`] : []),
      ...(consolidated === undefined
        ? []
        : consolidated.outcome === "failed"
          ? [`  not consolidated: ${consolidated.error?.message ?? "for an unknown reason"}`]
          : [`  ${outcomes[consolidated.outcome]}: ${memoryRoot}/MEMORY.md`])
    ]
  })
}

/** Renders how many quotations in a model's answers do not occur in the sessions that they claim to quote. */
const groundingLines = (report: PassReport): ReadonlyArray<string> => {
  const all = report.extracted.flatMap(({ grounding }) => (grounding === undefined ? [] : [grounding]))
  const items = all.reduce((sum, grounding) => sum + grounding.items, 0)
  const grounded = all.reduce((sum, grounding) => sum + grounding.grounded, 0)
  return items === grounded
    ? []
    : ["", `${items - grounded} of ${items} quotations are not in their sessions and are marked (unverified).`]
}

const waitingLines = (report: PassReport, context: ReportContext): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  for (const { reason } of report.skipped) {
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return counts.size + report.waiting === 0
    ? []
    : [
        "",
        context.bold("Left for later"),
        ...(report.waiting > 0 ? [`  ${report.waiting} wait for their turn: run again, or pass --all`] : []),
        ...[...counts].map(
          ([reason, count]) =>
            `  ${count} ${reasons[reason] ?? reason}${reason === "idle" ? ` (in the last ${context.minIdle})` : ""}`
        )
      ]
}

const failureLines = (report: PassReport, context: ReportContext): ReadonlyArray<string> =>
  report.failed.length === 0
    ? []
    : [
        "",
        context.bold("Failed"),
        ...report.failed.map(({ error, rolloutPath }) =>
          error.message.includes(rolloutPath) ? `  ${error.message}` : `  ${rolloutPath}\n    ${error.message}`
        )
      ]

/** Returns the file to open first: the memory of the project with the most new traces. */
const firstFile = (report: PassReport): string | undefined => {
  const published = report.consolidated.filter(({ outcome }) => outcome === "published")
  const learned = (cwd: string) => report.extracted.filter((trace) => trace.cwd === cwd).length
  const best = published.reduce<(typeof published)[number] | undefined>(
    (most, project) => (most === undefined || learned(project.cwd) > learned(most.cwd) ? project : most),
    undefined
  )
  return best === undefined ? undefined : `${best.memoryRoot}/MEMORY.md`
}

const didNothing = (report: PassReport): boolean =>
  report.waiting +
    report.extracted.length +
    report.noOutput.length +
    report.failed.length +
    report.consolidated.length ===
  0

/**
 * Renders a report for people: the sessions found, the new memories of each project with their files, and the failures.
 */
export const renderReport = (report: PassReport, context: ReportContext): string => {
  const first = firstFile(report)
  return [
    didNothing(report)
      ? `Nothing to do: ${counted(report.threads, "session", "sessions")} indexed, no session has anything new.`
      : `${sessionsOf(report)}.`,
    ...projectLines(report, context),
    ...groundingLines(report),
    ...unknownLines(report),
    ...waitingLines(report, context),
    ...failureLines(report, context),
    "",
    first === undefined ? `Memories are in ${context.memoriesHome}` : `Open first: ${first}`
  ].join("\n")
}
