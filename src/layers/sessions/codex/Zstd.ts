import * as Schema from "effect/Schema"
import { Decompress } from "fzstd"

/** A zstd file cannot be unpacked: it is damaged, or exceeds the limits. */
export class UnpackingFailure extends Schema.TaggedError<UnpackingFailure>("rollout-memories/UnpackingFailure")(
  "UnpackingFailure",
  { reason: Schema.String }
) {
  override get message(): string {
    return this.reason
  }
}

const damaged = (what: string) => new UnpackingFailure({ reason: `it is not a zstd file, or it is damaged: ${what}` })

/** Limits on unpacking. */
export interface UnpackingLimits {
  /** Maximum window of a frame in bytes; a window is held in memory. */
  readonly windowBytes: number
  /** Maximum unpacked size of a file, in bytes. */
  readonly unpackedBytes: number
}

/**
 * Limits for session files. The window is the largest that RFC 8878 requires every decoder to support; `zstd -19`
 * without `--long` stays within it. The largest known session files have 2 GB.
 */
export const unpackingLimits: UnpackingLimits = { windowBytes: 8_388_608, unpackedBytes: 4_294_967_296 }

const frameMagic = 0xfd2fb528
/** Magic number of skippable frames, which carry data for other programs; the last four bits vary. */
const skippableMagic = 0x184d2a50
const checksumBytes = 4
const mostBlockBytes = 131_072
const leastWindowBytes = 1_024
/** Maximum length of a frame's header in bytes. */
const longestHeader = 18

/** Header of a frame; RFC 8878, section 3.1.1.1. */
interface FrameHeader {
  readonly length: number
  readonly windowBytes: number
  readonly hasChecksum: boolean
}

/** Reads a frame's header; undefined when it has not fully arrived. */
const readFrameHeader = (bytes: Buffer): FrameHeader | undefined => {
  const descriptor = bytes[4] ?? 0
  const isSingleSegment = (descriptor & 0x20) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  const dictionaryAt = isSingleSegment ? 5 : 6
  const sizeAt = dictionaryAt + dictionaryBytes
  const length = sizeAt + sizeBytes
  if (bytes.length < Math.max(5, length)) {
    return undefined
  }
  if ((descriptor & 8) !== 0) {
    throw damaged("a reserved bit of a frame's header is set")
  }
  if (bytes.subarray(dictionaryAt, sizeAt).some((byte) => byte !== 0)) {
    throw new UnpackingFailure({ reason: "it was packed with a dictionary; pack it again without one" })
  }
  const windowDescriptor = bytes[5] ?? 0
  const base = 2 ** (10 + (windowDescriptor >> 3))
  // The window of a single-segment frame is its whole content.
  const windowBytes = isSingleSegment
    ? contentSize(bytes, sizeAt, sizeBytes)
    : base + (base / 8) * (windowDescriptor & 7)
  return { length, windowBytes, hasChecksum: (descriptor & 4) !== 0 }
}

const contentSize = (bytes: Buffer, at: number, length: number): number =>
  length === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUIntLE(at, length) + (length === 2 ? 256 : 0)

/**
 * Builds a frame header with at least the given window, and neutral values in all other fields. It has every optional
 * field, since fzstd reads a frame only when a header of that length is there.
 */
const plainHeader = (windowBytes: number): Buffer => {
  const exponent = Math.ceil(Math.log2(Math.max(leastWindowBytes, windowBytes))) - 10
  const header = Buffer.alloc(longestHeader)
  header.writeUInt32LE(frameMagic)
  header[4] = 0xc3
  header[5] = exponent << 3
  return header
}

/** A frame that is unpacked block by block. */
class Frame {
  readonly hasChecksum: boolean
  /** Maximum size of a block in this frame. */
  readonly blockBytes: number
  private readonly windowBytes: number
  private unpacked: Array<Uint8Array> = []
  private stream: Decompress | undefined
  private held = 0

  constructor({ hasChecksum, windowBytes }: FrameHeader) {
    this.hasChecksum = hasChecksum
    this.windowBytes = windowBytes
    this.blockBytes = Math.min(mostBlockBytes, windowBytes)
  }

  /**
   * Unpacks a block. `leastCost` is a lower bound of its cost (see {@link Unpacker.cost}), since fzstd first allocates
   * the window and shifts it for every block.
   */
  push(block: Buffer, isLast: boolean): { readonly unpacked: ReadonlyArray<Uint8Array>; readonly leastCost: number } {
    this.unpacked = []
    try {
      const filling = this.stream === undefined ? this.windowOf(isLast) / 16 : 0
      const stream = (this.stream ??= this.begin(this.windowOf(isLast)))
      // Given whole blocks, fzstd would keep all of them in memory until the end of the frame.
      stream.push(block.subarray(0, -1))
      stream.push(block.subarray(-1), isLast)
      return { unpacked: this.unpacked, leastCost: filling + this.held / 64 }
    } catch (cause) {
      throw damaged(cause instanceof Error ? cause.message : String(cause))
    }
  }

  /**
   * Returns the window that a block needs. The only block of a frame has no earlier data to refer to, so a window of
   * one block is enough.
   */
  private windowOf(isOnly: boolean): number {
    return isOnly ? this.blockBytes : this.windowBytes
  }

  private begin(windowBytes: number): Decompress {
    const stream = new Decompress((bytes) => {
      this.unpacked.push(bytes)
    })
    this.held = windowBytes
    stream.push(plainHeader(windowBytes))
    return stream
  }
}

/**
 * Unpacks a zstd file of one or more frames, piece by piece and block by block, holding no more than a frame's window
 * and a block. A truncated file yields the data of its whole blocks. Checksums are not verified.
 */
export class Unpacker {
  private packed: Buffer = Buffer.alloc(0)
  private skipping = 0
  private frame: Frame | undefined
  private spent = 0
  private readonly limits: UnpackingLimits

  constructor(limits = unpackingLimits) {
    this.limits = limits
  }

  /**
   * Cost so far in unpacked bytes. A small block or frame costs as many bytes as could be unpacked in the same time. A
   * caller can stop when the cost reaches a limit.
   */
  get cost(): number {
    return this.spent
  }

  /**
   * Unpacks the next piece of the file, one block at a time on demand. The caller must consume the generator before the
   * next push. Throws {@link UnpackingFailure}.
   */
  *push(bytes: Uint8Array): Generator<Uint8Array, void> {
    this.packed = this.packed.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.packed, bytes])
    let isMore = true
    while (isMore) {
      if (this.skipping > 0) {
        isMore = this.skip()
      } else if (this.frame === undefined) {
        isMore = this.beginFrame()
      } else {
        const unpacked = this.unpackBlock(this.frame)
        isMore = unpacked !== undefined
        yield* unpacked ?? []
      }
    }
  }

  /** Removes and returns the next bytes; undefined when fewer have arrived. */
  private take(length: number): Buffer | undefined {
    if (this.packed.length < length) {
      return undefined
    }
    const taken = this.packed.subarray(0, length)
    this.packed = this.packed.subarray(length)
    return taken
  }

  private skip(): boolean {
    this.skipping -= this.take(Math.min(this.skipping, this.packed.length))?.length ?? 0
    return this.skipping === 0
  }

  private beginFrame(): boolean {
    const { packed } = this
    if (packed.length < 5) {
      return false
    }
    const magic = packed.readUInt32LE(0)
    if ((magic & ~0xf) >>> 0 === skippableMagic) {
      this.skipping = this.take(8)?.readUInt32LE(4) ?? 0
      return packed.length >= 8
    }
    if (magic !== frameMagic) {
      throw damaged("it has no frame where one must begin")
    }
    const header = readFrameHeader(packed)
    if (header === undefined) {
      return false
    }
    if (header.windowBytes > this.limits.windowBytes) {
      const [wanted, most] = [header.windowBytes, this.limits.windowBytes].map((size) => Math.ceil(size / 1_048_576))
      throw new UnpackingFailure({
        reason: `unpacking it needs a window of ${wanted} MiB, more than the allowed ${most} MiB; unpack it, or pack it again without --long or --ultra`
      })
    }
    this.take(header.length)
    this.frame = new Frame(header)
    return true
  }

  /** Unpacks the next block; undefined when it has not fully arrived. */
  private unpackBlock(frame: Frame): ReadonlyArray<Uint8Array> | undefined {
    if (this.packed.length < 3) {
      return undefined
    }
    const header = this.packed.readUIntLE(0, 3)
    const size = header >> 3
    const type = (header >> 1) & 3
    if (type === 3 || size > frame.blockBytes) {
      throw damaged("a block has an unknown type, or is larger than its frame allows")
    }
    const isRun = type === 1
    const block = this.take(3 + (isRun ? 1 : size))
    if (block === undefined) {
      return undefined
    }
    const isLast = (header & 1) === 1
    const { leastCost, unpacked } = frame.push(block, isLast)
    const length = unpacked.reduce((total, bytes) => total + bytes.length, 0)
    this.spend(Math.max(length, leastCost))
    if (isLast) {
      this.frame = undefined
      this.skipping = frame.hasChecksum ? checksumBytes : 0
    }
    return unpacked
  }

  private spend(cost: number): void {
    this.spent += cost
    if (this.spent > this.limits.unpackedBytes) {
      const most = Math.floor(this.limits.unpackedBytes / 1_048_576)
      throw new UnpackingFailure({ reason: `it unpacks to more than the allowed ${most} MiB` })
    }
  }
}
