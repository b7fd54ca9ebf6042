import type { SessionEvent } from "../session/SessionEvent.js"
import { counted } from "../text/Counted.js"
import { exactTime } from "../text/ExactTime.js"
import { agentOf, type Thread } from "../thread/Thread.js"
import { projectName } from "../thread/WorkingDirectory.js"
import { endingOf, type SessionEvidence } from "./SessionEvidence.js"

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Words for a duration in milliseconds, in the unit that suits it. */
const durationText = (milliseconds: number): string =>
  milliseconds < minute
    ? "less than a minute"
    : milliseconds < 2 * hour
      ? counted(Math.round(milliseconds / minute), "minute", "minutes")
      : milliseconds < 2 * day
        ? counted(Math.round(milliseconds / hour), "hour", "hours")
        : counted(Math.round(milliseconds / day), "day", "days")

/** The times of the first and of the last event, in Unix milliseconds; those of the thread if no event has a time. */
const spanOf = (events: ReadonlyArray<SessionEvent>, { createdAt, updatedAt }: Thread) => {
  const times = events.flatMap(({ time }) => (time === undefined ? [] : [time]))
  return times.length === 0
    ? { start: createdAt, end: updatedAt }
    : {
        start: times.reduce((first, time) => Math.min(first, time)),
        end: times.reduce((last, time) => Math.max(last, time))
      }
}

/**
 * Describes a session for a model in one line for each value: its project, directory, branch and commit, start,
 * duration, ending and agent. A value that the session does not record has no line.
 */
export const sessionHeader = (thread: Thread, evidence: SessionEvidence): string => {
  const { cwd, gitBranch, gitSha } = thread
  const { end, start } = spanOf(evidence.events, thread)
  const commit = gitSha === null ? "" : gitSha.slice(0, 7)
  const values: ReadonlyArray<readonly [string, string]> = [
    ["project", cwd === null ? "" : projectName(cwd)],
    ["directory", cwd ?? ""],
    ["branch", gitBranch === null ? "" : commit === "" ? gitBranch : `${gitBranch} at ${commit}`],
    ["commit", gitBranch === null ? commit : ""],
    ["start", exactTime(start)?.replace(/:\d\d\.\d+Z$/, "Z") ?? ""],
    ["duration", durationText(Math.max(0, end - start))],
    ["ended", endingOf(evidence)],
    ["agent", agentOf(thread)]
  ]
  return values
    .flatMap(([name, value]) => (value === "" ? [] : [`- ${name}: ${value.replace(/\s+/g, " ")}`]))
    .join("\n")
}
