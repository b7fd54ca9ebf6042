/*
 * Reads sessions with `node:fs` directly, and lists them with its synchronous functions, since a pass needs the sizes
 * of thousands of files.
 */
import { createHash } from "node:crypto"
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { join, sep } from "node:path"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type LineLimits, LineSplitter, type NumberedLine } from "../../domain/session/LineSplitter.js"
import { decodeNumberedLine, type MalformedLine, type RolloutLine } from "../../domain/session/codex/RolloutLine.js"
import { keptTime } from "../../domain/session/Timestamp.js"
import { namesIn, type SessionNames } from "../../domain/session/codex/SessionNames.js"
import { UndoneLines } from "../../domain/session/codex/RolloutSegments.js"
import type { RolloutFile } from "../../domain/thread/Thread.js"
import {
  CodexHomeUnavailable,
  type EndOfRollout,
  SessionStore,
  RolloutUnreadable
} from "../../services/SessionStore.js"
import { loadPart, sqlitePart } from "../../services/PackageMissing.js"
import { Settings } from "../../settings/Settings.js"
import { yieldToEventLoop } from "../node/YieldToEventLoop.js"
import { isCompressed, loadUnpacker, type Unpacker } from "./Compression.js"
import { readFlags, requireFileStats } from "../node/PlainFile.js"
import * as RolloutFileEnds from "./RolloutFileEnds.js"
import { safe } from "../../domain/privacy/SafeText.js"
import { logWarning } from "../../services/Logging.js"
import * as Redactor from "../../services/Redactor.js"

const folders = [
  { name: "sessions", isArchived: false },
  { name: "archived_sessions", isArchived: true }
] as const

const rolloutName = /^rollout-.*\.jsonl(?:\.zst)?$/

const stateDbName = /^state_(\d+)\.sqlite$/

/** Selects the state DBs of Codex, oldest first: the number in the name grows with the schema. */
const stateDbNames = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const numberOf = (name: string): number => Number(stateDbName.exec(name)?.[1])
  return names.filter((name) => stateDbName.test(name)).sort((left, right) => numberOf(left) - numberOf(right))
}

/** Number of bytes that are read from a file at a time. */
const pieceBytes = 262_144
/** Number of files whose ends are read between two turns of the event loop. */
const filesPerTurn = 16

const attempt = <A>(read: () => A): A | undefined => {
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
const sizeAndTime = ({ mtimeMs, size }: { readonly mtimeMs: number; readonly size: number }) => ({
  size: Math.min(size, Number.MAX_SAFE_INTEGER),
  modifiedAt: keptTime(mtimeMs)
})

/** Finds every session file below a folder, by its real path; symbolic links to folders and files are followed. */
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
      const isNamed = rolloutName.test(entry.name)
      const name = `${current}${sep}${entry.name}`
      // Almost all entries are regular files, for which the other checks are unnecessary.
      const isLink = !entry.isFile() && entry.isSymbolicLink()
      // The size of any other file would cost as much to read as that of a session file.
      const path = isLink ? attempt(() => realpathSync(name)) : isNamed || entry.isDirectory() ? name : undefined
      if (path === undefined || seen.has(path)) {
        continue
      }
      const info = isLink || entry.isFile() ? attempt(() => statSync(path)) : undefined
      if (info === undefined ? entry.isDirectory() : info.isDirectory()) {
        open.push(path)
      } else if (isNamed && info?.isFile() === true) {
        seen.add(path)
        found.push({ path, ...sizeAndTime(info), isArchived })
      }
    }
  }
  return found
}

/** Drops compressed files that lie beside their uncompressed original. */
const withoutCopies = (files: ReadonlyArray<RolloutFile>): ReadonlyArray<RolloutFile> => {
  if (!files.some(({ path }) => path.endsWith(".zst"))) {
    return files
  }
  const paths = new Set(files.map(({ path }) => path))
  return files.filter(({ path }) => !path.endsWith(".zst") || !paths.has(path.slice(0, -".zst".length)))
}

const unreadable = (path: string) => (cause: unknown) => new RolloutUnreadable({ path, cause })

const openFile = (path: string): Effect.Effect<FileHandle, RolloutUnreadable> =>
  Effect.tryPromise({ try: () => open(path, readFlags), catch: unreadable(path) })

/** Maximum size in bytes up to which the file with the names of sessions is read. */
const namesBytes = 33_554_432

/** Reads a small regular file; throws on anything else that has taken its place. */
const readText = (path: string): string => {
  const descriptor = openSync(path, readFlags)
  try {
    requireFileStats(fstatSync(descriptor), path)
    return readFileSync(descriptor, "utf8")
  } finally {
    closeSync(descriptor)
  }
}

type Record = RolloutLine | MalformedLine | EndOfRollout

/** Reads a whole file, up to its length when it was opened. */
const readWhole = (
  file: RolloutFile,
  endOrdinal: number | undefined,
  limits: LineLimits
): Stream.Stream<Record, RolloutUnreadable> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const { path } = file
      const handle = yield* Effect.acquireRelease(openFile(path), (handle) => Effect.promise(() => handle.close()))
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
      const undone = new UndoneLines(endOrdinal)
      const decode = (lines: ReadonlyArray<NumberedLine>) => undone.keep(lines.flatMap(decodeNumberedLine))
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
          if (position === 0 && isCompressed(piece)) {
            unpacker = new (yield* loadUnpacker)()
          }
          takePiece(piece)
          return Chunk.empty<Record>()
        }).pipe(Effect.mapError((error) => (Option.isOption(error) ? error : Option.some(error))))
      )
    })
  )

const make = Effect.gen(function* () {
  const redactor = yield* Redactor.Redactor
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
  }).pipe(Effect.withSpan("SessionStore.list"))

  let named: { readonly size: number; readonly modifiedAt: number; readonly names: SessionNames } | undefined
  const names = Effect.sync(() => {
    const path = join(codexHome, "session_index.jsonl")
    const info = attempt(() => statSync(path))
    if (info === undefined || !info.isFile() || info.size > namesBytes) {
      return new Map()
    }
    const { modifiedAt, size } = sizeAndTime(info)
    if (named?.size !== size || named.modifiedAt !== modifiedAt) {
      named = { size, modifiedAt, names: namesIn(attempt(() => readText(path)) ?? "") }
    }
    return named.names
  }).pipe(Effect.withSpan("SessionStore.names"))

  /**
   * Reads from Codex's state DBs for which threads memory is switched off. SQLite is loaded only if there is such a DB,
   * since a host may use another database.
   */
  const switchedOff = Effect.gen(function* () {
    const names = attempt(() => readdirSync(codexHome)) ?? []
    const paths = stateDbNames(names).map((name) => join(codexHome, name))
    if (paths.length === 0) {
      return new Set<string>()
    }
    const { readSwitchedOff } = yield* loadPart(() => import("./CodexStateDb.js"), sqlitePart)
    return yield* readSwitchedOff(paths)
  }).pipe(
    Effect.tapError((error) =>
      Effect.flatMap(redactor.safeMessage(error), (message) =>
        logWarning(
          safe`Codex's state DB cannot be read now, so the sessions with memory switched off are those known before: ${message}`
        )
      )
    ),
    Effect.option,
    Effect.withSpan("SessionStore.switchedOff")
  )

  const ends = RolloutFileEnds.make(limits)
  let opened = 0
  const readEnds = (file: RolloutFile, endOrdinal?: number) =>
    ends
      .read(file.path, endOrdinal)
      .pipe(Effect.zipLeft(Effect.suspend(() => (++opened % filesPerTurn === 0 ? yieldToEventLoop : Effect.void))))

  return SessionStore.of({
    check,
    list,
    names,
    switchedOff,
    readEnds,
    lineStart: (file, offset) => ends.lineStart(file.path, offset),
    read: (file, endOrdinal) => readWhole(file, endOrdinal, limits)
  })
})

/** Reads the sessions of a Codex home on disk. */
export const layer: Layer.Layer<SessionStore, never, Settings> = Layer.effect(SessionStore, make).pipe(
  Layer.provide(Redactor.layer)
)
