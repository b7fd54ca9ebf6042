import { CollectedBytes, LastBytes } from "./CollectedBytes.js"

/**
 * Makes a line of JSON of any length short enough to be parsed, without ever holding the whole of it: of a string that is
 * too long the head and the tail stay, around a note of how much went. What stays is valid JSON where the line was.
 */

const quote = 0x22
const backslash = 0x5c

/** The longest escape sequence, `\uXXXX`: a cut this far from the last backslash splits none. */
const escapeBytes = 6

const encoder = new TextEncoder()

const isContinuation = (byte: number): boolean => (byte & 0b1100_0000) === 0b1000_0000

/** Whether an escape sequence at an index may be the second half of a character: `\uDC00` to `\uDFFF`. */
const mayBeLowSurrogate = (bytes: Uint8Array, index: number): boolean => {
  const escape = Buffer.from(bytes.subarray(index, index + 4)).toString("latin1")
  return escape.length < 4 || /^\\u[dD][c-fC-F]/.test(escape)
}

/** Whether a string's bytes may be cut before an index without splitting a character or an escape sequence. */
const mayCut = (bytes: Uint8Array, index: number): boolean => {
  const byte = bytes[index]
  if (byte !== undefined && isContinuation(byte)) {
    return false
  }
  if (byte === backslash && index > 0 && bytes[index - 1] !== backslash) {
    // The first of a run of backslashes always begins an escape sequence.
    return !mayBeLowSurrogate(bytes, index)
  }
  for (let at = index - 1; at >= 0 && at >= index - escapeBytes; at--) {
    if (bytes[at] === backslash) {
      return false
    }
  }
  return true
}

/** Where to cut when nothing within this many bytes of the wanted place may be cut: nowhere. */
const cutSearch = 4_096

const headOf = (bytes: Uint8Array): Uint8Array => {
  // What follows the last byte is not known here: it may be the rest of a character.
  for (let end = bytes.length - 1; end > bytes.length - cutSearch && end > escapeBytes; end--) {
    if (mayCut(bytes, end)) {
      return bytes.subarray(0, end)
    }
  }
  return bytes.subarray(0, 0)
}

const tailOf = (bytes: Uint8Array): Uint8Array => {
  for (let start = escapeBytes; start < cutSearch && start < bytes.length; start++) {
    if (mayCut(bytes, start)) {
      return bytes.subarray(start)
    }
  }
  return bytes.subarray(0, 0)
}

/** Collects one string at a time, keeping no more than its first and last `limit` bytes. */
class StringCollector {
  private readonly head = new CollectedBytes()
  private readonly tail: LastBytes
  private readonly limit: number

  constructor(limit: number) {
    this.limit = limit
    this.tail = new LastBytes(limit)
  }

  push(bytes: Uint8Array): void {
    const room = this.limit - this.head.length
    this.head.push(bytes.subarray(0, room))
    this.tail.push(bytes.subarray(room))
  }

  /** Begins the next string. */
  clear(): void {
    this.head.clear()
    this.tail.clear()
  }

  parts(): ReadonlyArray<Uint8Array> {
    if (this.tail.total <= this.limit) {
      return [this.head.view(), this.tail.view()]
    }
    const head = headOf(this.head.view())
    const tail = tailOf(this.tail.view())
    const left = this.head.length - head.length + this.tail.total - tail.length
    return [head, encoder.encode(` [... ${left} bytes left out ...] `), tail]
  }
}

/** The limits on a long line. */
export interface LongLineLimits {
  /** The bytes that stay at each end of a string. */
  readonly stringBytes: number
  /** A line that is still longer than this is given up. */
  readonly lineBytes: number
  /** A line with more than this outside its strings is given up: that is no text, and each byte may be a value of its own. */
  readonly structureBytes: number
}

/** Takes a long line piece by piece; see above. Serves one line. */
export class LongLine {
  private readonly output = new CollectedBytes()
  private readonly string: StringCollector
  private structureBytes = 0
  private isInside = false
  private isGivenUp = false
  /** Whether the last byte so far was a backslash that escapes what follows. */
  private isEscaped = false
  private readonly limits: LongLineLimits

  constructor(limits: LongLineLimits) {
    this.limits = limits
    this.string = new StringCollector(limits.stringBytes)
  }

  /** Takes the next piece of the line. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.isGivenUp;) {
      at = this.isInside ? this.pushInside(bytes, at) : this.pushOutside(bytes, at)
    }
  }

  /** The shortened line; undefined when even that is too long. */
  finish(): Uint8Array | undefined {
    this.keepString()
    return this.isGivenUp ? undefined : this.output.view()
  }

  private pushOutside(bytes: Uint8Array, start: number): number {
    const at = bytes.indexOf(quote, start)
    const end = at === -1 ? bytes.length : at + 1
    this.structureBytes += end - start
    this.isGivenUp = this.structureBytes > this.limits.structureBytes
    this.keep(bytes.subarray(start, end))
    this.isInside = at !== -1
    return end
  }

  private pushInside(bytes: Uint8Array, start: number): number {
    let from = start
    let end = bytes.indexOf(quote, from)
    while (end !== -1 && this.endsEscaped(bytes, from, end)) {
      this.isEscaped = false
      from = end + 1
      end = bytes.indexOf(quote, from)
    }
    if (end === -1) {
      this.isEscaped = this.endsEscaped(bytes, from, bytes.length)
      this.string.push(bytes.subarray(start))
      return bytes.length
    }
    this.isEscaped = false
    this.string.push(bytes.subarray(start, end))
    this.keepString()
    this.isInside = false
    this.structureBytes++
    this.keep(bytes.subarray(end, end + 1))
    return end + 1
  }

  /** Whether what follows `end` is escaped: by an odd run of backslashes, which may have begun in the piece before. */
  private endsEscaped(bytes: Uint8Array, start: number, end: number): boolean {
    let first = end
    while (first > start && bytes[first - 1] === backslash) {
      first--
    }
    const carried = first === start && this.isEscaped ? 1 : 0
    return (end - first + carried) % 2 === 1
  }

  private keepString(): void {
    this.string.parts().forEach((part) => this.keep(part))
    this.string.clear()
  }

  private keep(bytes: Uint8Array): void {
    this.isGivenUp ||= this.output.length + bytes.length > this.limits.lineBytes
    if (!this.isGivenUp) {
      this.output.push(bytes)
    }
  }
}
