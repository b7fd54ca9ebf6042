import { accessSync, constants, existsSync, lstatSync, readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { memoryFile, PublicationRecord } from "../../domain/memory/Publication.js"
import { isBucket } from "../../domain/thread/WorkingDirectory.js"
import { MemoryFsFailure } from "../../services/MemoryFs.js"
import { MemoryShelf, type ShelfFinding } from "../../services/MemoryInspection.js"
import { Settings } from "../../settings/Settings.js"
import { journalFile, makeLayout, nextFolder, nextPreviousFolder, previousFolder, recordFile } from "./HomeLayout.js"

const decodeRecord = Schema.decodeUnknownOption(Schema.parseJson(PublicationRecord))

/** What somebody else may have taken away meanwhile is not there. */
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
  readonly isFile: boolean
}

/** Everything below a folder, the folder too; links are not followed. */
const walk = (folder: string): ReadonlyArray<Entry> => {
  const found: Array<Entry> = []
  const open = [folder]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const at = path
    const info = ifThere(() => lstatSync(at))
    if (info !== undefined && !info.isSymbolicLink()) {
      found.push({ path, size: info.isFile() ? info.size : 0, mode: info.mode, isFile: info.isFile() })
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
 * Whether a pass may write there. Files but the state DB's are replaced as wholes, which is up to their folder. What its
 * owner may not write is not meant to be written, whoever may all the same.
 */
const isWritable = ({ isFile, mode, path }: Entry): boolean =>
  (isFile && !basename(path).startsWith("state.sqlite")) || ((mode & 0o200) !== 0 && isAllowed(path))

const attempt = <A>(operation: string, path: string, read: () => A): Effect.Effect<A, MemoryFsFailure> =>
  Effect.try({ try: read, catch: (cause) => new MemoryFsFailure({ operation, path, cause }) })

const make = Effect.gen(function* () {
  const { memoriesHome } = yield* Settings

  const { bucketPath, rootOf } = makeLayout(memoriesHome)

  const readText = (path: string) =>
    attempt("reading", path, () => Option.fromNullable(ifThere(() => readFileSync(path, "utf8"))))

  const findIn = (bucket: string): ReadonlyArray<ShelfFinding> => {
    const folder = join(memoriesHome, bucket)
    const isThere = (name: string) => existsSync(join(folder, name))
    return [
      ...(isThere(journalFile) ? [{ path: join(folder, journalFile), problem: "unfinished" as const }] : []),
      ...["staging", nextFolder, nextPreviousFolder]
        .filter(isThere)
        .map((name) => ({ path: join(folder, name), problem: "left behind" as const }))
    ]
  }

  const findings = attempt("looking at", memoriesHome, () => {
    const names = namesIn(memoriesHome)
    const found: Array<ShelfFinding> = names
      .filter((name) => name === ".git" || name === "raw_memories.md")
      .map((name) => ({ path: join(memoriesHome, name), problem: "managed by Codex" }))
    if (found.length > 0) {
      return found
    }
    found.push(
      ...names
        .filter((name) => name.startsWith("state.sqlite.corrupt-"))
        .map((name): ShelfFinding => ({ path: join(memoriesHome, name), problem: "set aside" })),
      ...names.filter(isBucket).flatMap(findIn)
    )
    for (const entry of walk(memoriesHome)) {
      const { mode, path } = entry
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

  return MemoryShelf.of({
    rootOf,
    bytes: attempt("measuring", memoriesHome, () => walk(memoriesHome).reduce((sum, { size }) => sum + size, 0)),
    memoryText: (cwd) => readText(join(rootOf(cwd).memoryPath, memoryFile)),
    files: (cwd) => {
      const { memoryPath } = rootOf(cwd)
      return attempt("reading", memoryPath, () =>
        walk(memoryPath)
          .filter(({ isFile, path }) => isFile && path.endsWith(".md"))
          .flatMap(({ path }) => {
            const text = ifThere(() => readFileSync(path, "utf8"))
            return text === undefined ? [] : [{ path: path.slice(memoryPath.length + 1), text }]
          })
          .toSorted((one, other) => (one.path < other.path ? -1 : 1))
      )
    },
    record: (cwd) =>
      Effect.map(
        readText(join(bucketPath(cwd), recordFile)),
        Option.flatMap((text) => decodeRecord(text))
      ),
    hasPrevious: (cwd) => {
      const path = join(bucketPath(cwd), previousFolder, recordFile)
      return attempt("looking at", path, () => existsSync(path))
    },
    findings
  })
})

/** The memories home as the disk has it. */
export const layer: Layer.Layer<MemoryShelf, never, Settings> = Layer.effect(MemoryShelf, make)
