import type { SessionEvent } from "../session/SessionEvent.js"

/** The plan that the assistant noted last, as far as it was not done. It is the assistant's word on its own work. */
export interface AssistantPlan {
  /** The line of the call. */
  readonly line: number
  /** The steps that were not marked as done, in order. */
  readonly left: ReadonlyArray<string>
}

/** The events of a session, and what a reader without a model needs beside them. */
export interface SessionEvidence {
  /** In the session's order; turns that were taken back and events copied from another session are not among them. */
  readonly events: ReadonlyArray<SessionEvent>
  /** True if the newest turn came to an end; undefined where the record does not tell. See {@link hasFinished}. */
  readonly finished: boolean | undefined
  /** The directory that the session began in, as its record has it. */
  readonly directory?: string
  /** Undefined where none was noted. */
  readonly plan?: AssistantPlan
  /** True if memory was read, and nothing else was done: such a session has learned nothing by what it was told. */
  readonly onlyReadMemory?: boolean
}

/**
 * Tells if the newest turn of a session came to an end. It did when its end, its interruption or the final answer is told;
 * it did not when something was under way and `recordsEnds` says that the record would have told.
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
