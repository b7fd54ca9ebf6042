import type { ThreadRecord } from "./Extraction.js"
import { exactTime } from "../../cli/terminal/ReadableTime.js"
import { type StateContext, stateOf } from "./ThreadState.js"

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

const count = (counts: Map<string, number>, reason: string): void => {
  counts.set(reason, (counts.get(reason) ?? 0) + 1)
}

/** Counts all threads by state. Fresh threads come as totals, since only the others have to be judged one by one. */
export const threadStates = (
  fresh: { readonly threads: number; readonly learned: number; readonly nothing: number },
  others: ReadonlyArray<ThreadRecord>,
  context: StateContext
): ThreadStates => {
  const waiting = new Map<string, number>()
  const outside = new Map<string, number>()
  const backingOff: Array<ThreadStates["backingOff"][number]> = []
  const quarantined: Array<ThreadStates["quarantined"][number]> = []
  for (const record of others) {
    const { id: threadId, rolloutPath } = record.thread
    const state = stateOf(record, context)
    switch (state._tag) {
      case "BackingOff":
        backingOff.push({ threadId, rolloutPath, until: exactTime(state.until), error: state.error })
        break
      case "Quarantined":
        quarantined.push({ threadId, rolloutPath, error: state.error })
        break
      case "Waiting":
        count(waiting, state.reason)
        break
      case "Outside":
        count(outside, state.reason)
        break
      default:
        break
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
