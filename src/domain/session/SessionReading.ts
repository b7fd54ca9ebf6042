import type { SessionEvidence } from "../evidence/SessionEvidence.js"
import type { SafeText } from "../privacy/SafeText.js"
import type { ThreadFacts } from "../thread/ThreadFacts.js"
import type { UnknownLines } from "./codex/UnknownLine.js"
import type { SessionEvent } from "./SessionEvent.js"
import type { SessionLine } from "./SessionLine.js"

/** A session as a model is shown it. */
export interface SessionRendering {
  /** A JSON array of what happened, within the limit. */
  readonly text: SafeText
  /** Number of items that were to be shown. */
  readonly items: number
  /** Size of the whole array in UTF-8 bytes; larger than the text's own size if it was cut. */
  readonly bytes: number
}

/** The result of reading a whole session. */
export interface SessionReading {
  readonly facts: ThreadFacts
  readonly evidence: SessionEvidence
  readonly rendering: SessionRendering
  /** Number of lines that are not valid JSON; they were skipped. */
  readonly malformedLines: number
  /** Lines of unknown types, by type; they were skipped too. Empty for a file that is no session's. */
  readonly unknownLines: UnknownLines
}

/** Reads the lines of one session, in file order. */
export interface SessionReader {
  /** Adds the next line. */
  readonly add: (line: SessionLine) => void
  /** Returns the result of the lines so far. */
  readonly result: () => SessionReading
}

/**
 * The maximum number of characters of outputs and edits that are held for one session. Beyond it the oldest outputs
 * keep only their exit code and error line, so that a session of gigabytes needs no more memory than a large one.
 */
export const keptEvidenceCharacters = 16_777_216

/**
 * True if an event shows that something was done. A command without an output does not count, since its output may have
 * been memory, and neither does what was refused.
 */
export const isAct = (event: SessionEvent): boolean =>
  event._tag === "CommandRun"
    ? event.output !== undefined && event.output.end !== "refused"
    : event._tag === "FileEdit"
      ? event.end !== "refused"
      : event._tag === "ToolUse"
