/** Bytes that come in piece by piece, copied into one buffer: however small the pieces are, they cost what they hold. */
export class CollectedBytes {
  private buffer = new Uint8Array(256)
  private used = 0

  get length(): number {
    return this.used
  }

  push(bytes: Uint8Array): void {
    const needed = this.used + bytes.length
    if (needed > this.buffer.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.buffer.length))
      grown.set(this.view())
      this.buffer = grown
    }
    this.buffer.set(bytes, this.used)
    this.used = needed
  }

  /** Keeps no more than the last bytes. */
  keepLast(count: number): void {
    if (count < this.used) {
      this.buffer.copyWithin(0, this.used - count, this.used)
      this.used = count
    }
  }

  clear(): void {
    this.used = 0
  }

  /** The bytes collected; the view holds until the next change. */
  view(): Uint8Array {
    return this.buffer.subarray(0, this.used)
  }
}

/** The last bytes of what comes in piece by piece, up to a limit. */
export class LastBytes {
  private readonly kept: CollectedBytes
  private pushed = 0
  private readonly limit: number

  constructor(limit: number, kept = new CollectedBytes()) {
    this.limit = limit
    this.kept = kept
  }

  /** The count of bytes that came in. */
  get total(): number {
    return this.pushed
  }

  push(bytes: Uint8Array): void {
    this.pushed += bytes.length
    this.kept.push(bytes.subarray(Math.max(0, bytes.length - this.limit)))
    // Moving a limit's worth each time another one came in costs as much as taking it did.
    if (this.kept.length >= 2 * this.limit) {
      this.kept.keepLast(this.limit)
    }
  }

  clear(): void {
    this.kept.clear()
    this.pushed = 0
  }

  /** The bytes kept; the view holds until the next change. */
  view(): Uint8Array {
    const kept = this.kept.view()
    return kept.subarray(Math.max(0, kept.length - this.limit))
  }
}
