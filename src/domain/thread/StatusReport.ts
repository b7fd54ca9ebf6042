import { exactTime } from "../text/ExactTime.js"
import type { ThreadRecord } from "./Extraction.js"
import { judge, type RuleContext, type Verdict } from "./LearningRules.js"

/** Numbers of threads by state; threads that failed are listed one by one. Times are RFC 3339. */
export interface ThreadStates {
  readonly total: number
  readonly learned: number
  readonly nothing: number
  /** The numbers of threads that wait, by reason. */
  readonly waiting: { readonly [reason: string]: number }
  readonly backingOff: ReadonlyArray<{
    readonly threadId: string
    readonly rolloutPath: string
    readonly until: string | null
    readonly error: string
  }>
  readonly quarantined: ReadonlyArray<{
    readonly threadId: string
    readonly rolloutPath: string
    readonly error: string
  }>
  /** The numbers of threads that no pass reads, by reason. */
  readonly outside: { readonly [reason: string]: number }
}

/** Reasons that exclude a session until a person changes a file or a setting. */
const outsideReasons: ReadonlySet<Verdict> = new Set<Verdict>([
  "archived",
  "ignored",
  "memory-disabled",
  "sub-agent",
  "source",
  "missing"
])

/**
 * Counts all threads by state. The counts of threads that were learned from are given, since only the others have to be
 * judged one by one.
 */
export const threadStates = (
  fresh: { readonly threads: number; readonly learned: number; readonly nothing: number },
  others: ReadonlyArray<ThreadRecord>,
  context: RuleContext
): ThreadStates => {
  const waiting = new Map<string, number>()
  const outside = new Map<string, number>()
  const backingOff: Array<ThreadStates["backingOff"][number]> = []
  const quarantined: Array<ThreadStates["quarantined"][number]> = []
  for (const record of others) {
    const { extraction, thread } = record
    const { id: threadId, rolloutPath } = thread
    const error = extraction.errorMessage ?? extraction.errorTag ?? ""
    const verdict = judge(record, context)
    switch (verdict) {
      case "backoff":
        backingOff.push({ threadId, rolloutPath, until: exactTime(extraction.retryAt ?? context.now), error })
        break
      case "quarantined":
        quarantined.push({ threadId, rolloutPath, error })
        break
      case "fresh":
        break
      default: {
        const counts = outsideReasons.has(verdict) ? outside : waiting
        counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
      }
    }
  }
  return {
    total: fresh.threads,
    learned: fresh.learned,
    nothing: fresh.nothing,
    waiting: Object.fromEntries(waiting),
    backingOff,
    quarantined,
    outside: Object.fromEntries(outside)
  }
}
