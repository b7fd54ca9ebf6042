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
  private held: Array<Uint8Array> = []
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
        this.end(bytes.subarray(start, at), lines)
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
    this.heldBytes += bytes.length
    this.held = this.heldBytes > eventBytes ? [] : this.held
    if (this.heldBytes <= eventBytes) {
      this.held.push(bytes)
    }
  }

  private end(last: Uint8Array, lines: Array<Uint8Array>): void {
    const length = this.heldBytes + last.length
    const given = length > eventBytes ? undefined : this.held.length === 0 ? last : Buffer.concat([...this.held, last])
    const line = this.isFirst && given !== undefined && startsWith(given, byteOrderMark) ? given.subarray(3) : given
    this.held = []
    this.heldBytes = 0
    this.isFirst = false
    if (line?.length === 0) {
      this.bytes = 0
      lines.push(newline)
    } else if (line === undefined || startsWith(line, field)) {
      this.bytes += length
      if (line !== undefined && this.bytes <= eventBytes) {
        lines.push(line, newline)
      }
    }
  }
}
