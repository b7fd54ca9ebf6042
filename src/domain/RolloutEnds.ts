import type { NumberedLine } from "./LineSplitter.js"
import { decodeNumberedLine, type RolloutLine } from "./RolloutLine.js"
import { addLine, cwdOf, noFacts, type ThreadFacts } from "./ThreadFacts.js"

/** How much of a file's head and of its tail an index reads at most, in bytes. */
export const headBytes = 1_048_576
export const tailBytes = 262_144

/** How many more lines may hold the event of a request that a message already told. */
const linesToEvent = 8

/** Folds the first lines of a rollout until they have told all that the head of a file can. */
export class HeadReader {
  private facts = noFacts
  private linesSinceMessage = 0

  /** Takes lines; returns whether more are wanted. */
  push(lines: ReadonlyArray<NumberedLine>): boolean {
    for (const numbered of lines) {
      for (const line of decodeNumberedLine(numbered)) {
        this.facts = line._tag === "MalformedLine" ? this.facts : addLine(this.facts, line)
      }
      this.linesSinceMessage += this.facts.firstUserMessage === undefined ? 0 : 1
      if (this.isDone()) {
        return false
      }
    }
    return true
  }

  /** What was told so far. */
  result(): ThreadFacts {
    return this.facts
  }

  private isDone(): boolean {
    const knowsRequest = this.facts.firstWords !== undefined || this.linesSinceMessage > linesToEvent
    return knowsRequest && this.facts.meta !== undefined && cwdOf(this.facts) !== undefined
  }
}

const lineFeed = 0x0a
const decoder = new TextDecoder("utf-8")

const decode = (text: string): ReadonlyArray<RolloutLine> =>
  decodeNumberedLine({ line: 0, text: text.replaceAll("\0", "").trim() }).flatMap((line) =>
    line._tag === "MalformedLine" ? [] : [line]
  )

/** The last line that a test finds good; the bytes of `wanted` are only where to look. */
const lastLine = (
  bytes: Buffer,
  wanted: string,
  isWholeFile: boolean,
  isGood: (facts: ThreadFacts) => boolean
): ThreadFacts => {
  let end = bytes.length
  while (end > 0) {
    const place = bytes.subarray(0, end).lastIndexOf(wanted)
    const start = bytes.lastIndexOf(lineFeed, place) + 1
    if (place === -1 || (start === 0 && !isWholeFile)) {
      return noFacts
    }
    const lineEnd = bytes.indexOf(lineFeed, place)
    const text = decoder.decode(bytes.subarray(start, lineEnd === -1 ? bytes.length : lineEnd))
    const facts = decode(text).reduce(addLine, noFacts)
    if (isGood(facts)) {
      return facts
    }
    end = start
  }
  return noFacts
}

/**
 * What the end of a file says: the last timestamp, the last settings, the last token count, the last name. Searching the
 * bytes only finds the lines worth decoding; what a line says is what its JSON says.
 */
export const readTail = (bytes: Buffer, isWholeFile: boolean): ThreadFacts => {
  const timed = lastLine(bytes, "timestamp", isWholeFile, (facts) => facts.lastTimestamp !== undefined)
  const last = (type: string, field: keyof ThreadFacts): ThreadFacts =>
    lastLine(bytes, type, isWholeFile, (facts) => facts[field] !== undefined)
  const approval = last("turn_context", "approvalMode")
  return {
    ...noFacts,
    isRollout: timed.isRollout || approval.isRollout,
    threadName: last("thread_name_updated", "threadName").threadName,
    approvalMode: approval.approvalMode,
    sandboxPolicy: last("turn_context", "sandboxPolicy").sandboxPolicy,
    countedTokens: last("token_count", "countedTokens").countedTokens,
    recordedTokens: last("token_usage_record", "recordedTokens").recordedTokens,
    lastTimestamp: timed.lastTimestamp
  }
}
