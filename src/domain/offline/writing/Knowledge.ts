import { filesReadBy } from "./Pointers.js"
import { actsOutside } from "../commands/OutsideActs.js"
import { shownCommand } from "./ShownCommand.js"
import type { CommandStep } from "../reading/Steps.js"
import { type TaskReport } from "../judging/TaskReport.js"
import { stepsOf } from "../reading/Tasks.js"
import type { Finding } from "../judging/Findings.js"
import { inCode, quoted } from "./Wording.js"
import { fixesIn, limitsIn } from "./FixesAndLimits.js"
import { workingCommands } from "./WorkingCommands.js"

/* The reusable knowledge of a task, for later sessions. */

/**
 * Matches commands that compute something from files, such as a count with `awk`. Their form is worth keeping; merely
 * printing a file is not.
 */
const computes = /\b(?:awk|jq|uniq|xargs|sqlite3|psql|column)\b|\bsort\b.{0,40}\|/

/** A command that only read, and computed something from a file; `file` is that file. */
export interface Look {
  readonly step: CommandStep
  readonly file: string
}

/**
 * Returns the last command of a task that computed something from files it read. Empty if the task did anything but
 * read.
 */
export const looksOf = (report: TaskReport): ReadonlyArray<Look> => {
  const steps = stepsOf(report.task)
  const isComputing = (step: CommandStep): boolean =>
    step.verdict !== "failed" && computes.test(step.shown.slice(0, 400)) && !actsOutside(step.shown)
  const looks = steps.flatMap((step) => (step._tag === "CommandStep" && step.isLook ? [step] : []))
  return looks.length < steps.length
    ? []
    : looks
        .filter(isComputing)
        .flatMap((step) =>
          filesReadBy(step)
            .slice(0, 1)
            .map((file) => ({ step, file }))
        )
        .slice(-1)
}

const lookBullet = ({ file, step }: Look): string => `look into ${inCode(file, 120)}: ${shownCommand(step.shown)}`

/** Quotes a conclusion of the assistant, after the name of what it is about. */
export const findingText = ({ subject, text }: Finding): string =>
  `the assistant concluded${subject === undefined ? "" : ` of ${subject}`}: ${quoted(text, 300)}`

/** The maximum number of bullets about reusable knowledge from one task. */
const mostBullets = 10

/**
 * Lists the bullets about reusable knowledge: the commands that worked, failures with their fixes, and limits of the
 * machine. `told` has the keys of the commands that earlier tasks of the session listed; the keys of this task's
 * commands are added to it.
 */
export const reusableKnowledge = (report: TaskReport, told: Set<string>): ReadonlyArray<string> => {
  const fixes = fixesIn(report).map(({ text }) => text)
  const isInFix = (line: string): boolean =>
    line.startsWith("worked here: ") && fixes.some((fix) => fix.includes(line.slice("worked here: ".length)))
  const commands = workingCommands(report).filter(({ part, text }) => !told.has(part.key) && !isInFix(text))
  commands.forEach(({ part }) => told.add(part.key))
  const all = [
    ...commands.slice(0, 6).map(({ text }) => text),
    ...fixes.slice(0, 6),
    ...limitsIn(report)
      .slice(0, 3)
      .map(({ text }) => text),
    ...looksOf(report).map(lookBullet),
    ...report.findings.map((finding) => `${findingText(finding)} (L${finding.line})`)
  ]
  return [...new Set(all)].slice(0, mostBullets)
}
