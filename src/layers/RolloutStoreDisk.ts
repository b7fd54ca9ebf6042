import { createHash } from "node:crypto"
import { closeSync, fstatSync, openSync, readdirSync, readSync, realpathSync, statSync } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { join, sep } from "node:path"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { LineLimits } from "../domain/LineSplitter.js"
import { LineSplitter } from "../domain/LineSplitter.js"
import { HeadReader, headBytes, readTail, tailBytes } from "../domain/RolloutEnds.js"
import { decodeNumberedLine, type MalformedLine, type RolloutLine } from "../domain/RolloutLine.js"
import type { RolloutFile } from "../domain/Thread.js"
import { joinFacts, type ThreadFacts } from "../domain/ThreadFacts.js"
import { CodexHomeUnavailable, type EndOfRollout, RolloutStore, RolloutUnreadable } from "../services/RolloutStore.js"
import { Settings } from "../Settings.js"
import { breathe } from "./Breathing.js"
import { isCompressed, Unpacker } from "./Zstd.js"

/**
 * `node:fs` itself, and its synchronous half for listing and for the ends of files: a first index opens thousands of files,
 * a later one asks for the size of ten thousand, and the difference is seconds. `breathe` keeps the event loop alive.
 */

const folders = [
  { name: "sessions", isArchived: false },
  { name: "archived_sessions", isArchived: true }
] as const

const rolloutName = /^rollout-.*\.jsonl(?:\.zst)?$/

/** How much of a file is read at a time, in bytes. */
const pieceBytes = 262_144
/** The first look at a head: most session_metas and first requests are within it. */
const firstLookBytes = 65_536
/** The end of a compressed file is known only by unpacking all of it; of a larger one it stays unknown, in packed bytes. */
const unpackedForEnds = 8_388_608
/** Files that are listed, or read at their ends, between two breaths. */
const filesPerBreath = 16

const attempt = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Every real rollout file below a folder, by its path; a folder or a file may be reached through symbolic links. */
const walk = (start: string, isArchived: boolean, seen: Set<string>): ReadonlyArray<RolloutFile> => {
  const found: Array<RolloutFile> = []
  const open = [start]
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const current = folder
    if (seen.has(current)) {
      continue
    }
    seen.add(current)
    for (const entry of attempt(() => readdirSync(current, { withFileTypes: true })) ?? []) {
      const isLink = entry.isSymbolicLink()
      const name = `${current}${sep}${entry.name}`
      const path = isLink ? attempt(() => realpathSync(name)) : name
      const info =
        path === undefined || seen.has(path)
          ? undefined
          : entry.isDirectory()
            ? "folder"
            : attempt(() => statSync(path))
      if (path === undefined || info === undefined) {
        continue
      }
      if (info === "folder" || info.isDirectory()) {
        open.push(path)
      } else if (info.isFile() && rolloutName.test(entry.name)) {
        seen.add(path)
        found.push({ path, size: info.size, modifiedAt: Math.floor(info.mtimeMs), isArchived })
      }
    }
  }
  return found
}

/** Beside a plain file, its compressed copy tells nothing new. */
const withoutCopies = (files: ReadonlyArray<RolloutFile>): ReadonlyArray<RolloutFile> => {
  const paths = new Set(files.map(({ path }) => path))
  return files.filter(({ path }) => !path.endsWith(".zst") || !paths.has(path.slice(0, -".zst".length)))
}

const readAt = (descriptor: number, position: number, length: number): Buffer => {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const read = readSync(descriptor, buffer, filled, length - filled, position + filled)
    if (read === 0) {
      break
    }
    filled += read
  }
  return buffer.subarray(0, filled)
}

const readHead = (
  size: number,
  read: (position: number, length: number) => Buffer,
  limits: LineLimits
): ThreadFacts => {
  const splitter = new LineSplitter(limits)
  const reader = new HeadReader()
  const end = Math.min(size, headBytes)
  let position = 0
  let isWanted = true
  while (isWanted && position < end) {
    const piece = read(position, Math.min(position === 0 ? firstLookBytes : pieceBytes, end - position))
    position += piece.length
    isWanted = piece.length > 0 && reader.push(splitter.push(piece))
  }
  if (isWanted && position >= size) {
    reader.push(splitter.flush())
  }
  return reader.result()
}

const readPlainEnds = (descriptor: number, size: number, limits: LineLimits): ThreadFacts => {
  const tailStart = Math.max(0, size - tailBytes)
  const head = readHead(size, (position, length) => readAt(descriptor, position, length), limits)
  return joinFacts(head, readTail(readAt(descriptor, tailStart, size - tailStart), tailStart === 0))
}

/** Unpacks a whole file, keeping its ends. */
const readPackedEnds = (descriptor: number, size: number, limits: LineLimits): ThreadFacts => {
  const unpacker = new Unpacker()
  let head = Buffer.alloc(0)
  let tail = Buffer.alloc(0)
  let unpacked = 0
  for (let position = 0; position < size; position += pieceBytes) {
    const piece = Buffer.concat(unpacker.push(readAt(descriptor, position, Math.min(pieceBytes, size - position))))
    unpacked += piece.length
    head = head.length < headBytes ? Buffer.concat([head, piece]).subarray(0, headBytes) : head
    tail = Buffer.concat([tail, piece]).subarray(-tailBytes)
    if (position > unpackedForEnds) {
      return readHead(head.length, (from, length) => head.subarray(from, from + length), limits)
    }
  }
  const facts = readHead(head.length, (from, length) => head.subarray(from, from + length), limits)
  return joinFacts(facts, readTail(tail, unpacked <= tailBytes))
}

const readEndsOf = (path: string, limits: LineLimits): ThreadFacts => {
  const descriptor = openSync(path, "r")
  try {
    const { size } = fstatSync(descriptor)
    const read = isCompressed(readAt(descriptor, 0, 4)) ? readPackedEnds : readPlainEnds
    return read(descriptor, size, limits)
  } finally {
    closeSync(descriptor)
  }
}

const unreadable = (path: string) => (cause: unknown) => new RolloutUnreadable({ path, cause })

const openFile = (path: string): Effect.Effect<FileHandle, RolloutUnreadable> =>
  Effect.tryPromise({ try: () => open(path, "r"), catch: unreadable(path) })

type Record = RolloutLine | MalformedLine | EndOfRollout

/** Reads a file whole, as it was when it was opened. */
const readWhole = (file: RolloutFile, limits: LineLimits): Stream.Stream<Record, RolloutUnreadable> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const { path } = file
      const handle = yield* Effect.acquireRelease(openFile(path), (handle) => Effect.promise(() => handle.close()))
      const info = yield* Effect.tryPromise({ try: () => handle.stat(), catch: unreadable(path) })
      const hash = createHash("sha256")
      const splitter = new LineSplitter(limits)
      let unpacker: Unpacker | undefined
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

      const decodePiece = (piece: Buffer) =>
        Effect.try({
          try: () => {
            unpacker = position === 0 && isCompressed(piece) ? new Unpacker() : unpacker
            position += piece.length
            hash.update(piece)
            return (unpacker?.push(piece) ?? [piece]).flatMap((bytes) => splitter.push(bytes))
          },
          catch: unreadable(path)
        })

      const end = Effect.sync(() => {
        isEnded = true
        const content = { size: position, hash: hash.digest("hex") }
        const read: RolloutFile = { ...file, size: position, modifiedAt: Math.floor(info.mtimeMs) }
        const last: EndOfRollout = { _tag: "EndOfRollout", file: read, content }
        return Chunk.fromIterable<Record>([...splitter.flush().flatMap(decodeNumberedLine), last])
      })

      return Stream.repeatEffectChunkOption(
        Effect.gen(function* () {
          if (isEnded) {
            return yield* Effect.fail(Option.none())
          }
          if (position >= info.size) {
            return yield* end
          }
          const piece = yield* readPiece
          if (piece.length === 0) {
            return yield* end
          }
          return Chunk.fromIterable<Record>((yield* decodePiece(piece)).flatMap(decodeNumberedLine))
        }).pipe(Effect.mapError((error) => (Option.isOption(error) ? error : Option.some(error))))
      )
    })
  )

const make = Effect.gen(function* () {
  const { codexHome, rolloutBytes } = yield* Settings
  const limits: LineLimits = { stringBytes: Math.max(1_048_576, rolloutBytes) }

  const check = Effect.gen(function* () {
    const home = attempt(() => statSync(codexHome))
    if (home === undefined || !home.isDirectory()) {
      const reason = home === undefined ? "it is not there" : "it is not a folder"
      return yield* new CodexHomeUnavailable({ path: codexHome, reason })
    }
  })

  const list = Effect.gen(function* () {
    yield* check
    const seen = new Set<string>()
    const found = folders.flatMap(({ isArchived, name }) => {
      const start = attempt(() => realpathSync(join(codexHome, name)))
      return start === undefined ? [] : walk(start, isArchived, seen)
    })
    return withoutCopies([...found].sort((left, right) => (left.path < right.path ? -1 : 1)))
  }).pipe(Effect.withSpan("RolloutStore.list"))

  let opened = 0
  const readEnds = (file: RolloutFile) =>
    Effect.try({ try: () => readEndsOf(file.path, limits), catch: unreadable(file.path) }).pipe(
      Effect.zipLeft(Effect.suspend(() => (++opened % filesPerBreath === 0 ? breathe : Effect.void)))
    )

  return RolloutStore.of({ check, list, readEnds, read: (file) => readWhole(file, limits) })
})

/** The rollouts of a Codex home on disk. */
export const layer: Layer.Layer<RolloutStore, never, Settings> = Layer.effect(RolloutStore, make)
