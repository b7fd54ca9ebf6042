import { closeSync, fstatSync, openSync } from "node:fs"
import * as Effect from "effect/Effect"
import { CollectedBytes, LastBytes } from "../../../domain/session/CollectedBytes.js"
import { type LineLimits, LineSplitter } from "../../../domain/session/LineSplitter.js"
import {
  HeadReader,
  headBytes,
  lineStartBytes,
  lineStartIn,
  readTail,
  tailBytes
} from "../../../domain/session/codex/RolloutEnds.js"
import type { LineStart } from "../../../domain/session/codex/RolloutSegments.js"
import { joinFacts, type ThreadFacts } from "../../../domain/thread/ThreadFacts.js"
import { RolloutUnreadable } from "../../../services/SessionStore.js"
import { readFlags, requireFileStats } from "../../node/PlainFile.js"
import { yieldToEventLoop } from "../../node/YieldToEventLoop.js"
import { fill, pieceBytes, withFile } from "../SessionFiles.js"
import { isCompressed, loadUnpacker, type Unpacker } from "./Compression.js"

/** Number of bytes in the first read of a file's beginning. Most session_metas and first requests lie within them. */
const firstLookBytes = 65_536
/** Number of bytes of a file's beginning that show whether it is compressed. */
const magicBytes = 16
/** Number of bytes of a file's beginning that are split into lines before checking whether all facts were found. */
const splitBytes = 8_192
/**
 * Maximum unpacked size up to which the end of a compressed file is read, since that requires unpacking the whole file.
 * Only the beginning of a larger file is read.
 */
const unpackedForEnds = 67_108_864

/**
 * Options for reading the ends of a file. Lines from `endOrdinal` on are skipped, since the user rewound the session to
 * that point.
 */
interface EndsOptions {
  readonly limits: LineLimits
  readonly endOrdinal: number | undefined
}

/**
 * Reads facts from the beginning of a file of a given size. `read` returns the bytes at a position and must not reuse
 * their memory.
 */
const readHead = (
  size: number,
  read: (position: number) => Uint8Array,
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

/** Unpacks a whole file, and reads facts from its beginning and its end. Pauses after each block. */
function* readPackedEnds(
  descriptor: number,
  size: number,
  unpacker: Unpacker,
  options: EndsOptions
): Generator<void, ThreadFacts> {
  const head = new CollectedBytes()
  const tail = new LastBytes(tailBytes)
  const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, size))
  for (let position = 0; position < size && unpacker.cost <= unpackedForEnds; position += buffer.length) {
    for (const block of unpacker.push(fill(descriptor, position, buffer))) {
      head.push(block.subarray(0, headBytes - head.length))
      tail.push(block)
      if (unpacker.cost > unpackedForEnds) {
        break
      }
      yield
    }
  }
  const facts = readHead(head.length, (from) => head.view().subarray(from), options)
  return unpacker.cost > unpackedForEnds
    ? facts
    : joinFacts(facts, readTail(Buffer.from(tail.view()), tail.total <= tailBytes, facts, options.endOrdinal))
}

/** Runs a generator of synchronous work, and yields to the event loop at each of its pauses. */
const yieldingAtPauses = <A>(work: Generator<void, A>, onError: (cause: unknown) => RolloutUnreadable) =>
  Effect.gen(function* () {
    for (;;) {
      const step = yield* Effect.try({ try: () => work.next(), catch: onError })
      if (step.done === true) {
        return step.value
      }
      yield* yieldToEventLoop
    }
  })

/**
 * Makes the function that reads the facts at both ends of a session file. The reading is synchronous and reuses its
 * buffers: a first index reads thousands of files, and allocating for each costs more than reading it.
 */
export const make = (limits: LineLimits) => {
  const firstLook = Buffer.allocUnsafeSlow(firstLookBytes)
  const lastLook = Buffer.allocUnsafeSlow(tailBytes)

  /** Reads the ends of an uncompressed file; undefined for a compressed one. */
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

  /** Reads the facts at the ends of a file. */
  const read = (path: string, endOrdinal: number | undefined): Effect.Effect<ThreadFacts, RolloutUnreadable> => {
    const options: EndsOptions = { limits, endOrdinal }
    const unreadable = (cause: unknown) => new RolloutUnreadable({ path, cause })
    const attempt = <A>(action: () => A) => Effect.try({ try: action, catch: unreadable })
    const readPacked = Effect.acquireUseRelease(
      attempt(() => openSync(path, readFlags)),
      (descriptor) =>
        Effect.gen(function* () {
          const Unpacker = yield* loadUnpacker
          const info = yield* attempt(() => fstatSync(descriptor))
          yield* attempt(() => requireFileStats(info, path))
          return yield* yieldingAtPauses(readPackedEnds(descriptor, info.size, new Unpacker(), options), unreadable)
        }),
      (descriptor) => Effect.sync(() => closeSync(descriptor))
    )
    return attempt(() => withFile(path, (descriptor, size) => readPlainEnds(descriptor, size, options))).pipe(
      Effect.flatMap((facts) => (facts === undefined ? readPacked : Effect.succeed(facts)))
    )
  }

  /** Reads which line begins at a byte of a file; `unknown` for a compressed file. */
  const lineStart = (path: string, offset: number): Effect.Effect<LineStart, RolloutUnreadable> =>
    Effect.try({
      try: () =>
        withFile(path, (descriptor) =>
          isCompressed(fill(descriptor, 0, Buffer.allocUnsafe(magicBytes)))
            ? "unknown"
            : lineStartIn(fill(descriptor, offset - 1, Buffer.allocUnsafe(lineStartBytes + 1)))
        ),
      catch: (cause) => new RolloutUnreadable({ path, cause })
    })

  return { read, lineStart }
}
