import type { SessionEvent } from "../session/SessionEvent.js"

/**
 * The unfinished part of the assistant's last plan. It states the assistant's view of its own work, which proves
 * nothing.
 */
export interface AssistantPlan {
  /** The line of the session's file with the call that stored the plan. */
  readonly line: number
  /** The steps that are not marked as done, in order. */
  readonly left: ReadonlyArray<string>
}

/** The events of a session, with the facts that a reader needs beside them. */
export interface SessionEvidence {
  /**
   * The events in the session's order, without turns that were undone and without events copied from another session.
   */
  readonly events: ReadonlyArray<SessionEvent>
  /** True if the newest turn ended; undefined if the record does not say. See {@link hasFinished}. */
  readonly finished: boolean | undefined
  /** The directory that the session began in, as the record names it. */
  readonly directory?: string
  /** The assistant's last plan; undefined if it stored none. */
  readonly plan?: AssistantPlan
  /** True if the session only read memory. Such a session learned nothing of its own. */
  readonly onlyReadMemory?: boolean
}

/**
 * Determines whether the newest turn of a session ended: true after its end, its interruption or a final answer, false
 * after an answer that is known not to be final. Otherwise false if `recordsEnds` says that this record has a line for
 * each end, and undefined if it may lack one.
 */
export const hasFinished = (events: ReadonlyArray<SessionEvent>, recordsEnds: boolean): boolean | undefined => {
  const last = events.findLast(({ _tag }) => _tag !== "Compaction")
  switch (last?._tag) {
    case undefined:
      return undefined
    case "TurnEnd":
    case "Interruption":
      return true
    case "AssistantText":
      return last.isFinal
    default:
      return recordsEnds ? false : undefined
  }
}
