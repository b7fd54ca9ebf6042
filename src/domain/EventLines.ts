/** Bytes of one event that are given on, just under the 10 MiB at which the reader of events breaks down. */
const eventBytes = 10_480_000

const lineFeed = 0x0a
const carriageReturn = 0x0d
const newline = Uint8Array.of(lineFeed)
const field = Buffer.from("data")
const byteOrderMark = Buffer.from("\uFEFF")

const startsWith = (bytes: Uint8Array, start: Uint8Array): boolean =>
  start.every((byte, index) => bytes[index] === byte)

/**
 * Gives on of server-sent events what their reader needs, a line at a time: the data, and the empty lines that end an event,
 * whole and ended in one way, wherever the network cut them. Comments, names and ids go, and so does `retry`, upon which the
 * reader would wait as long as the server says. Of an event that is too long, or never ends, no more than its limit is held. One
 * serves one response.
 */
export class EventLines {
  /** The line that goes on, in a buffer that grows with it. */
  private held = new Uint8Array(0)
  private heldBytes = 0
  /** Bytes of the event's data so far. */
  private bytes = 0
  private afterReturn = false
  private isFirst = true

  /** Takes the next bytes; returns the lines that they complete. */
  take(bytes: Uint8Array): Array<Uint8Array> {
    const lines: Array<Uint8Array> = []
    let start = 0
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte !== lineFeed && byte !== carriageReturn) {
        continue
      }
      const isSecondHalf = byte === lineFeed && this.afterReturn && at === start
      if (!isSecondHalf) {
        this.end(bytes, start, at, lines)
      }
      this.afterReturn = byte === carriageReturn
      start = at + 1
    }
    if (start < bytes.length) {
      this.hold(bytes.subarray(start))
      this.afterReturn = false
    }
    return lines
  }

  private hold(bytes: Uint8Array): void {
    const before = this.heldBytes
    this.heldBytes += bytes.length
    if (this.heldBytes > eventBytes) {
      this.held = new Uint8Array(0)
      return
    }
    if (this.heldBytes > this.held.length) {
      const larger = new Uint8Array(this.heldBytes * 2)
      larger.set(this.held.subarray(0, before))
      this.held = larger
    }
    this.held.set(bytes, before)
  }

  /** Ends the line at `at`; of this chunk it has what follows `start`. */
  private end(bytes: Uint8Array, start: number, at: number, lines: Array<Uint8Array>): void {
    const isInOnePiece = this.heldBytes === 0
    if (!isInOnePiece) {
      this.hold(bytes.subarray(start, at))
    }
    const length = isInOnePiece ? at - start : this.heldBytes
    const given = isInOnePiece ? bytes.subarray(start, at) : this.held.slice(0, length)
    const line = this.isFirst && startsWith(given, byteOrderMark) ? given.subarray(byteOrderMark.length) : given
    this.isFirst = false
    this.heldBytes = 0
    if (length <= eventBytes && line.length === 0) {
      this.bytes = 0
      lines.push(newline)
    } else if (length > eventBytes || startsWith(line, field)) {
      this.bytes += length
      if (this.bytes <= eventBytes) {
        lines.push(isInOnePiece && bytes[at] === lineFeed ? bytes.subarray(at - line.length, at + 1) : ended(line))
      }
    }
  }
}

const ended = (line: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(line.length + 1)
  whole.set(line)
  whole[line.length] = lineFeed
  return whole
}
