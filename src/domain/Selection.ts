import * as Schema from "effect/Schema"
import { isSameFailedContent, type ThreadRecord } from "./Extraction.js"
import { mayBeSentTo } from "./Provider.js"
import type { Thread } from "./Thread.js"
import { withheldFor } from "./Withheld.js"

/** Why a thread that has something to teach is left for later. */
export const SkipReason = Schema.Literal(
  "idle",
  "claimed",
  "backoff",
  "quarantined",
  "budget",
  "ignored",
  "memory-disabled",
  "provider"
)

/** Why a thread that has something to teach is left for later. */
export type SkipReason = typeof SkipReason.Type

/** What selection compares threads with. Times are Unix milliseconds. */
export interface SelectionContext {
  readonly now: number
  /** How long a thread must have been silent, in milliseconds. */
  readonly minIdle: number
  /** The session that runs this pass: it is still being written. */
  readonly currentThread: string | undefined
  /** The only provider whose sessions may be read; undefined where all may. */
  readonly provider?: string | undefined
}

/** What is decided of one thread: it may be taken, it waits for a reason, or it is none of this pass's business. */
export type Verdict = "eligible" | "current" | SkipReason

/** When a thread was last written to, as far as `now` can believe it: the file's time where the record is of the future. */
const lastWritten = (thread: Thread, now: number): number =>
  thread.updatedAt > now ? thread.rolloutModifiedAt : thread.updatedAt

/** What is decided of one thread that is not fresh. */
export const judge = (record: ThreadRecord, context: SelectionContext): Verdict => {
  const { extraction, thread } = record
  if (thread.id === context.currentThread) {
    return "current"
  }
  const reason = withheldFor(thread)
  if (reason !== undefined) {
    return reason
  }
  if (context.now - lastWritten(thread, context.now) < context.minIdle) {
    return "idle"
  }
  if (extraction.claimOwner !== null && (extraction.claimExpiresAt ?? 0) > context.now) {
    return "claimed"
  }
  if (!mayBeSentTo(context.provider, thread)) {
    return "provider"
  }
  // Where only the hash can tell whether the content is new, whoever reads the rollout finds out.
  if (isSameFailedContent(record) !== "yes") {
    return "eligible"
  }
  if (extraction.isQuarantined) {
    return "quarantined"
  }
  return (extraction.retryAt ?? 0) > context.now ? "backoff" : "eligible"
}

/** The threads of a pass. */
export interface Selection {
  readonly candidates: ReadonlyArray<Thread>
  readonly skipped: ReadonlyArray<{ readonly thread: Thread; readonly reason: SkipReason }>
}

const isRetry = (record: ThreadRecord): boolean => isSameFailedContent(record) !== "no"

const byUpdateDescending = (left: ThreadRecord, right: ThreadRecord): number =>
  right.thread.updatedAt - left.thread.updatedAt || (left.thread.id < right.thread.id ? 1 : -1)

/**
 * Takes at most `limit` of the threads that are not fresh. Half of the places, rounded up, go to the newest eligible
 * threads, the rest to those that waited longest, so that a backlog drains however much arrives; what was never tried goes
 * before what failed. The order of the candidates is newest first; ties by id, descending.
 */
export const select = (records: ReadonlyArray<ThreadRecord>, limit: number, context: SelectionContext): Selection => {
  const judged = records.map((record) => ({ record, verdict: judge(record, context) }))
  const eligible = judged.flatMap(({ record, verdict }) => (verdict === "eligible" ? [record] : []))
  const firstTries = eligible.filter((record) => !isRetry(record)).sort(byUpdateDescending)
  const retries = eligible.filter(isRetry).sort(byUpdateDescending)
  const taken = [...takeBothEnds(firstTries, limit)]
  const candidates = [...taken, ...takeBothEnds(retries, limit - taken.length)]
  return {
    candidates: candidates.sort(byUpdateDescending).map(({ thread }) => thread),
    skipped: judged.flatMap(({ record, verdict }) =>
      verdict === "eligible" || verdict === "current" ? [] : [{ thread: record.thread, reason: verdict }]
    )
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
