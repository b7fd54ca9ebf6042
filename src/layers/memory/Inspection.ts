import { accessSync, constants, existsSync, lstatSync, readdirSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { FileKind } from "../../domain/memory/FileKind.js"
import { memoryFile, PublicationRecord } from "../../domain/memory/Publication.js"
import { type Directory, isBucket } from "../../domain/thread/WorkingDirectory.js"
import { MemoryFsFailure } from "../../services/MemoryFs.js"
import { MemoryInspection, type HomeFinding } from "../../services/MemoryInspection.js"
import { Settings } from "../../settings/Settings.js"
import { kindOfStats, readPlainText } from "../node/PlainFile.js"
import {
  journalFile,
  makeLayout,
  nextFolder,
  nextPreviousFolder,
  previousFolder,
  recordFile,
  stagingFolder
} from "./HomeLayout.js"

const decodeRecord = Schema.decodeUnknownOption(Schema.parseJson(PublicationRecord))

/**
 * Calls a function that reads an entry of the file system; undefined if the entry does not exist, since another process
 * may have removed it meanwhile.
 */
const ifThere = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")) {
      return undefined
    }
    throw cause
  }
}

const namesIn = (folder: string): ReadonlyArray<string> => (ifThere(() => readdirSync(folder)) ?? []).toSorted()

interface Entry {
  readonly path: string
  readonly size: number
  readonly mode: number
  readonly kind: FileKind
}

/** Lists a folder and everything below it. The folder itself may be a link; links below it are not followed. */
const walk = (folder: string): ReadonlyArray<Entry> => {
  const found: Array<Entry> = []
  const open = [folder]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const at = path
    const info = ifThere(() => (at === folder ? statSync(at) : lstatSync(at)))
    if (info !== undefined) {
      found.push({ path, size: info.isFile() ? info.size : 0, mode: info.mode, kind: kindOfStats(info) })
      if (info.isDirectory()) {
        open.push(...namesIn(path).map((name) => join(at, name)))
      }
    }
  }
  return found
}

const isAllowed = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * True when a pass can replace or write the entry. Files other than the state DB's are replaced as a whole, so the
 * permission of their folder decides. An entry without the owner's write permission counts as read-only even for root.
 */
const isWritable = ({ kind, mode, path }: Entry): boolean =>
  (kind === "File" && !basename(path).startsWith("state.sqlite")) || ((mode & 0o200) !== 0 && isAllowed(path))

const attempt = <A>(operation: string, path: string, read: () => A): Effect.Effect<A, MemoryFsFailure> =>
  Effect.try({ try: read, catch: (cause) => new MemoryFsFailure({ operation, path, cause }) })

const make = Effect.gen(function* () {
  const { memoriesHome } = yield* Settings

  const { bucketPath, rootOf } = makeLayout(memoriesHome)

  /**
   * True if neither the bucket of a directory nor its memory root is a symbolic link. Links are not followed, since
   * they may lead to files of another program.
   */
  const isOwn = (cwd: Directory): boolean =>
    [bucketPath(cwd), rootOf(cwd).memoryPath].every(
      (path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== false
    )

  const readText = (cwd: Directory, path: string) =>
    attempt("reading", path, () => Option.fromNullable(isOwn(cwd) ? ifThere(() => readPlainText(path)) : undefined))

  const findIn = (bucket: string): ReadonlyArray<HomeFinding> => {
    const folder = join(memoriesHome, bucket)
    const isThere = (name: string) => existsSync(join(folder, name))
    return [
      ...(isThere(journalFile) ? [{ path: join(folder, journalFile), problem: "unfinished" as const }] : []),
      ...[stagingFolder, nextFolder, nextPreviousFolder]
        .filter(isThere)
        .map((name) => ({ path: join(folder, name), problem: "left behind" as const }))
    ]
  }

  const findings = attempt("looking at", memoriesHome, () => {
    const names = namesIn(memoriesHome)
    const found: Array<HomeFinding> = names
      .filter((name) => name === ".git" || name === "raw_memories.md")
      .map((name) => ({ path: join(memoriesHome, name), problem: "managed by Codex" }))
    if (found.length > 0) {
      return found
    }
    found.push(
      ...names
        .filter((name) => name.startsWith("state.sqlite.corrupt-"))
        .map((name): HomeFinding => ({ path: join(memoriesHome, name), problem: "set aside" })),
      ...names.filter(isBucket).flatMap(findIn)
    )
    for (const entry of walk(memoriesHome)) {
      const { kind, mode, path } = entry
      if (kind !== "File" && kind !== "Folder") {
        if (path.slice(memoriesHome.length).split("/")[2] !== stagingFolder) {
          found.push({ path, problem: "not opened" })
        }
        continue
      }
      if (!isWritable(entry)) {
        found.push({ path, problem: "not writable" })
      }
      if ((mode & 0o077) !== 0) {
        found.push({ path, problem: "open to others" })
      }
      if (/\/\.[^/]+\.tmp$/.test(path)) {
        found.push({ path, problem: "left behind" })
      }
    }
    return found
  })

  return MemoryInspection.of({
    rootOf,
    bytes: attempt("measuring", memoriesHome, () => walk(memoriesHome).reduce((sum, { size }) => sum + size, 0)),
    memoryText: (cwd) => readText(cwd, join(rootOf(cwd).memoryPath, memoryFile)),
    files: (cwd) => {
      const { memoryPath } = rootOf(cwd)
      return attempt("reading", memoryPath, () =>
        (isOwn(cwd) ? walk(memoryPath) : [])
          .filter(({ kind, path }) => kind === "File" && path.endsWith(".md"))
          .flatMap(({ path }) => {
            const text = ifThere(() => readPlainText(path))
            return text === undefined ? [] : [{ path: path.slice(memoryPath.length + 1), text }]
          })
          .toSorted((one, other) => (one.path < other.path ? -1 : 1))
      )
    },
    record: (cwd) =>
      Effect.map(
        readText(cwd, join(bucketPath(cwd), recordFile)),
        Option.flatMap((text) => decodeRecord(text))
      ),
    hasPrevious: (cwd) => {
      const path = join(bucketPath(cwd), previousFolder, recordFile)
      return attempt("looking at", path, () => existsSync(path))
    },
    findings
  })
})

/** Inspects the memories home on disk. */
export const layer: Layer.Layer<MemoryInspection, never, Settings> = Layer.effect(MemoryInspection, make)
