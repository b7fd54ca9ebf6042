import type { ProjectMemories } from "./program.js"
import { sessionText } from "./score.js"
import type { GoldFailure, QualityProject, QualitySession } from "./session.js"

/** Writes the text of a session's memory without understanding the session. */
type Method = (project: QualityProject, session: QualitySession) => string

/** The size of the start and the end of a session that the first baseline keeps. In bytes. */
const [startBytes, endBytes] = [5_000, 10_000]

const headAndTail: Method = (project, session) => {
  const bytes = Buffer.from(sessionText(project, session))
  return bytes.length <= startBytes + endBytes
    ? bytes.toString()
    : `${bytes.subarray(0, startBytes).toString()}\n…\n${bytes.subarray(bytes.length - endBytes).toString()}`
}

const allCommands: Method = (_, { steps }) =>
  steps
    .flatMap((step) => (step._tag === "Ran" ? [`[exit ${step.exitCode}] ${step.command.replace(/\s+/g, " ")}`] : []))
    .join("\n")

const allFiles: Method = (_, { steps }) =>
  steps
    .flatMap((step) => (step._tag === "Patched" ? step.changes : []))
    .map((change) => `- \`${change._tag === "Move" ? change.to : change.path}\``)
    .join("\n")

const allUserTurns: Method = (_, { steps }) =>
  steps
    .flatMap((step) =>
      step._tag === "Asked"
        ? [step.text]
        : step._tag === "Answered"
          ? [step.answer, step.note ?? ""]
          : step._tag === "Goal"
            ? [step.objective]
            : []
    )
    .map((text) => `- ${text.replace(/\s+/g, " ")}`)
    .join("\n")

const failureLine = ({ error, fix }: GoldFailure): string => `- ${error}: fixed by ${fix.join(", ")}`

const goldTrace: Method = (
  _,
  { gold: { commands = [], failures = [], files = [], notes = [], outcomes, wishes = [] } }
) =>
  [
    `Outcome: ${outcomes[0] ?? ""}`,
    ...wishes.map(({ words }) => `- ${words}`),
    ...failures.map(failureLine),
    ...notes.map(({ words }) => `- ${words}`),
    ...commands.map((command) => `- ${command}`),
    ...files.map((path) => `- ${path}`)
  ].join("\n")

const goldMemory = (sessions: ReadonlyArray<QualitySession>): string => {
  const withdrawn = new Set(sessions.flatMap(({ gold }) => gold.supersedes ?? []))
  const lines = sessions
    .toReversed()
    .flatMap(({ gold: { commands = [], failures = [], files = [], notes = [], wishes = [] } }) => [
      ...wishes.filter(({ lasts, words }) => lasts && !withdrawn.has(words)).map(({ words }) => `- ${words}`),
      ...failures.map(failureLine),
      ...notes.map(({ words }) => `- ${words}`),
      ...[...commands, ...files].map((name) => `- ${name}`)
    ])
  return [...new Set(lines)].join("\n")
}

/** Memory by a method: of a project, the texts of its sessions, newest first. */
const by =
  (method: Method) =>
  (project: QualityProject): ProjectMemories => {
    const traces = project.sessions.map((session) => method(project, session))
    return {
      traces,
      memories: traces.map((_, index) =>
        traces
          .slice(0, index + 1)
          .toReversed()
          .join("\n")
      )
    }
  }

/** Writes the gold itself: the upper bound of the scores. */
export const theGold = (project: QualityProject): ProjectMemories => ({
  ...by(goldTrace)(project),
  memories: project.sessions.map((_, index) => goldMemory(project.sessions.slice(0, index + 1)))
})

/** The methods that the program is compared with, by name. */
export const baselines: ReadonlyMap<string, (project: QualityProject) => ProjectMemories> = new Map([
  ["start and end of the session", by(headAndTail)],
  ["all commands", by(allCommands)],
  ["all edited files", by(allFiles)],
  ["all words of the user", by(allUserTurns)],
  ["the gold itself", theGold]
])
