import { cwdOf, noFacts, type ThreadFacts } from "../../thread/ThreadFacts.js"
import type { NumberedLine } from "../LineSplitter.js"
import { addSessionLine } from "../SessionLine.js"
import type { ClaudeFile } from "./ClaudeFile.js"
import { decodeClaudeLine } from "./ClaudeLine.js"
import { ClaudeReader } from "./ClaudeReader.js"

/** Collects facts from the first lines of a transcript, until its head can add no more. */
export class ClaudeHeadReader {
  private readonly reader: ClaudeReader
  private facts = noFacts

  constructor(file: ClaudeFile) {
    this.reader = new ClaudeReader(file)
  }

  /** Adds lines. Returns whether more are needed. */
  push(lines: ReadonlyArray<NumberedLine>): boolean {
    for (const line of lines) {
      this.facts = this.reader.read(line).reduce(addSessionLine, this.facts)
      if (this.facts.firstWords !== undefined && this.facts.meta !== undefined && cwdOf(this.facts) !== undefined) {
        return false
      }
    }
    return true
  }

  /** Returns the facts so far. */
  result(): ThreadFacts {
    return this.facts
  }
}

const lineFeed = 0x0a
const namedLine = '{"type":"custom-title"'

/**
 * Reads the facts at the end of a transcript: the time of the last record, and the name that a person gave the session.
 */
export const readClaudeTail = (bytes: Buffer, isWholeFile: boolean): ThreadFacts => {
  const reader = new ClaudeReader({ name: "", sessionId: undefined, isSession: true })
  let told = noFacts
  for (let end = bytes.length; end > 0;) {
    const start = bytes.lastIndexOf(lineFeed, end - 1) + 1
    if (start === 0 && !isWholeFile) {
      break
    }
    const text = bytes.toString("utf8", start, end).replaceAll("\0", "").trim()
    if (told.lastTimestamp === undefined) {
      const read = decodeClaudeLine({ line: 0, text })
      const isRecord = read._tag === "Told" && typeof read.record["uuid"] === "string"
      told = isRecord ? { ...told, lastTimestamp: read.timestamp } : told
    }
    if (told.threadName === undefined && text.startsWith(namedLine)) {
      const { threadName } = reader.read({ line: 0, text }).reduce(addSessionLine, noFacts)
      told = { ...told, threadName }
    }
    end = start - 1
  }
  return told
}
