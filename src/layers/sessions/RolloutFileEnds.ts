import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import * as Effect from "effect/Effect"
import { CollectedBytes, LastBytes } from "../../domain/session/CollectedBytes.js"
import { type LineLimits, LineSplitter } from "../../domain/session/LineSplitter.js"
import { HeadReader, headBytes, readTail, tailBytes } from "../../domain/session/codex/RolloutEnds.js"
import { joinFacts, type ThreadFacts } from "../../domain/thread/ThreadFacts.js"
import { RolloutUnreadable } from "../../services/RolloutStore.js"
import { readFlags, requireFileStats } from "../node/PlainFile.js"
import { breathe } from "../node/YieldToEventLoop.js"
import { isCompressed, loadUnpacker, type Unpacker } from "./Compression.js"

/** How much of a file is read at a time, in bytes. */
const pieceBytes = 262_144
/** The first look at a head: most session_metas and first requests are within it. */
const firstLookBytes = 65_536
/** How much of a head is split into lines before asking whether it has told enough. */
const splitBytes = 8_192
/** The end of a compressed file is known only by unpacking all of it; of one that unpacks to more it stays unknown, in bytes. */
const unpackedForEnds = 67_108_864

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

/** Unpacks a whole file, keeping its ends; pauses after each block. */
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

/** Goes through synchronous work that pauses now and then; at each pause the event loop turns. */
const inTurns = <A>(work: Generator<void, A>, onError: (cause: unknown) => RolloutUnreadable) =>
  Effect.gen(function* () {
    for (;;) {
      const step = yield* Effect.try({ try: () => work.next(), catch: onError })
      if (step.done === true) {
        return step.value
      }
      yield* breathe
    }
  })

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
    const attempt = <A>(action: () => A) => Effect.try({ try: action, catch: unreadable })
    const readPacked = Effect.acquireUseRelease(
      attempt(() => openSync(path, readFlags)),
      (descriptor) =>
        Effect.gen(function* () {
          const Unpacker = yield* loadUnpacker
          const info = yield* attempt(() => fstatSync(descriptor))
          yield* attempt(() => requireFileStats(info, path))
          return yield* inTurns(readPackedEnds(descriptor, info.size, new Unpacker(), options), unreadable)
        }),
      (descriptor) => Effect.sync(() => closeSync(descriptor))
    )
    return attempt(() => withFile(path, (descriptor, size) => readPlainEnds(descriptor, size, options))).pipe(
      Effect.flatMap((facts) => (facts === undefined ? readPacked : Effect.succeed(facts)))
    )
  }

  return { read }
}
