import type { NumberedLine } from "../LineSplitter.js"
import { decodeNumberedLine, type RolloutLine } from "./RolloutLine.js"
import { type LineStart, UndoneLines } from "./RolloutSegments.js"
import { addLine, cwdOf, noFacts, type ThreadFacts } from "../../thread/ThreadFacts.js"

/** The maximum number of bytes at the start of a file that an index reads. */
export const headBytes = 1_048_576
/** The maximum number of bytes at the end of a file that an index reads. */
export const tailBytes = 262_144

/**
 * The number of lines after a user's message in which the event for the same request may follow. The head must contain
 * them before it is complete.
 */
const linesToEvent = 8

/**
 * Collects facts from the first lines of a rollout, until the head of the file can add no more. Lines from `endOrdinal`
 * on add nothing; see {@link UndoneLines}.
 */
export class HeadReader {
  private facts = noFacts
  private linesSinceMessage = 0
  private readonly undone: UndoneLines

  constructor(endOrdinal?: number) {
    this.undone = new UndoneLines(endOrdinal)
  }

  /** Adds lines. Returns whether more are needed. */
  push(lines: ReadonlyArray<NumberedLine>): boolean {
    for (const numbered of lines) {
      for (const line of this.undone.keep(decodeNumberedLine(numbered))) {
        this.facts = line._tag === "MalformedLine" ? this.facts : addLine(this.facts, line)
      }
      this.linesSinceMessage += this.facts.firstUserMessage === undefined ? 0 : 1
      if (this.isDone()) {
        return false
      }
    }
    return true
  }

  /** Returns the facts so far. */
  result(): ThreadFacts {
    return this.facts
  }

  private isDone(): boolean {
    const knowsRequest =
      this.facts.firstWords !== undefined || this.facts.goal !== undefined || this.linesSinceMessage > linesToEvent
    return knowsRequest && this.facts.meta !== undefined && cwdOf(this.facts) !== undefined
  }
}

const lineFeed = 0x0a
const decoder = new TextDecoder("utf-8")

const decode = (bytes: Buffer): ReadonlyArray<RolloutLine> => {
  const text = decoder.decode(bytes).replaceAll("\0", "").trim()
  return text === ""
    ? []
    : decodeNumberedLine({ line: 0, text }).flatMap((line) => (line._tag === "MalformedLine" ? [] : [line]))
}

/**
 * Line types at the end of a file that an index needs, with the facts that each type contains. The last value of a fact
 * counts.
 */
const tellers: { readonly [type: string]: ReadonlyArray<keyof ThreadFacts> } = {
  session_meta: ["memoryMode"],
  turn_context: ["approvalMode", "sandboxPolicy"],
  token_count: ["countedTokens"],
  token_usage_record: ["recordedTokens"],
  thread_goal_updated: ["goal"],
  thread_name_updated: ["threadName"]
}
const tellingType = new RegExp(Object.keys(tellers).join("|"))

/** Number of bytes at the start of a line in which its type is searched; Codex writes the type before the payload. */
const typeBytes = 160

/**
 * Reads the facts at the end of a file: the last timestamp, settings, token count and name. A line is decoded only if
 * its beginning contains a type that an index needs. `head` has the facts from the start of the file, which tell its
 * thread. Lines from `endOrdinal` on were undone and are ignored.
 */
export const readTail = (
  bytes: Buffer,
  isWholeFile: boolean,
  head: ThreadFacts = noFacts,
  endOrdinal?: number
): ThreadFacts => {
  const counts = ({ _tag, ordinal }: RolloutLine): boolean =>
    _tag === "SessionMeta" || endOrdinal === undefined || (ordinal ?? 0) < endOrdinal
  const isOwn = ({ meta }: ThreadFacts): boolean => meta === undefined || meta.id === head.meta?.id
  let told = noFacts
  let wanted = new Set(Object.values(tellers).flat())
  for (let end = bytes.length; end > 0 && (wanted.size > 0 || told.lastTimestamp === undefined);) {
    const start = bytes.lastIndexOf(lineFeed, end - 1) + 1
    if (start === 0 && !isWholeFile) {
      break
    }
    const type = tellingType.exec(bytes.toString("latin1", start, Math.min(end, start + typeBytes)))?.[0] ?? ""
    const fields = (tellers[type] ?? []).filter((field) => wanted.has(field))
    if (fields.length > 0 || told.lastTimestamp === undefined) {
      const facts = decode(bytes.subarray(start, end)).filter(counts).reduce(addLine, noFacts)
      const known = fields.filter((field) => facts[field] !== undefined && isOwn(facts))
      known.forEach((field) => wanted.delete(field))
      told = {
        ...told,
        ...Object.fromEntries(known.map((field) => [field, facts[field]])),
        isRollout: told.isRollout || facts.isRollout,
        lastTimestamp: told.lastTimestamp ?? facts.lastTimestamp,
        lastOrdinal: told.lastOrdinal ?? facts.lastOrdinal
      }
    }
    end = start - 1
  }
  return told
}

/** Number of bytes of a line that are read to tell its ordinal. */
export const lineStartBytes = 65_536

/**
 * Reads the line that begins at a byte of an uncompressed file. `bytes` are those from the one before it on, at most
 * {@link lineStartBytes} and one more; fewer of them means that the file ends.
 */
export const lineStartIn = (bytes: Buffer): LineStart => {
  if (bytes[0] !== lineFeed) {
    return "none"
  }
  const end = bytes.indexOf(lineFeed, 1)
  const isCut = end === -1 && bytes.length > lineStartBytes
  const [line] = isCut ? [] : decode(bytes.subarray(1, end === -1 ? bytes.length : end))
  return bytes.length === 1 ? "end" : (line?.ordinal ?? "unknown")
}
