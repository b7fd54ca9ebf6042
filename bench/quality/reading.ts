import { looked, manyLines, type QualityProject, type QualitySession, type Step } from "./session.js"

/** The lines of a file above and below those that a session changes. */
const linesAround = 70

const fileText = (path: string, before: string): string => {
  const around = (from: number) =>
    manyLines(
      linesAround,
      (line) => `    ${path.split("/").at(-1)} ${from + line}: value_${(from + line) * 7} of the table`
    )
  return `${around(0)}\n${before}\n${around(linesAround)}\n`
}

/** The reads of files that a session changes; each is read once. */
const readsOf = ({ steps }: QualitySession): ReadonlyArray<Step> => {
  const changed = steps.flatMap((step) => (step._tag === "Patched" ? step.changes : []))
  const read = new Map(
    changed.flatMap((change): ReadonlyArray<readonly [string, string]> =>
      change._tag === "Update" ? [[change.path, change.before]] : []
    )
  )
  return [...read].map(([path, before]) => looked(`sed -n '1,200p' ${path}`, fileText(path, before)))
}

const historyText = ({ name }: QualityProject): string =>
  manyLines(
    30,
    (number) => `${(number * 7_919_113).toString(16).padStart(7, "0")} ${name}: step ${number} of the plan\n`
  )

/** Adds what an agent reads before its first change: the history, the list of files, and each file that it will change. */
const withReads = (project: QualityProject, session: QualitySession): QualitySession => {
  const first = session.steps.findIndex(({ _tag }) => _tag === "Patched")
  if (first < 0) {
    return session
  }
  return {
    ...session,
    steps: [
      ...session.steps.slice(0, first),
      looked("git log --oneline -n 30", historyText(project)),
      looked(
        "rg --files",
        manyLines(60, (number) => `part${number % 7}/module${number}/unit_${number}.txt`)
      ),
      ...readsOf(session),
      ...session.steps.slice(first)
    ]
  }
}

/** Returns a project whose sessions read the files before they change them, as agents do. */
export const withReading = (project: QualityProject): QualityProject => ({
  ...project,
  sessions: project.sessions.map((session) => withReads(project, session))
})
