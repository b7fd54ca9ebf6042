import { CollectedBytes, LastBytes } from "./CollectedBytes.js"

/*
 * Shortens a line of JSON of any length so that it can be parsed, without holding all of it in memory. A long string
 * keeps its head and its tail around a note of the number of bytes removed. The result is valid JSON if the line was.
 */

const quote = 0x22
const backslash = 0x5c

/**
 * Length of the longest escape sequence, `\uXXXX`. A cut this far after the last backslash splits no escape sequence.
 */
const escapeBytes = 6

const encoder = new TextEncoder()

const isContinuation = (byte: number): boolean => (byte & 0b1100_0000) === 0b1000_0000

/** True if the escape sequence at an index may be the second half of a character: `\uDC00` to `\uDFFF`. */
const mayBeLowSurrogate = (bytes: Uint8Array, index: number): boolean => {
  const escape = Buffer.from(bytes.subarray(index, index + 4)).toString("latin1")
  return escape.length < 4 || /^\\u[dD][c-fC-F]/.test(escape)
}

/** True if a string's bytes can be cut before an index without splitting a character or an escape sequence. */
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

/** The maximum number of bytes that a cut may be moved to avoid splitting a character or an escape sequence. */
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

/** Collects one string at a time, and keeps only its first and last `limit` bytes. */
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

  /** Starts the next string. */
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

/** Limits of a long line. */
export interface LongLineLimits {
  /** Bytes kept at each end of a string. */
  readonly stringBytes: number
  /** Maximum bytes of the shortened line; a longer one is dropped. */
  readonly lineBytes: number
  /**
   * Maximum bytes outside strings; a line with more is dropped, since it is data that needs much memory when parsed.
   */
  readonly structureBytes: number
}

/**
 * Shortens one long line that arrives piece by piece: its strings keep only their ends. An instance serves one line.
 */
export class LongLine {
  private readonly output = new CollectedBytes()
  private readonly string: StringCollector
  private structureBytes = 0
  private isInside = false
  private isGivenUp = false
  /** True if the last byte so far was a backslash that escapes the next one. */
  private isEscaped = false
  private readonly limits: LongLineLimits

  constructor(limits: LongLineLimits) {
    this.limits = limits
    this.string = new StringCollector(limits.stringBytes)
  }

  /** Adds the next piece of the line. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.isGivenUp;) {
      at = this.isInside ? this.pushInside(bytes, at) : this.pushOutside(bytes, at)
    }
  }

  /** Returns the shortened line; undefined if it is still too long. */
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

  /**
   * True if the byte at `end` is escaped, by an odd number of backslashes before it, of which some may be in the
   * previous piece.
   */
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
