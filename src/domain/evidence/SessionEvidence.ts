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

/** True for a command, an edit or a call of a tool whose end or result the record does not have. */
export const isUnderWay = (event: SessionEvent): boolean =>
  event._tag === "CommandRun"
    ? event.output === undefined || event.output.end === "running"
    : event._tag === "FileEdit"
      ? event.end === "unknown"
      : event._tag === "ToolUse" && !event.hasEnded

/** The lines about turns that a record has, beside the events. */
export interface RecordedTurns {
  /** True if the record has a line, or a mark on an answer, for each end of a turn. */
  readonly recordsEnds: boolean
  /** True if a line records that the newest turn began, and none that it ended. */
  readonly isOpen: boolean
}

/**
 * Determines whether the newest turn of a session ended: true after its end, its interruption or a final answer; false
 * after an answer that is known not to be final, and if something was under way at the end of the record, such as a
 * request, a command or a turn that is known to have begun. Undefined if the record does not say, as after a command
 * that ended.
 */
export const hasFinished = (
  events: ReadonlyArray<SessionEvent>,
  { isOpen, recordsEnds }: RecordedTurns
): boolean | undefined => {
  const last = events.findLast(({ _tag }) => _tag !== "Compaction")
  if (last === undefined) {
    return undefined
  }
  switch (last._tag) {
    case "TurnEnd":
    case "Interruption":
      return true
    case "AssistantText":
      return last.isFinal
    case "UserText":
      return recordsEnds ? false : undefined
    default:
      return isOpen || (recordsEnds && isUnderWay(last)) ? false : undefined
  }
}

/** Says how a session ended, as far as its record says it. */
export const endingOf = ({ events, finished }: SessionEvidence): string => {
  const last = events.findLast(({ _tag }) => _tag !== "Compaction")
  return last?._tag === "Interruption"
    ? last.provenance === "user"
      ? "interrupted by the user"
      : "stopped by the harness"
    : finished === undefined
      ? "end not recorded"
      : finished
        ? "finished"
        : "broke off in the middle of a turn"
}
