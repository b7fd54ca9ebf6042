import { addLine, type ThreadFacts } from "../thread/ThreadFacts.js"
import type { MalformedLine, RolloutLine } from "./codex/RolloutLine.js"
import { addRecord } from "./records/RecordFacts.js"
import type { SessionRecord } from "./records/SessionRecord.js"

/** One line of a session as it is read: a line of Codex, a record of any other agent, or a line that is no JSON. */
export type SessionLine = RolloutLine | SessionRecord | MalformedLine

/** Adds one line to the facts of a thread, whichever agent wrote it; lines must come in file order. */
export const addSessionLine = (facts: ThreadFacts, line: SessionLine): ThreadFacts =>
  line._tag === "MalformedLine" ? facts : line._tag === "SessionRecord" ? addRecord(facts, line) : addLine(facts, line)
