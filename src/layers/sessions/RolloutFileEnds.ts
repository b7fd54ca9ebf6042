import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import * as Effect from "effect/Effect"
import { type LineLimits, LineSplitter } from "../../domain/session/LineSplitter.js"
import { HeadReader, headBytes, readTail, tailBytes } from "../../domain/session/RolloutEnds.js"
import { joinFacts, type ThreadFacts } from "../../domain/thread/ThreadFacts.js"
import { RolloutUnreadable } from "../../services/RolloutStore.js"
import { readFlags, requireFileStats } from "../node/PlainFile.js"
import { isCompressed, loadUnpacker, type Unpacker } from "./Compression.js"

/** How much of a file is read at a time, in bytes. */
const pieceBytes = 262_144
/** The first look at a head: most session_metas and first requests are within it. */
const firstLookBytes = 65_536
/** How much of a head is split into lines before asking whether it has told enough. */
const splitBytes = 8_192
/** The end of a compressed file is known only by unpacking all of it; of a larger one it stays unknown, in packed bytes. */
const unpackedForEnds = 8_388_608

/** Fills a buffer from a place in a file; what comes back is shorter where the file is. */
const fill = (descriptor: number, position: number, buffer: Buffer): Buffer => {
  let filled = 0
  while (filled < buffer.length) {
    const read = readSync(descriptor, buffer, filled, buffer.length - filled, position + filled)
    if (read === 0) {
      break
    }
    filled += read
  }
  return buffer.subarray(0, filled)
}

/** How the ends of a file are read: lines from `endOrdinal` on were undone. */
interface EndsOptions {
  readonly limits: LineLimits
  readonly endOrdinal: number | undefined
}

/** Reads a head from a file of a size; `read` gives what stands at a position, and its bytes stay as they are. */
const readHead = (
  size: number,
  read: (position: number) => Buffer,
  { endOrdinal, limits }: EndsOptions
): ThreadFacts => {
  const splitter = new LineSplitter(limits)
  const reader = new HeadReader(endOrdinal)
  const end = Math.min(size, headBytes)
  let position = 0
  while (position < end) {
    const piece = read(position).subarray(0, end - position)
    for (let start = 0; start < piece.length; start += splitBytes) {
      if (!reader.push(splitter.push(piece.subarray(start, start + splitBytes)))) {
        return reader.result()
      }
    }
    if (piece.length === 0) {
      break
    }
    position += piece.length
  }
  if (position >= size) {
    reader.push(splitter.flush())
  }
  return reader.result()
}

/** Unpacks a whole file, keeping its ends. */
const readPackedEnds = (descriptor: number, size: number, unpacker: Unpacker, options: EndsOptions): ThreadFacts => {
  let head = Buffer.alloc(0)
  let tail = Buffer.alloc(0)
  let unpacked = 0
  for (let position = 0; position < size; position += pieceBytes) {
    const packed = fill(descriptor, position, Buffer.allocUnsafe(Math.min(pieceBytes, size - position)))
    const piece = Buffer.concat(unpacker.push(packed))
    unpacked += piece.length
    head = head.length < headBytes ? Buffer.concat([head, piece]).subarray(0, headBytes) : head
    tail = Buffer.concat([tail, piece]).subarray(-tailBytes)
    if (position > unpackedForEnds) {
      return readHead(head.length, (from) => head.subarray(from), options)
    }
  }
  const facts = readHead(head.length, (from) => head.subarray(from), options)
  return joinFacts(facts, readTail(tail, unpacked <= tailBytes, facts, options.endOrdinal))
}

const withFile = <A>(path: string, use: (descriptor: number, size: number) => A): A => {
  const descriptor = openSync(path, readFlags)
  try {
    const info = fstatSync(descriptor)
    requireFileStats(info, path)
    return use(descriptor, info.size)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Reads what the two ends of a rollout file tell. Synchronous, and into the same memory each time: a first index reads
 * thousands of files, and fresh memory for each costs more than reading it.
 */
export const make = (limits: LineLimits) => {
  const firstLook = Buffer.allocUnsafeSlow(firstLookBytes)
  const lastLook = Buffer.allocUnsafeSlow(tailBytes)

  /** Undefined for a compressed file. */
  const readPlainEnds = (descriptor: number, size: number, options: EndsOptions): ThreadFacts | undefined => {
    const tailStart = Math.max(0, size - tailBytes)
    const tail = fill(descriptor, tailStart, lastLook.subarray(0, size - tailStart))
    const first = tailStart === 0 ? tail : fill(descriptor, 0, firstLook)
    if (isCompressed(first)) {
      return undefined
    }
    const read = (position: number): Buffer =>
      position === 0 ? first : fill(descriptor, position, Buffer.allocUnsafe(pieceBytes))
    const head = readHead(size, read, options)
    return joinFacts(head, readTail(tail, tailStart === 0, head, options.endOrdinal))
  }

  /** What the ends of a file tell. */
  const read = (path: string, endOrdinal: number | undefined): Effect.Effect<ThreadFacts, RolloutUnreadable> => {
    const options: EndsOptions = { limits, endOrdinal }
    const unreadable = (cause: unknown) => new RolloutUnreadable({ path, cause })
    return Effect.try({
      try: () => withFile(path, (descriptor, size) => readPlainEnds(descriptor, size, options)),
      catch: unreadable
    }).pipe(
      Effect.flatMap((facts) =>
        facts !== undefined
          ? Effect.succeed(facts)
          : Effect.tryMap(loadUnpacker, {
              try: (Unpacker) =>
                withFile(path, (descriptor, size) => readPackedEnds(descriptor, size, new Unpacker(), options)),
              catch: unreadable
            })
      )
    )
  }

  return { read }
}
