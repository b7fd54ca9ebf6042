import { createHash } from "node:crypto"
import { basename, dirname, join, relative, sep } from "node:path"
import { type PlatformError, SystemError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type FileKind, wrongKind } from "../../domain/memory/FileKind.js"
import type { MemoryFile } from "../../domain/memory/Publication.js"
import type { SafeText } from "../../domain/privacy/SafeText.js"
import type { StagedEntry } from "../../domain/memory/PublishCheck.js"
import type { SymbolicLinks } from "../../services/SymbolicLinks.js"
import type { ProcessIdentity, ProcessTable } from "../../services/ProcessTable.js"

/** File permissions for the owner only, since memories are private. */
const fileMode = 0o600
const folderMode = 0o700

/** Maximum number of entries that a listing visits. No real memory root comes near it. */
const treeEntries = 5_000

/**
 * Age in milliseconds at which a temporary file of an unknown process counts as abandoned, and is removed. No write
 * takes a day.
 */
const temporaryLife = 86_400_000

const encoder = new TextEncoder()

const hostName = (host: string | undefined): string =>
  host === undefined ? "" : createHash("sha256").update(host).digest("hex").slice(0, 8)

/** The part of a temporary file's name that identifies its process. */
const ownerName = ({ host, pid, startedAt }: ProcessIdentity): string => `${hostName(host)}-${pid}-${startedAt ?? ""}`

const temporaryName = /^\..+\.([0-9a-f]*)-(\d+)-(\d*)\.tmp$/

/** Parses the process that wrote a temporary file from the file's name; undefined for any other file. */
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

/** Flushes a file or a folder to disk. */
const sync = (fileSystem: FileSystem.FileSystem, path: string): Effect.Effect<void, PlatformError> =>
  Effect.scoped(Effect.flatMap(fileSystem.open(path, { flag: "r" }), (file) => file.sync))

const isMissing = (error: PlatformError): boolean => error._tag === "SystemError" && error.reason === "NotFound"

const isTaken = (error: PlatformError): boolean => error._tag === "SystemError" && error.reason === "AlreadyExists"

/**
 * Durable file operations below a home. Paths are absolute. The home itself may be reached through symbolic links;
 * below it no link is followed, only files are opened and only folders entered.
 */
export const make = (
  fileSystem: FileSystem.FileSystem,
  { kindOf }: SymbolicLinks["Type"],
  processes: ProcessTable["Type"],
  home: string
) => {
  const suffix = `.${ownerName(processes.self)}.tmp`

  /** Fails when an entry is of another kind (file, folder, link) than the wanted one. */
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

  /**
   * Lists the folders on the way from the home to a path: the first one below the home, and so on, up to the path
   * itself.
   */
  const foldersDownTo = (path: string): ReadonlyArray<string> => {
    const names = relative(home, path).split(sep)
    return path === home || names[0] === ".." ? [] : names.map((_, index) => join(home, ...names.slice(0, index + 1)))
  }

  /** Fails when a folder, or one between the home and it, is a link or a file. A missing folder is accepted. */
  const requireFolder = Effect.fnUntraced(function* (path: string) {
    for (const folder of foldersDownTo(path)) {
      const kind = yield* kindOf(folder)
      yield* requireKind(kind, "Folder", folder)
      if (kind === "Nothing") {
        return
      }
    }
  })

  /** Creates a folder and the missing folders above it. */
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

  /**
   * Lists the folders that must exist for files to be written below a root: the root, and the parents of the files,
   * outer folders first.
   */
  const foldersFor = (root: string, paths: ReadonlyArray<string>) =>
    Array.from(new Set(paths.flatMap((path) => ["", ...foldersAbove(path)])), (folder) => join(root, folder))

  /** Creates the folders that files below a root need, and the root. */
  const makeFoldersFor = (root: string, paths: ReadonlyArray<string>) =>
    Effect.forEach(foldersFor(root, paths), makeFolder, { discard: true })

  /** Reads a file. */
  const readFile = (path: string): Effect.Effect<Uint8Array, PlatformError> =>
    Effect.flatMap(kindOf(path), (kind) => Effect.zipRight(requireKind(kind, "File", path), fileSystem.readFile(path)))

  /** Reads a file; none when it does not exist. */
  const readIfThere = (path: string): Effect.Effect<Option.Option<Uint8Array>, PlatformError> =>
    Effect.catchIf(Effect.asSome(readFile(path)), isMissing, () => Effect.succeedNone)

  /** Reads a file before it is replaced. A symbolic link counts as missing, since the link itself is replaced. */
  const readBefore = (path: string): Effect.Effect<Option.Option<Uint8Array>, PlatformError> =>
    Effect.flatMap(isLink(path), (isLink) => (isLink ? Effect.succeedNone : readIfThere(path)))

  const isLink = (path: string) => Effect.map(kindOf(path), (kind) => kind === "Link")

  const isFile = (path: string) => Effect.map(kindOf(path), (kind) => kind === "File")

  const isFolder = (path: string) => Effect.map(kindOf(path), (kind) => kind === "Folder")

  /** The names in a folder, sorted by code units; none when the folder does not exist. */
  const namesIn = (path: string): Effect.Effect<Array<string>, PlatformError> =>
    Effect.zipRight(requireFolder(path), fileSystem.readDirectory(path)).pipe(
      Effect.map((names) => names.sort()),
      Effect.catchIf(isMissing, () => Effect.succeed<Array<string>>([]))
    )

  /** Creates a file. An entry with that name is left from an interrupted write; it is removed without being opened. */
  const openNew = (path: string) => {
    const open = fileSystem.open(path, { flag: "wx", mode: fileMode })
    return Effect.catchIf(open, isTaken, () => Effect.zipRight(fileSystem.remove(path, { force: true }), open))
  }

  const writeThrough = (path: string, bytes: Uint8Array) =>
    Effect.scoped(
      Effect.gen(function* () {
        const file = yield* openNew(path)
        // The platform reports an empty write as a failure.
        if (bytes.length > 0) {
          yield* file.writeAll(bytes)
        }
        yield* file.sync
      })
    )

  /**
   * Replaces a file atomically: writes a temporary file beside it, flushes and renames it. An interrupted write removes
   * the temporary file; one that a killed process left is removed by `sweep`.
   */
  const replaceFile = (path: string, bytes: Uint8Array): Effect.Effect<void, PlatformError> => {
    const temporary = join(dirname(path), `.${basename(path)}${suffix}`)
    return writeThrough(temporary, bytes).pipe(
      Effect.zipRight(fileSystem.rename(temporary, path)),
      Effect.onError(() => Effect.ignore(fileSystem.remove(temporary, { force: true }))),
      Effect.zipRight(sync(fileSystem, dirname(path)))
    )
  }

  /** Replaces a file by a redacted text. Copies of files keep their bytes instead; see `replaceFile`. */
  const replaceText = (path: string, text: SafeText) => replaceFile(path, encoder.encode(text))

  /** Writes a text file unless it already has that text. */
  const keepAs = Effect.fnUntraced(function* (path: string, text: SafeText) {
    const bytes = encoder.encode(text)
    const before = yield* readBefore(path)
    if (!Option.exists(before, (found) => Buffer.compare(found, bytes) === 0)) {
      yield* replaceText(path, text)
    }
  })

  /** Removes any entry: a folder with its contents, but a symbolic link without its target. */
  const remove = (path: string) => fileSystem.remove(path, { recursive: true, force: true })

  /** Removes a file if it exists; fails on a folder. */
  const removeFile = (path: string) => fileSystem.remove(path, { force: true })

  /** Removes the empty folders below a folder, and the folder itself if it is empty then. */
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

  /** Renames a file durably. */
  const moveFile = (from: string, to: string): Effect.Effect<void, PlatformError> =>
    Effect.zipRight(fileSystem.rename(from, to), sync(fileSystem, dirname(to)))

  /** Removes the abandoned temporary files in a folder. */
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
   * Lists everything below a folder; paths are relative and use `/`. No link is followed, not even the folder itself.
   * Empty when the folder does not exist. Temporary files are left out, since other passes may be storing traces.
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

  /** Reads the regular files of a listing that still exist, in the order of their paths. */
  const readFiles = Effect.fnUntraced(function* (folder: string, entries: ReadonlyArray<StagedEntry>) {
    const found: Array<MemoryFile> = []
    for (const path of entries.flatMap((entry) => (entry._tag === "File" ? [entry.path] : [])).sort()) {
      const bytes = yield* readIfThere(join(folder, path))
      found.push(...Option.toArray(bytes).map((bytes) => ({ path, bytes })))
    }
    return found
  })

  /** Writes files durably below a folder, and creates the folders they need. */
  const writeTree = Effect.fnUntraced(function* (folder: string, files: ReadonlyArray<MemoryFile>) {
    const paths = files.map(({ path }) => path)
    yield* makeFoldersFor(folder, paths)
    yield* Effect.forEach(files, ({ bytes, path }) => writeThrough(join(folder, path), bytes), { discard: true })
    yield* Effect.forEach(foldersFor(folder, paths), (path) => sync(fileSystem, path), { discard: true })
  })

  /**
   * Lists the entries that prevent files from being written below a folder, such as a file where a folder is needed.
   */
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
    replaceText,
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

/** The parent folders of a relative path, outermost first: `a` and `a/b` for `a/b/c`. */
const foldersAbove = (path: string): ReadonlyArray<string> =>
  path
    .split("/")
    .slice(0, -1)
    .map((_, index, names) => names.slice(0, index + 1).join("/"))

/** See {@link make}. */
export type Files = ReturnType<typeof make>
