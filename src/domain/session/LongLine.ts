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

/** Whether a string's bytes may be cut before an index without splitting a character or an escape sequence. */
const mayCut = (bytes: Uint8Array, index: number): boolean => {
  const byte = bytes[index]
  if (byte !== undefined && isContinuation(byte)) {
    return false
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

/** Collects one string, keeping no more than its first and last `limit` bytes, and a little more. */
class StringCollector {
  private readonly head: Array<Uint8Array> = []
  private headBytes = 0
  private tail: Array<Uint8Array> = []
  private tailBytes = 0
  private droppedBytes = 0
  private readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  push(bytes: Uint8Array): void {
    const room = this.limit - this.headBytes
    if (room > 0) {
      const part = bytes.subarray(0, room)
      this.head.push(part.slice())
      this.headBytes += part.length
    }
    const rest = bytes.subarray(Math.max(0, room))
    if (rest.length > 0) {
      this.tail.push(rest.slice())
      this.tailBytes += rest.length
      this.dropMiddle()
    }
  }

  parts(): ReadonlyArray<Uint8Array> {
    if (this.droppedBytes === 0 && this.tailBytes <= this.limit) {
      return [...this.head, ...this.tail]
    }
    const head = headOf(Buffer.concat(this.head))
    const whole = Buffer.concat(this.tail)
    const tail = tailOf(whole.subarray(Math.max(0, whole.length - this.limit)))
    const left = this.droppedBytes + this.headBytes - head.length + whole.length - tail.length
    return [head, encoder.encode(` [... ${left} bytes left out ...] `), tail]
  }

  private dropMiddle(): void {
    let count = 0
    for (
      let first = this.tail[0];
      first !== undefined && this.tailBytes - first.length >= this.limit;
      first = this.tail[count]
    ) {
      this.tailBytes -= first.length
      this.droppedBytes += first.length
      count++
    }
    if (count > 0) {
      this.tail = this.tail.slice(count)
    }
  }
}

/** Takes a long line piece by piece; see above. Serves one line. */
export class LongLine {
  private readonly output: Array<Uint8Array> = []
  private outputBytes = 0
  private current: StringCollector | undefined
  /** Whether the last byte so far was a backslash that escapes what follows. */
  private isEscaped = false
  private readonly stringBytes: number
  private readonly lineBytes: number

  /** Keeps `stringBytes` at each end of a string, and gives up on a line that is still over `lineBytes`. */
  constructor(stringBytes: number, lineBytes: number) {
    this.stringBytes = stringBytes
    this.lineBytes = lineBytes
  }

  /** Takes the next piece of the line. */
  push(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      at = this.current === undefined ? this.pushOutside(bytes, at) : this.pushInside(this.current, bytes, at)
    }
  }

  /** The shortened line; undefined when even that is too long. */
  finish(): Uint8Array | undefined {
    this.keep(this.current?.parts() ?? [])
    return this.outputBytes > this.lineBytes ? undefined : Buffer.concat(this.output)
  }

  private pushOutside(bytes: Uint8Array, start: number): number {
    const at = bytes.indexOf(quote, start)
    const end = at === -1 ? bytes.length : at + 1
    this.keep([bytes.slice(start, end)])
    this.current = at === -1 ? undefined : new StringCollector(this.stringBytes)
    return end
  }

  private pushInside(current: StringCollector, bytes: Uint8Array, start: number): number {
    const at = bytes.indexOf(quote, start)
    const end = at === -1 ? bytes.length : at
    const isEscaped = this.endsEscaped(bytes, start, end)
    if (at === -1 || isEscaped) {
      const next = Math.min(end + 1, bytes.length)
      current.push(bytes.subarray(start, next))
      this.isEscaped = at === -1 && isEscaped
      return next
    }
    current.push(bytes.subarray(start, end))
    this.keep([...current.parts(), bytes.slice(end, end + 1)])
    this.current = undefined
    this.isEscaped = false
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

  private keep(parts: ReadonlyArray<Uint8Array>): void {
    for (const part of parts) {
      this.outputBytes += part.length
      if (this.outputBytes <= this.lineBytes) {
        this.output.push(part)
      }
    }
  }
}
