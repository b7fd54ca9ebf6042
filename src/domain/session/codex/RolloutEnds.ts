import type { NumberedLine } from "../LineSplitter.js"
import { decodeNumberedLine, type RolloutLine } from "./RolloutLine.js"
import { UndoneLines } from "./RolloutSegments.js"
import { addLine, cwdOf, noFacts, type ThreadFacts } from "../../thread/ThreadFacts.js"

/** Limits on the head and the tail of a file that an index reads, in bytes. */
export const headBytes = 1_048_576
export const tailBytes = 262_144

/** Lines behind a message that may hold the event of a request that a message already told. */
const linesToEvent = 8

/**
 * Folds the first lines of a rollout until they have told all that the head of a file can. Lines from `endOrdinal` on tell
 * nothing; see {@link UndoneLines}.
 */
export class HeadReader {
  private facts = noFacts
  private linesSinceMessage = 0
  private readonly undone: UndoneLines

  constructor(endOrdinal?: number) {
    this.undone = new UndoneLines(endOrdinal)
  }

  /** Takes lines; returns whether more are wanted. */
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

  /** The facts so far. */
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

/** The fields that lines of a type tell, and that an index wants from the last of them. */
const tellers: { readonly [type: string]: ReadonlyArray<keyof ThreadFacts> } = {
  session_meta: ["memoryMode"],
  turn_context: ["approvalMode", "sandboxPolicy"],
  token_count: ["countedTokens"],
  token_usage_record: ["recordedTokens"],
  thread_goal_updated: ["goal"],
  thread_name_updated: ["threadName"]
}
const tellingType = new RegExp(Object.keys(tellers).join("|"))

/** Bytes of a line in which its type is looked for: rollouts are written with the type before what it is the type of. */
const typeBytes = 160

/**
 * The facts in the end of a file: the last timestamp, the last settings, the last token count, the last name. The beginning of
 * a line only tells whether it is worth decoding; what it says is what its JSON says. The head tells whose file it is; lines
 * from `endOrdinal` on were undone.
 */
export const readTail = (
  bytes: Buffer,
  isWholeFile: boolean,
  head: ThreadFacts = noFacts,
  endOrdinal?: number
): ThreadFacts => {
  const counts = ({ _tag, ordinal }: RolloutLine): boolean =>
    _tag === "SessionMeta" || endOrdinal === undefined || ordinal === undefined || ordinal < endOrdinal
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
