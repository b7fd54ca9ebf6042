/* Reads session files with `node:fs` directly, since a pass needs the sizes of thousands of files. */
import { createHash } from "node:crypto"
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type LineLimits, LineSplitter, type NumberedLine } from "../../domain/session/LineSplitter.js"
import type { SessionLine } from "../../domain/session/SessionLine.js"
import { keptTime } from "../../domain/session/Timestamp.js"
import type { RolloutFile } from "../../domain/thread/Thread.js"
import { type EndOfRollout, RolloutUnreadable } from "../../services/SessionStore.js"
import { readFlags, requireFileStats } from "../node/PlainFile.js"
import { yieldToEventLoop } from "../node/YieldToEventLoop.js"

/** Number of bytes that are read from a file at a time. */
export const pieceBytes = 262_144

/** Returns the result of a read; undefined where it throws, as for a file that has vanished. */
export const attempt = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/**
 * Limits the size and time of a file to the numbers that a database row can hold exactly, since a sparse file may be
 * larger.
 */
export const sizeAndTime = ({ mtimeMs, size }: { readonly mtimeMs: number; readonly size: number }) => ({
  size: Math.min(size, Number.MAX_SAFE_INTEGER),
  modifiedAt: keptTime(mtimeMs)
})

/** Makes the error of a session file that cannot be read. */
export const unreadable = (path: string) => (cause: unknown) => new RolloutUnreadable({ path, cause })

/** Fills a buffer from a position in a file; the result is shorter where the file ends. */
export const fill = (descriptor: number, position: number, buffer: Buffer): Buffer => {
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

/** Flags for opening a file that must not be a link, so that nothing outside of its folder is read. */
export const unlinkedFlags = readFlags | constants.O_NOFOLLOW

/** Opens a regular file for the time of a function, with its size; throws on anything else that has taken its place. */
export const withFile = <A>(path: string, use: (descriptor: number, size: number) => A, flags = readFlags): A => {
  const descriptor = openSync(path, flags)
  try {
    const info = fstatSync(descriptor)
    requireFileStats(info, path)
    return use(descriptor, info.size)
  } finally {
    closeSync(descriptor)
  }
}

/** Reads the text of a small regular file; throws on anything else that has taken its place. */
export const readText = (path: string): string => withFile(path, (descriptor) => readFileSync(descriptor, "utf8"))

/** Unpacks a compressed file piece by piece. */
interface PieceUnpacker {
  readonly push: (piece: Uint8Array) => Iterator<Uint8Array>
}

/** The way in which one file of an agent is read. */
export interface FileReading {
  /** Decodes the next lines of the file. */
  readonly decode: (lines: ReadonlyArray<NumberedLine>) => ReadonlyArray<SessionLine>
  readonly flags: number
  /** Makes the unpacker of a compressed file from its first piece; undefined if the agent compresses none. */
  readonly unpacker?: (piece: Buffer) => Effect.Effect<PieceUnpacker | undefined>
}

const openFile = (path: string, flags: number): Effect.Effect<FileHandle, RolloutUnreadable> =>
  Effect.tryPromise({ try: () => open(path, flags), catch: unreadable(path) })

type Record = SessionLine | EndOfRollout

/**
 * Streams the lines of a whole file, up to its length when it was opened, and then its end. `reading` is made anew for
 * each reading of a file.
 */
export const readWhole = (
  file: RolloutFile,
  limits: LineLimits,
  reading: () => FileReading
): Stream.Stream<Record, RolloutUnreadable> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const { path } = file
      const { decode, flags, unpacker: unpackerOf } = reading()
      const handle = yield* Effect.acquireRelease(openFile(path, flags), (handle) =>
        Effect.promise(() => handle.close())
      )
      const info = yield* Effect.tryPromise({
        try: async () => {
          const info = await handle.stat()
          requireFileStats(info, path)
          return info
        },
        catch: unreadable(path)
      })
      const hash = createHash("sha256")
      const splitter = new LineSplitter(limits)
      let unpacker: PieceUnpacker | undefined
      let position = 0
      let isEnded = false

      const readPiece = Effect.tryPromise({
        try: async () => {
          const length = Math.min(pieceBytes, info.size - position)
          const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, position)
          return buffer.subarray(0, bytesRead)
        },
        catch: unreadable(path)
      })

      /**
       * The data that was read and not yet decoded: the last piece of the file or, for a compressed file, the blocks in
       * that piece, each unpacked when it is taken.
       */
      let blocks: Iterator<Uint8Array> = [][Symbol.iterator]()

      const takePiece = (piece: Buffer): void => {
        position += piece.length
        hash.update(piece)
        blocks = unpacker?.push(piece) ?? [piece].values()
      }

      const decodeBlock = Effect.try({
        try: () => {
          const block = blocks.next()
          return block.done === true ? undefined : decode(splitter.push(block.value))
        },
        catch: unreadable(path)
      })

      const end = Effect.sync(() => {
        isEnded = true
        const content = { size: position, hash: hash.digest("hex") }
        const read: RolloutFile = { ...file, ...sizeAndTime(info), size: position }
        const last: EndOfRollout = { _tag: "EndOfRollout", file: read, content }
        return Chunk.fromIterable<Record>([...decode(splitter.flush()), last])
      })

      return Stream.repeatEffectChunkOption(
        Effect.gen(function* () {
          if (isEnded) {
            return yield* Effect.fail(Option.none())
          }
          const records = yield* decodeBlock
          if (records !== undefined) {
            // A small file may unpack to thousands of blocks, and one block may contain ten thousand lines.
            yield* yieldToEventLoop
            return Chunk.fromIterable<Record>(records)
          }
          const piece = position < info.size ? yield* readPiece : Buffer.alloc(0)
          if (piece.length === 0) {
            return yield* end
          }
          if (position === 0 && unpackerOf !== undefined) {
            unpacker = yield* unpackerOf(piece)
          }
          takePiece(piece)
          return Chunk.empty<Record>()
        }).pipe(Effect.mapError((error) => (Option.isOption(error) ? error : Option.some(error))))
      )
    })
  )
