import { LongLine } from "./LongLine.js"

/** A line of text with its number, counted from 1. */
export interface NumberedLine {
  readonly line: number
  /** Undefined for a line that is too long even when its strings are shortened. */
  readonly text: string | undefined
}

/** How long a line may be before its strings are shortened, and how much of each string then stays. */
export interface LineLimits {
  readonly stringBytes: number
}

/** A line that is still longer than this holds no text that anyone reads, in bytes. */
const lineBytes = 67_108_864

const lineFeed = 0x0a
const decoder = new TextDecoder("utf-8")

/** What surrounds a line's JSON and is none of it: NULs that a crash left, a carriage return, spaces. */
const trim = (text: string): string => text.replaceAll("\0", "").trim()

/**
 * Splits a file's bytes into lines. Blank lines are counted and left out; a byte order mark, carriage returns and NULs go;
 * invalid UTF-8 is replaced. Holds one line at most, and of a long one only the ends of its strings.
 */
export class LineSplitter {
  private pieces: Array<Uint8Array> = []
  private pieceBytes = 0
  private long: LongLine | undefined
  private line = 1
  private readonly limits: LineLimits

  constructor(limits: LineLimits) {
    this.limits = limits
  }

  /** The lines that end in the next piece of the file. */
  push(bytes: Uint8Array): ReadonlyArray<NumberedLine> {
    const lines: Array<NumberedLine> = []
    let start = 0
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
      this.hold(bytes.subarray(start, end))
      lines.push(...this.take())
      start = end + 1
    }
    this.hold(bytes.subarray(start))
    return lines
  }

  /** The last line, when the file does not end with a line feed. */
  flush(): ReadonlyArray<NumberedLine> {
    return this.take()
  }

  private hold(bytes: Uint8Array): void {
    if (this.long !== undefined) {
      this.long.push(bytes)
    } else if (bytes.length > 0) {
      this.pieces.push(bytes)
      this.pieceBytes += bytes.length
      if (this.pieceBytes > 2 * this.limits.stringBytes) {
        this.long = new LongLine(this.limits.stringBytes, lineBytes)
        this.pieces.forEach((piece) => this.long?.push(piece))
        this.pieces = []
      }
    }
  }

  private take(): ReadonlyArray<NumberedLine> {
    const [only, ...others] = this.pieces
    const bytes =
      this.long !== undefined
        ? this.long.finish()
        : others.length === 0
          ? (only ?? new Uint8Array())
          : Buffer.concat(this.pieces)
    const line = this.line++
    this.pieces = []
    this.pieceBytes = 0
    this.long = undefined
    if (bytes === undefined) {
      return [{ line, text: undefined }]
    }
    const text = bytes.length === 0 ? "" : trim(decoder.decode(bytes))
    return text === "" ? [] : [{ line, text }]
  }
}
