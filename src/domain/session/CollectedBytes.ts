/** A growing buffer of bytes. Pieces are copied into one buffer, so that many small pieces take no extra memory. */
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

  /** Drops all but the last `count` bytes. */
  keepLast(count: number): void {
    if (count < this.used) {
      this.buffer.copyWithin(0, this.used - count, this.used)
      this.used = count
    }
  }

  clear(): void {
    this.used = 0
  }

  /** Returns the collected bytes, as a view that is valid until the next change. */
  view(): Uint8Array {
    return this.buffer.subarray(0, this.used)
  }
}

/** Keeps the last bytes of a stream of pieces, up to a limit. */
export class LastBytes {
  private readonly kept: CollectedBytes
  private pushed = 0
  private readonly limit: number

  constructor(limit: number, kept = new CollectedBytes()) {
    this.limit = limit
    this.kept = kept
  }

  /** The number of bytes received so far. */
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

  /** Returns the kept bytes, as a view that is valid until the next change. */
  view(): Uint8Array {
    const kept = this.kept.view()
    return kept.subarray(Math.max(0, kept.length - this.limit))
  }
}
