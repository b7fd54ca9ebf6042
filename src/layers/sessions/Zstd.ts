import * as Schema from "effect/Schema"
import { Decompress } from "fzstd"

/** A zstd file that is not unpacked: it is damaged, or would take more than is given to it. */
export class UnpackingFailure extends Schema.TaggedError<UnpackingFailure>("rollout-memories/UnpackingFailure")(
  "UnpackingFailure",
  { reason: Schema.String }
) {
  override get message(): string {
    return this.reason
  }
}

const damaged = (what: string) => new UnpackingFailure({ reason: `it is no zstd, or damaged: ${what}` })

/** How much unpacking may take. */
export interface UnpackingLimits {
  /** The largest window of a frame, which is held in memory, in bytes. */
  readonly windowBytes: number
  /** How much a file may unpack to, in bytes. */
  readonly unpackedBytes: number
}

/**
 * The window is what RFC 8878 asks every reader to support, and what `zstd -19` writes without `--long`. The largest
 * rollouts known are of 2 GB.
 */
export const unpackingLimits: UnpackingLimits = { windowBytes: 8_388_608, unpackedBytes: 4_294_967_296 }

const frameMagic = 0xfd2fb528
/** Frames with anything in them, for other programs: the last four bits are free. */
const skippableMagic = 0x184d2a50
const checksumBytes = 4
const mostBlockBytes = 131_072
const leastWindowBytes = 1_024
/** A header with all of its fields, in bytes. */
const longestHeader = 18

/** What a frame says of itself before its first block; RFC 8878, section 3.1.1.1. */
interface FrameHeader {
  readonly length: number
  readonly windowBytes: number
  readonly hasChecksum: boolean
}

/** Reads a frame's header; undefined where it has not come in whole. */
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
  // A frame in a single segment has all of its content as its window.
  const windowBytes = isSingleSegment
    ? contentSize(bytes, sizeAt, sizeBytes)
    : base + (base / 8) * (windowDescriptor & 7)
  return { length, windowBytes, hasChecksum: (descriptor & 4) !== 0 }
}

const contentSize = (bytes: Buffer, at: number, length: number): number =>
  length === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUIntLE(at, length) + (length === 2 ? 256 : 0)

/**
 * A header of a frame with a window of at least a size, and with nothing else to be misread. It has all fields there are,
 * because fzstd looks at a frame only when it has as many bytes.
 */
const plainHeader = (windowBytes: number): Buffer => {
  const exponent = Math.ceil(Math.log2(Math.max(leastWindowBytes, windowBytes))) - 10
  const header = Buffer.alloc(longestHeader)
  header.writeUInt32LE(frameMagic)
  header[4] = 0xc3
  header[5] = exponent << 3
  return header
}

/** One frame as it is unpacked, block by block. */
class Frame {
  readonly hasChecksum: boolean
  /** The largest block that may stand in it. */
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

  /** What a block unpacks to, and what that costs at the least: fzstd fills a window first, and moves it along each time. */
  push(block: Buffer, isLast: boolean): { readonly unpacked: ReadonlyArray<Uint8Array>; readonly leastCost: number } {
    this.unpacked = []
    try {
      const filling = this.stream === undefined ? this.windowOf(isLast) / 16 : 0
      const stream = (this.stream ??= this.begin(this.windowOf(isLast)))
      // Given a block whole, fzstd would keep hold of all of them to the end of the frame.
      stream.push(block.subarray(0, -1))
      stream.push(block.subarray(-1), isLast)
      return { unpacked: this.unpacked, leastCost: filling + this.held / 64 }
    } catch (cause) {
      throw damaged(cause instanceof Error ? cause.message : String(cause))
    }
  }

  /** A block that is the first and the last has nothing before it to look back at. */
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
 * Unpacks a zstd file, of one frame or of several, piece by piece and block by block: no more is held than a frame's window
 * and a block. A file that is cut off unpacks to what its whole blocks hold. Checksums are passed over.
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

  /** What unpacking cost so far: the bytes that came out, or for small blocks and frames as many as take as long. */
  get cost(): number {
    return this.spent
  }

  /**
   * What the next piece of the file unpacks to, one block at a time as they are asked for; all of it is to be asked for
   * before the next push. Throws {@link UnpackingFailure}.
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

  /** The next bytes, which are then gone; undefined where fewer have come in. */
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
      throw damaged("a frame begins with what begins none")
    }
    const header = readFrameHeader(packed)
    if (header === undefined) {
      return false
    }
    if (header.windowBytes > this.limits.windowBytes) {
      const [wanted, most] = [header.windowBytes, this.limits.windowBytes].map((size) => Math.ceil(size / 1_048_576))
      throw new UnpackingFailure({
        reason: `unpacking it takes a window of ${wanted} MiB, and no more than ${most} are given; unpack it, or pack it again without --long or --ultra`
      })
    }
    this.take(header.length)
    this.frame = new Frame(header)
    return true
  }

  /** What the next block unpacks to; undefined where it has not come in whole. */
  private unpackBlock(frame: Frame): ReadonlyArray<Uint8Array> | undefined {
    if (this.packed.length < 3) {
      return undefined
    }
    const header = this.packed.readUIntLE(0, 3)
    const size = header >> 3
    const type = (header >> 1) & 3
    if (type === 3 || size > frame.blockBytes) {
      throw damaged("a block is larger than its frame allows, or of no known type")
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
      throw new UnpackingFailure({ reason: `it unpacks to more than ${most} MiB, as no rollout does` })
    }
  }
}
