import { createHash } from "node:crypto"
import { basename, dirname, join, relative, sep } from "node:path"
import { type PlatformError, SystemError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type FileKind, wrongKind } from "../../domain/memory/FileKind.js"
import type { MemoryFile } from "../../domain/memory/Publication.js"
import type { StagedEntry } from "../../domain/memory/PublishCheck.js"
import type { SymbolicLinks } from "../../services/SymbolicLinks.js"
import type { ProcessIdentity, ProcessTable } from "../../services/ProcessTable.js"

/** Files and folders hold what was said in private: nobody but their owner reads them. */
const fileMode = 0o600
const folderMode = 0o700

/** More things than any memory root holds; a tree that has more was not written by anyone who knows what they do. */
const treeEntries = 5_000

/** A temporary file of an unknown process is left alone for this long, in milliseconds: nobody writes one file for a day. */
const temporaryLife = 86_400_000

const encoder = new TextEncoder()

const hostName = (host: string | undefined): string =>
  host === undefined ? "" : createHash("sha256").update(host).digest("hex").slice(0, 8)

/** How a temporary file's name says whose it is. */
const ownerName = ({ host, pid, startedAt }: ProcessIdentity): string => `${hostName(host)}-${pid}-${startedAt ?? ""}`

const temporaryName = /^\..+\.([0-9a-f]*)-(\d+)-(\d*)\.tmp$/

/** Whose a temporary file is, as far as `self` can tell; undefined for a file that is no temporary one. */
const temporaryOwner = (name: string, self: ProcessIdentity): ProcessIdentity | undefined => {
  const parts = temporaryName.exec(name)
  return parts === null
    ? undefined
    : {
        host: parts[1] === "" || parts[1] !== hostName(self.host) ? undefined : self.host,
        pid: Number(parts[2]),
        startedAt: parts[3] === "" ? undefined : parts[3]
      }
}

/** Forces a file's, or a folder's, content to the disk. */
const sync = (fileSystem: FileSystem.FileSystem, path: string): Effect.Effect<void, PlatformError> =>
  Effect.scoped(Effect.flatMap(fileSystem.open(path, { flag: "r" }), (file) => file.sync))

const isMissing = (error: PlatformError): boolean => error._tag === "SystemError" && error.reason === "NotFound"

const isTaken = (error: PlatformError): boolean => error._tag === "SystemError" && error.reason === "AlreadyExists"

/**
 * The file operations that everything durable is made of, below a home. Paths are absolute. The home itself may be reached
 * through symbolic links; below it none is followed, and nothing is opened but files, nothing entered but folders.
 */
export const make = (
  fileSystem: FileSystem.FileSystem,
  { kindOf }: SymbolicLinks["Type"],
  processes: ProcessTable["Type"],
  home: string
) => {
  const suffix = `.${ownerName(processes.self)}.tmp`

  /** Fails where something else stands than what belongs there. */
  const requireKind = (kind: FileKind, wanted: "File" | "Folder", path: string): Effect.Effect<void, PlatformError> => {
    const problem = wrongKind(kind, wanted)
    return problem === undefined
      ? Effect.void
      : new SystemError({
          reason: "BadResource",
          module: "FileSystem",
          method: "open",
          pathOrDescriptor: path,
          description: `${path} ${problem}`
        })
  }

  /** The folders from below the home down to a path, it included. */
  const foldersDownTo = (path: string): ReadonlyArray<string> => {
    const names = relative(home, path).split(sep)
    return path === home || names[0] === ".." ? [] : names.map((_, index) => join(home, ...names.slice(0, index + 1)))
  }

  /** Fails where a folder, or one on the way from the home to it, is something else; one that is not there is none. */
  const requireFolder = Effect.fnUntraced(function* (path: string) {
    for (const folder of foldersDownTo(path)) {
      const kind = yield* kindOf(folder)
      yield* requireKind(kind, "Folder", folder)
      if (kind === "Nothing") {
        return
      }
    }
  })

  /** Makes a folder, and those above it. */
  const makeFolder = Effect.fnUntraced(function* (path: string) {
    const options = { recursive: true, mode: folderMode }
    if (path === home) {
      return yield* fileSystem.makeDirectory(home, options)
    }
    for (const folder of foldersDownTo(path)) {
      const kind = yield* kindOf(folder)
      yield* requireKind(kind, "Folder", folder)
      if (kind === "Nothing") {
        yield* fileSystem.makeDirectory(folder, options)
      }
    }
  })

  /** A root, and the folders below it, that files need, the outer ones first. */
  const foldersFor = (root: string, paths: ReadonlyArray<string>) =>
    Array.from(new Set(paths.flatMap((path) => ["", ...foldersAbove(path)])), (folder) => join(root, folder))

  /** Makes a root, and the folders below it, that files need, one after the other. */
  const makeFoldersFor = (root: string, paths: ReadonlyArray<string>) =>
    Effect.forEach(foldersFor(root, paths), makeFolder, { discard: true })

  /** A file's bytes. */
  const readFile = (path: string): Effect.Effect<Uint8Array, PlatformError> =>
    Effect.flatMap(kindOf(path), (kind) => Effect.zipRight(requireKind(kind, "File", path), fileSystem.readFile(path)))

  /** A file's bytes; none where there is no such file. */
  const readIfThere = (path: string): Effect.Effect<Option.Option<Uint8Array>, PlatformError> =>
    Effect.catchIf(Effect.asSome(readFile(path)), isMissing, () => Effect.succeedNone)

  /** The bytes of a file that is to be replaced; a symbolic link has none, and is replaced itself. */
  const readBefore = (path: string): Effect.Effect<Option.Option<Uint8Array>, PlatformError> =>
    Effect.flatMap(isLink(path), (isLink) => (isLink ? Effect.succeedNone : readIfThere(path)))

  const isLink = (path: string) => Effect.map(kindOf(path), (kind) => kind === "Link")

  const isFile = (path: string) => Effect.map(kindOf(path), (kind) => kind === "File")

  const isFolder = (path: string) => Effect.map(kindOf(path), (kind) => kind === "Folder")

  /** The names in a folder, in the order of their code units; none where there is no such folder. */
  const namesIn = (path: string): Effect.Effect<Array<string>, PlatformError> =>
    Effect.zipRight(requireFolder(path), fileSystem.readDirectory(path)).pipe(
      Effect.map((names) => names.sort()),
      Effect.catchIf(isMissing, () => Effect.succeed<Array<string>>([]))
    )

  /** Opens a new file. What has its name was left by one who gave up, and goes; whatever it is, it is not opened. */
  const openNew = (path: string) => {
    const open = fileSystem.open(path, { flag: "wx", mode: fileMode })
    return Effect.catchIf(open, isTaken, () => Effect.zipRight(fileSystem.remove(path, { force: true }), open))
  }

  const writeThrough = (path: string, bytes: Uint8Array) =>
    Effect.scoped(
      Effect.gen(function* () {
        const file = yield* openNew(path)
        // The platform takes a write of nothing for one that failed.
        if (bytes.length > 0) {
          yield* file.writeAll(bytes)
        }
        yield* file.sync
      })
    )

  /**
   * Puts a file where it belongs, wholly or not at all: written beside, forced to the disk, renamed. A file that is given
   * up on leaves nothing behind; one whose process is killed leaves a temporary file that `sweep` removes.
   */
  const replaceFile = (path: string, bytes: Uint8Array): Effect.Effect<void, PlatformError> => {
    const temporary = join(dirname(path), `.${basename(path)}${suffix}`)
    return writeThrough(temporary, bytes).pipe(
      Effect.zipRight(fileSystem.rename(temporary, path)),
      Effect.onError(() => Effect.ignore(fileSystem.remove(temporary, { force: true }))),
      Effect.zipRight(sync(fileSystem, dirname(path)))
    )
  }

  /** Writes a file of text unless it already says the same. */
  const keepAs = Effect.fnUntraced(function* (path: string, text: string) {
    const bytes = encoder.encode(text)
    const before = yield* readBefore(path)
    if (!Option.exists(before, (found) => Buffer.compare(found, bytes) === 0)) {
      yield* replaceFile(path, bytes)
    }
  })

  /** Removes whatever is there, a folder with all that is in it; a link alone. */
  const remove = (path: string) => fileSystem.remove(path, { recursive: true, force: true })

  /** Removes a file, if it is there; fails where a folder is. */
  const removeFile = (path: string) => fileSystem.remove(path, { force: true })

  /** Removes the folders below a folder, and it, that hold nothing. */
  const removeEmptyFolders = (folder: string): Effect.Effect<void, PlatformError> =>
    Effect.gen(function* () {
      if (!(yield* isFolder(folder))) {
        return
      }
      for (const name of yield* namesIn(folder)) {
        yield* removeEmptyFolders(join(folder, name))
      }
      if ((yield* namesIn(folder)).length === 0) {
        yield* remove(folder)
      }
    })

  /** Moves a file to where readers see it, durably. */
  const moveFile = (from: string, to: string): Effect.Effect<void, PlatformError> =>
    Effect.zipRight(fileSystem.rename(from, to), sync(fileSystem, dirname(to)))

  /** Removes the temporary files in a folder whose process is gone. */
  const sweep = Effect.fnUntraced(function* (folder: string) {
    for (const name of yield* namesIn(folder)) {
      const owner = temporaryOwner(name, processes.self)
      if (owner !== undefined && (yield* isAbandoned(join(folder, name), owner))) {
        yield* fileSystem.remove(join(folder, name), { force: true })
      }
    }
  })

  const isAbandoned = Effect.fnUntraced(function* (path: string, owner: ProcessIdentity) {
    if (owner.host !== undefined && owner.startedAt !== undefined) {
      return yield* processes.isGone(owner)
    }
    const info = yield* infoIfThere(path)
    const now = yield* Clock.currentTimeMillis
    return Option.exists(info, ({ mtime }) => Option.exists(mtime, (time) => now - time.getTime() > temporaryLife))
  })

  const infoIfThere = (path: string) =>
    Effect.catchIf(Effect.asSome(fileSystem.stat(path)), isMissing, () => Effect.succeedNone)

  /**
   * Everything below a folder, links not followed, the folder's own included; paths are relative, with `/`. Empty where
   * there is no such folder. Other passes may be storing traces in it: their temporary files come and go, and are no part
   * of it.
   */
  const listTree = Effect.fnUntraced(function* (folder: string) {
    const entries: Array<StagedEntry> = []
    const root = yield* kindOf(folder)
    if (root === "Link" || root === "Special") {
      return [{ _tag: root, path: "." }]
    }
    const open = [""]
    for (let next = open.pop(); next !== undefined && entries.length < treeEntries; next = open.pop()) {
      for (const name of (yield* namesIn(join(folder, next))).filter((name) => !temporaryName.test(name))) {
        const path = next === "" ? name : `${next}/${name}`
        const absolute = join(folder, path)
        const kind = yield* kindOf(absolute)
        if (kind === "Folder") {
          open.push(path)
        } else if (kind === "File" || kind === "Nothing") {
          const info = yield* infoIfThere(absolute)
          entries.push(...Option.toArray(info).map(({ size }) => ({ _tag: "File" as const, path, size: Number(size) })))
        } else {
          entries.push({ _tag: kind, path })
        }
      }
    }
    return open.length === 0
      ? entries
      : [...entries, { _tag: "Special" as const, path: `more than ${treeEntries} files` }]
  })

  /** The regular files of a listing of a folder that are still there, with their bytes, in the order of their paths. */
  const readFiles = Effect.fnUntraced(function* (folder: string, entries: ReadonlyArray<StagedEntry>) {
    const found: Array<MemoryFile> = []
    for (const path of entries.flatMap((entry) => (entry._tag === "File" ? [entry.path] : [])).sort()) {
      const bytes = yield* readIfThere(join(folder, path))
      found.push(...Option.toArray(bytes).map((bytes) => ({ path, bytes })))
    }
    return found
  })

  /** Writes files below a folder of our own, durably, with the folders they need. */
  const writeTree = Effect.fnUntraced(function* (folder: string, files: ReadonlyArray<MemoryFile>) {
    const paths = files.map(({ path }) => path)
    yield* makeFoldersFor(folder, paths)
    yield* Effect.forEach(files, ({ bytes, path }) => writeThrough(join(folder, path), bytes), { discard: true })
    yield* Effect.forEach(foldersFor(folder, paths), (path) => sync(fileSystem, path), { discard: true })
  })

  /** Why files cannot be put below a folder: what stands in their way. */
  const obstaclesTo = Effect.fnUntraced(function* (folder: string, paths: ReadonlyArray<string>) {
    const inTheWay = (path: string, wanted: "File" | "Folder") =>
      Effect.map(kindOf(join(folder, path)), (kind) => {
        const problem = wrongKind(kind, wanted)
        return problem === undefined ? [] : [`${join(folder, path)} ${problem}`]
      })
    const folders = [...new Set(paths.flatMap(foldersAbove))]
    const found = [
      ...(yield* Effect.forEach(folders, (path) => inTheWay(path, "Folder"))),
      ...(yield* Effect.forEach(paths, (path) => inTheWay(path, "File")))
    ]
    return found.flat()
  })

  return {
    exists: fileSystem.exists,
    isFile,
    isFolder,
    keepAs,
    listTree,
    makeFolder,
    makeFoldersFor,
    moveFile,
    namesIn,
    obstaclesTo,
    readBefore,
    readIfThere,
    readFile,
    readFiles,
    requireFolder,
    remove,
    removeEmptyFolders,
    removeFile,
    replaceFile,
    sweep,
    writeTree
  }
}

/** The folders that a relative path runs through, from the outermost on: `a` and `a/b` for `a/b/c`. */
const foldersAbove = (path: string): ReadonlyArray<string> =>
  path
    .split("/")
    .slice(0, -1)
    .map((_, index, names) => names.slice(0, index + 1).join("/"))

/** See {@link make}. */
export type Files = ReturnType<typeof make>
