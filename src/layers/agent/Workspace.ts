import { join } from "node:path"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { byteLength } from "../../domain/text/ByteBudget.js"
import { namesOf, writableNamesOf } from "../../domain/agent/AgentPath.js"
import { ToolRefusal } from "../../domain/agent/ToolRefusal.js"
import { memoryFile } from "../../domain/memory/Publication.js"

/** Limits on what an agent writes. */
export interface WorkspaceLimits {
  /** Maximum size of one file. */
  readonly fileBytes: number
  /** Maximum number of files created. */
  readonly files: number
  /** Maximum bytes written in total. */
  readonly writtenBytes: number
}

/** A file as a listing shows it. */
export interface ListedFile {
  readonly path: string
  readonly bytes: number
}

/** Maximum number of entries that one listing visits. */
const listedEntries = 1_000

const refusal = (reason: string) => new ToolRefusal({ reason })

const unusable =
  (path: string) =>
  (error: PlatformError): ToolRefusal =>
    refusal(
      error._tag === "SystemError" && error.reason === "NotFound"
        ? `${path} is not there; list the files to see what is`
        : `${path} cannot be used (${error._tag === "SystemError" ? error.reason : "bad argument"})`
    )

/**
 * Access to the files of one directory for an untrusted agent. Each path is resolved name by name, no symbolic link is
 * followed, and the resolved path must lie below the real directory. One instance serves one agent, which runs one tool
 * at a time.
 */
export const makeWorkspace = Effect.fnUntraced(function* (directory: string, limits: WorkspaceLimits) {
  const fileSystem = yield* FileSystem.FileSystem
  const root = yield* fileSystem.realPath(directory)
  let made = 0
  let written = 0

  /** Resolves names to an absolute path below the directory; refuses symbolic links. */
  const within = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
    let path = root
    for (const name of names) {
      path = join(path, name)
      if (yield* Effect.isSuccess(fileSystem.readLink(path))) {
        return yield* refusal(`${names.join("/")} runs through a symbolic link, and none is followed`)
      }
      if (!(yield* Effect.orElseSucceed(fileSystem.exists(path), () => false))) {
        continue
      }
      const real = yield* Effect.mapError(fileSystem.realPath(path), unusable(names.join("/")))
      if (real !== path) {
        return yield* refusal(`${names.join("/")} is not where it seems to be, and is left alone`)
      }
    }
    return path
  })

  const kindOf = (path: string) =>
    fileSystem.stat(path).pipe(
      Effect.map(({ size, type }) => ({ type, size: Number(size) })),
      Effect.orElseSucceed(() => undefined)
    )

  const read = Effect.fnUntraced(function* (path: string) {
    const absolute = yield* within(yield* namesOf(path))
    const kind = yield* kindOf(absolute)
    if (kind !== undefined && kind.type !== "File") {
      return yield* refusal(`${path} is no file; list it instead`)
    }
    if (kind !== undefined && kind.size > limits.fileBytes * 8) {
      return yield* refusal(`${path} is too large to be read`)
    }
    return yield* Effect.mapError(fileSystem.readFileString(absolute), unusable(path))
  })

  /** Lists every regular file below a folder, in the order of their paths, without symbolic links. */
  const list = Effect.fnUntraced(function* (path: string) {
    const names = yield* namesOf(path)
    const files: Array<ListedFile> = []
    const open = [names]
    let seen = 0
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const folder = yield* within(next)
      const entries = yield* Effect.mapError(fileSystem.readDirectory(folder), unusable(next.join("/") || "."))
      for (const name of entries) {
        if (++seen > listedEntries) {
          return { files: files.sort((left, right) => (left.path < right.path ? -1 : 1)), isWhole: false }
        }
        const below = [...next, name]
        const absolute = yield* Effect.option(within(below))
        const kind = absolute._tag === "Some" ? yield* kindOf(absolute.value) : undefined
        if (kind?.type === "Directory") {
          open.push(below)
        } else if (kind?.type === "File") {
          files.push({ path: below.join("/"), bytes: kind.size })
        }
      }
    }
    return { files: files.sort((left, right) => (left.path < right.path ? -1 : 1)), isWhole: true }
  })

  /** Resolves the path of a file to be written; refuses text beyond the limits. */
  const writable = Effect.fnUntraced(function* (path: string, text: string) {
    const names = yield* writableNamesOf(path)
    const bytes = byteLength(text)
    if (bytes > limits.fileBytes) {
      return yield* refusal(`${path} would have ${bytes} bytes; a file has at most ${limits.fileBytes}`)
    }
    if (written + bytes > limits.writtenBytes) {
      return yield* refusal(
        `you have written ${written} bytes of at most ${limits.writtenBytes}; finish with what is there`
      )
    }
    return { names, absolute: yield* within(names), bytes }
  })

  const write = Effect.fnUntraced(function* (path: string, text: string, isNew: boolean) {
    const { absolute, bytes, names } = yield* writable(path, text)
    const kind = yield* kindOf(absolute)
    if (isNew && kind !== undefined) {
      return yield* refusal(`${path} is there already; change it, or delete it first`)
    }
    if (isNew && made >= limits.files) {
      return yield* refusal(`you have made ${made} files, which is as many as you may; finish with what is there`)
    }
    const folder = yield* within(names.slice(0, -1))
    yield* fileSystem
      .makeDirectory(folder, { recursive: true, mode: 0o700 })
      .pipe(
        Effect.zipRight(fileSystem.writeFileString(absolute, text, { flag: isNew ? "wx" : "w", mode: 0o600 })),
        Effect.mapError(unusable(path))
      )
    made += isNew ? 1 : 0
    written += bytes
  })

  const remove = Effect.fnUntraced(function* (path: string) {
    const absolute = yield* within(yield* writableNamesOf(path))
    if ((yield* kindOf(absolute))?.type === "Directory") {
      return yield* refusal(`${path} is a folder; delete its files one by one`)
    }
    yield* Effect.mapError(fileSystem.remove(absolute), unusable(path))
  })

  const rename = Effect.fnUntraced(function* (from: string, to: string) {
    const source = yield* within(yield* writableNamesOf(from))
    const names = yield* writableNamesOf(to)
    const target = yield* within(names)
    if ((yield* kindOf(source))?.type !== "File") {
      return yield* refusal(`${from} is no file that is there`)
    }
    if ((yield* kindOf(target)) !== undefined) {
      return yield* refusal(`${to} is there already; delete it first`)
    }
    const folder = yield* within(names.slice(0, -1))
    yield* fileSystem
      .makeDirectory(folder, { recursive: true, mode: 0o700 })
      .pipe(Effect.zipRight(fileSystem.rename(source, target)), Effect.mapError(unusable(from)))
  })

  /** True when there is a file at a path that the agent may write. */
  const isThere = Effect.fnUntraced(function* (path: string) {
    return (yield* kindOf(yield* within(yield* writableNamesOf(path))))?.type === "File"
  })

  /** True when `MEMORY.md` exists and is not blank. */
  const hasMemory = Effect.map(
    Effect.orElseSucceed(read(memoryFile), () => ""),
    (text) => text.trim() !== ""
  )

  return { hasMemory, isThere, list, read, remove, rename, write }
})

/** See {@link makeWorkspace}. */
export type Workspace = Effect.Effect.Success<ReturnType<typeof makeWorkspace>>
