import { CollectedBytes } from "./CollectedBytes.js"
import { LongLine } from "./LongLine.js"

/** A line of text with its number, counted from 1. */
export interface NumberedLine {
  readonly line: number
  /**
   * The text without white space around it; undefined for a line that is too long even after its strings were
   * shortened.
   */
  readonly text: string | undefined
}

/**
 * The limits of a line. In a line longer than twice `stringBytes`, each string keeps this many bytes at its start and
 * at its end.
 */
export interface LineLimits {
  readonly stringBytes: number
}

/** The maximum number of bytes of a line. A longer one is data that nobody reads. */
const lineBytes = 67_108_864
/** The maximum number of bytes outside the strings of a long line. A line with more is data, not text. */
const structureBytes = 2_097_152

const lineFeed = 0x0a
const decoder = new TextDecoder("utf-8")

/** Removes the characters around a line's JSON: NULs that a crash left, a carriage return, spaces. */
const trim = (text: string): string => text.replaceAll("\0", "").trim()

/**
 * Splits the bytes of a file into lines. Blank lines are counted but not returned; a byte order mark, carriage returns
 * and NULs are removed; invalid UTF-8 is replaced. Holds at most one line in memory, and of the strings in a long line
 * only the ends.
 */
export class LineSplitter {
  private readonly held = new CollectedBytes()
  private long: LongLine | undefined
  private line = 1
  private readonly limits: LineLimits

  constructor(limits: LineLimits) {
    this.limits = limits
  }

  /** Returns the lines that end in the next piece of the file. */
  push(bytes: Uint8Array): ReadonlyArray<NumberedLine> {
    const lines: Array<NumberedLine> = []
    let start = 0
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
      lines.push(...this.take(bytes.subarray(start, end)))
      start = end + 1
    }
    this.hold(bytes.subarray(start))
    return lines
  }

  /** Returns the last line, if the file does not end with a line feed. */
  flush(): ReadonlyArray<NumberedLine> {
    return this.take(new Uint8Array())
  }

  private isTooLong(bytes: Uint8Array): boolean {
    return this.held.length + bytes.length > 2 * this.limits.stringBytes
  }

  private hold(bytes: Uint8Array): void {
    if (this.long === undefined && this.isTooLong(bytes)) {
      this.long = new LongLine({ ...this.limits, lineBytes, structureBytes })
      this.long.push(this.held.view())
      this.held.clear()
    }
    const line = this.long ?? this.held
    line.push(bytes)
  }

  /** Returns the line that ends with these bytes. */
  private take(bytes: Uint8Array): ReadonlyArray<NumberedLine> {
    const line = this.line++
    // Most lines come in one piece, which need not be copied.
    const isWhole = this.long === undefined && this.held.length === 0 && !this.isTooLong(bytes)
    if (!isWhole) {
      this.hold(bytes)
    }
    const whole = isWhole ? bytes : this.long === undefined ? this.held.view() : this.long.finish()
    const text = whole === undefined ? undefined : whole.length === 0 ? "" : trim(decoder.decode(whole))
    this.held.clear()
    this.long = undefined
    return text === "" ? [] : [{ line, text }]
  }
}
