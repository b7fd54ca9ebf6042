import { dirname, join, resolve, sep } from "node:path"
import { type PlatformError, SystemError, type SystemErrorReason } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { SymbolicLinks } from "../../services/SymbolicLinks.js"

type Node =
  | { readonly _tag: "Folder" }
  | { readonly _tag: "File"; readonly bytes: Uint8Array }
  | { readonly _tag: "Link"; readonly target: string }

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const isSystemError = Schema.is(SystemError)

const failure = (method: string, path: string, reason: SystemErrorReason) =>
  new SystemError({ module: "FileSystem", method, pathOrDescriptor: path, reason })

/**
 * An in-memory implementation of the file system operations that memory roots use: folders, whole files, and symbolic
 * links that are recognised but not followed. It has no modes and no times; every write is durable at once.
 */
const make = () => {
  const nodes = new Map<string, Node>([[sep, { _tag: "Folder" }]])

  const attempt = <A>(run: () => A): Effect.Effect<A, PlatformError> =>
    Effect.try({
      try: run,
      catch: (error) => (isSystemError(error) ? error : failure("unknown", "", "Unknown"))
    })

  const find = (method: string, path: string): Node => {
    const node = nodes.get(resolve(path))
    if (node === undefined) {
      throw failure(method, path, "NotFound")
    }
    return node
  }

  const below = (path: string): ReadonlyArray<string> => {
    const prefix = resolve(path) === sep ? sep : resolve(path) + sep
    return [...nodes.keys()].filter((other) => other.startsWith(prefix) && other !== sep)
  }

  const put = (method: string, path: string, node: Node): void => {
    if (nodes.get(dirname(resolve(path)))?._tag !== "Folder") {
      throw failure(method, path, "NotFound")
    }
    if (node._tag === "File" && nodes.get(resolve(path))?._tag === "Folder") {
      throw failure(method, path, "BadResource")
    }
    nodes.set(resolve(path), node)
  }

  const readBytes = (method: string, path: string): Uint8Array => {
    const node = find(method, path)
    if (node._tag !== "File") {
      throw failure(method, path, node._tag === "Link" ? "NotFound" : "BadResource")
    }
    return node.bytes.slice()
  }

  const makeFolder = (path: string, recursive: boolean): void => {
    const parent = dirname(resolve(path))
    if (recursive && parent !== resolve(path) && !nodes.has(parent)) {
      makeFolder(parent, true)
    }
    const there = nodes.get(resolve(path))
    if (there !== undefined && !(recursive && there._tag !== "File")) {
      throw failure("makeDirectory", path, "AlreadyExists")
    }
    if (there === undefined) {
      put("makeDirectory", path, { _tag: "Folder" })
    }
  }

  const move = (from: string, to: string): void => {
    const node = find("rename", from)
    const children = below(from)
    if (below(to).length > 0) {
      throw failure("rename", to, "AlreadyExists")
    }
    put("rename", to, node)
    nodes.delete(resolve(from))
    for (const child of children) {
      const moved = nodes.get(child)
      nodes.delete(child)
      if (moved !== undefined) {
        nodes.set(resolve(to) + child.slice(resolve(from).length), moved)
      }
    }
  }

  const remove = (path: string, options: FileSystem.RemoveOptions | undefined): void => {
    if (!nodes.has(resolve(path)) && options?.force === true) {
      return
    }
    find("remove", path)
    const children = below(path)
    if (children.length > 0 && options?.recursive !== true) {
      throw failure("remove", path, "BadResource")
    }
    ;[resolve(path), ...children].forEach((gone) => nodes.delete(gone))
  }

  /** The path with every link in it replaced by its target. */
  const realPath = (path: string): string => {
    const [first = sep, ...names] = resolve(path).split(sep)
    let real = first === "" ? sep : first
    for (const name of names.filter((name) => name !== "")) {
      const next = join(real, name)
      const node = find("realPath", next)
      real = node._tag === "Link" ? realPath(resolve(real, node.target)) : next
    }
    return real
  }

  const infoOf = (node: Node): FileSystem.File.Info => ({
    type: node._tag === "Folder" ? "Directory" : node._tag === "File" ? "File" : "SymbolicLink",
    mtime: Option.none(),
    atime: Option.none(),
    birthtime: Option.none(),
    dev: 0,
    ino: Option.none(),
    mode: 0o600,
    nlink: Option.none(),
    uid: Option.none(),
    gid: Option.none(),
    rdev: Option.none(),
    size: FileSystem.Size(node._tag === "File" ? node.bytes.length : 0),
    blksize: Option.none(),
    blocks: Option.none()
  })

  const openFile = (path: string, flag: FileSystem.OpenFlag): FileSystem.File => {
    if (flag.startsWith("wx") && nodes.has(resolve(path))) {
      throw failure("open", path, "AlreadyExists")
    }
    if (flag.startsWith("w")) {
      put("open", path, { _tag: "File", bytes: new Uint8Array() })
    }
    find("open", path)
    const append = (bytes: Uint8Array) =>
      attempt(() => {
        put("write", path, { _tag: "File", bytes: Buffer.concat([readBytes("write", path), bytes]) })
      })
    return {
      [FileSystem.FileTypeId]: FileSystem.FileTypeId,
      fd: FileSystem.FileDescriptor(0),
      stat: attempt(() => infoOf(find("stat", path))),
      seek: () => Effect.void,
      sync: Effect.void,
      read: () => Effect.fail(failure("read", path, "BadResource")),
      readAlloc: () => Effect.fail(failure("readAlloc", path, "BadResource")),
      truncate: () => Effect.fail(failure("truncate", path, "BadResource")),
      write: (bytes) => Effect.as(append(bytes), FileSystem.Size(bytes.length)),
      writeAll: append
    }
  }

  const fileSystem = FileSystem.makeNoop({
    access: (path) => attempt(() => void find("access", path)),
    exists: (path) => Effect.sync(() => nodes.has(resolve(path))),
    makeDirectory: (path, options) => attempt(() => makeFolder(path, options?.recursive === true)),
    open: (path, options) => attempt(() => openFile(path, options?.flag ?? "r")),
    readDirectory: (path) =>
      attempt(() => {
        if (find("readDirectory", path)._tag !== "Folder") {
          throw failure("readDirectory", path, "BadResource")
        }
        return below(path)
          .filter((other) => dirname(other) === resolve(path))
          .map((other) => other.slice(resolve(path) === sep ? 1 : resolve(path).length + 1))
      }),
    readFile: (path) => attempt(() => readBytes("readFile", path)),
    readFileString: (path) => attempt(() => decoder.decode(readBytes("readFileString", path))),
    readLink: (path) =>
      attempt(() => {
        const node = find("readLink", path)
        if (node._tag !== "Link") {
          throw failure("readLink", path, "BadResource")
        }
        return node.target
      }),
    realPath: (path) => attempt(() => realPath(path)),
    remove: (path, options) => attempt(() => remove(path, options)),
    rename: (from, to) => attempt(() => move(from, to)),
    stat: (path) => attempt(() => infoOf(find("stat", path))),
    symlink: (target, path) => attempt(() => put("symlink", path, { _tag: "Link", target })),
    writeFile: (path, bytes) => attempt(() => put("writeFile", path, { _tag: "File", bytes: bytes.slice() })),
    writeFileString: (path, text) =>
      attempt(() => put("writeFileString", path, { _tag: "File", bytes: encoder.encode(text) }))
  })
  return Context.make(FileSystem.FileSystem, fileSystem).pipe(
    Context.add(SymbolicLinks, { kindOf: (path) => Effect.sync(() => nodes.get(resolve(path))?._tag ?? "Nothing") })
  )
}

/**
 * An in-memory file system for memory roots; its files disappear with the layer. Operations that memory roots do not
 * use fail or die.
 */
export const layer: Layer.Layer<FileSystem.FileSystem | SymbolicLinks> = Layer.syncContext(make)
