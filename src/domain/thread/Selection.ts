import { isSameFailedContent, type ThreadRecord } from "./Extraction.js"
import { judge, reportedReason, type RuleContext } from "./LearningRules.js"
import { newestFirst } from "./NewestFirst.js"
import type { Thread } from "./Thread.js"
import type { WhyNot } from "./WhyNot.js"

/** The threads that a pass reads, and those that it skips, each with the reason. */
export interface Selection {
  readonly candidates: ReadonlyArray<Thread>
  readonly skipped: ReadonlyArray<{ readonly thread: Thread; readonly reason: WhyNot }>
}

/**
 * True if a pass may read a thread. A thread whose file could not be read is tried again, since opening it costs
 * nothing.
 */
export const isCandidate = (record: ThreadRecord, context: RuleContext): boolean => {
  const verdict = judge(record, context)
  return verdict === "eligible" || (verdict === "quarantined" && record.extraction.failedHash === null)
}

const isRetry = (record: ThreadRecord): boolean => isSameFailedContent(record) !== "no"

const byUpdateDescending = newestFirst(({ thread }: ThreadRecord) => [thread.updatedAt, thread.id])

/**
 * Selects at most `limit` of the threads that may be learned from. Half of the places, rounded up, go to the newest
 * ones, the rest to those that waited longest, so that a backlog shrinks however many sessions arrive. Untried threads
 * come before failed ones. The candidates are ordered newest first, ties by id in descending order.
 */
export const select = (records: ReadonlyArray<ThreadRecord>, limit: number, context: RuleContext): Selection => {
  const eligible = records.filter((record) => isCandidate(record, context))
  const firstTries = eligible.filter((record) => !isRetry(record)).sort(byUpdateDescending)
  const retries = eligible.filter(isRetry).sort(byUpdateDescending)
  const taken = [...takeBothEnds(firstTries, limit)]
  const candidates = [...taken, ...takeBothEnds(retries, limit - taken.length)]
  return {
    candidates: candidates.sort(byUpdateDescending).map(({ thread }) => thread),
    skipped: records.flatMap((record) => {
      const reason = isCandidate(record, context) ? undefined : reportedReason(record, context)
      return reason === undefined ? [] : [{ thread: record.thread, reason }]
    })
  }
}

const takeBothEnds = <A>(newestFirst: ReadonlyArray<A>, limit: number): ReadonlyArray<A> => {
  if (newestFirst.length <= limit) {
    return newestFirst
  }
  const newest = Math.ceil(limit / 2)
  const longestWaiting = limit - newest
  return [...newestFirst.slice(0, newest), ...newestFirst.slice(newestFirst.length - longestWaiting)]
}
