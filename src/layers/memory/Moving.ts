import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { noEdits } from "../../domain/memory/PersonEdits.js"
import {
  memoryFile,
  type MemoryFile,
  PublicationRecord,
  skillFolder,
  skillOwnership
} from "../../domain/memory/Publication.js"
import {
  besideName,
  editsIn,
  isMadeFromRows,
  joinEdits,
  movedFile,
  renderMoved,
  withLinesOf
} from "../../domain/project/MovedMemory.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { Files } from "./DurableFiles.js"
import { failing, type Layout, memoryFolder, recordFile } from "./HomeLayout.js"
import { encodeRecord, readRecord } from "./PublicationFile.js"

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const textOf = (file: MemoryFile | undefined): string => (file === undefined ? "" : decoder.decode(file.bytes))

/**
 * Makes the operations that move the files of one memory into another one. Each step can be repeated: a move that was
 * killed is finished when it runs again.
 */
export const make = (files: Files, { bucketPath, rootOf }: Layout) => {
  const filesOf = Effect.fnUntraced(function* (cwd: Directory) {
    const { memoryPath } = rootOf(cwd)
    yield* files.requireFolder(memoryPath)
    const record = Option.getOrUndefined(yield* readRecord(files, bucketPath(cwd)))
    const all = yield* files.readFiles(memoryPath, yield* files.listTree(memoryPath))
    return { record, all, memory: all.find(({ path }) => path === memoryFile) }
  })

  const writeRecord = (record: PublicationRecord) =>
    Effect.zipRight(
      files.makeFolder(bucketPath(record.cwd)),
      files.replaceFile(join(bucketPath(record.cwd), recordFile), encodeRecord(record))
    )

  const writeFile = Effect.fnUntraced(function* (cwd: Directory, { bytes, path }: MemoryFile) {
    const { memoryPath } = rootOf(cwd)
    yield* files.makeFoldersFor(memoryPath, [path])
    // A kill during the write before may have left a temporary file.
    yield* files.sweep(join(memoryPath, dirname(path)))
    yield* files.replaceFile(join(memoryPath, path), bytes)
  })

  /** Writes a file that a person wrote, beside one of the same name that says something else. */
  const keepFile = Effect.fnUntraced(function* (to: Directory, from: Directory, file: MemoryFile) {
    const isSame = (path: string) =>
      Effect.map(
        files.readIfThere(join(rootOf(to).memoryPath, path)),
        Option.map((bytes) => Buffer.compare(bytes, file.bytes) === 0)
      )
    const there = yield* isSame(file.path)
    if (Option.isNone(there)) {
      yield* writeFile(to, file)
    } else if (!there.value) {
      const path = besideName(file.path, from)
      if (Option.isNone(yield* isSame(path))) {
        yield* writeFile(to, { ...file, path })
      }
    }
  })

  const takeOver = Effect.fn("MemoryFs.takeOver")(function* (from: Directory, to: Directory) {
    yield* Effect.gen(function* () {
      const { all, memory, record } = yield* filesOf(from)
      const target = yield* filesOf(to)
      const edits = memory === undefined ? noEdits : editsIn(record, textOf(memory))
      const skills = all.filter(({ path }) => path.startsWith(`${skillFolder}/`))
      const personal = new Set(skillOwnership(record, skills).personalFiles)
      const isOurs = (path: string) => isMadeFromRows(path) || path.startsWith(`${skillFolder}/`)
      const kept = all.filter(({ path }) => personal.has(path) || !isOurs(path))
      yield* Effect.forEach(kept, (file) => keepFile(to, from, file), { discard: true })
      if (target.memory === undefined && memory !== undefined && record !== undefined) {
        // The project has no memory yet: this one stays readable as it is, until the project's own is published.
        const before = target.record?.edits ?? noEdits
        const unpublished = { cwd: to, fingerprint: "", content: undefined }
        yield* writeRecord(new PublicationRecord({ ...record, ...unpublished, edits: joinEdits(record.edits, before) }))
        const made = skills.filter(({ path }) => !personal.has(path))
        yield* Effect.forEach([...made, memory], (file) => writeFile(to, file), { discard: true })
        return
      }
      const joined = joinEdits(target.record?.edits ?? noEdits, edits)
      if (joined.removed.length > (target.record?.edits.removed.length ?? 0)) {
        const empty = { files: [], withdrawn: [], memoryText: "", personalFiles: [], deletedFiles: [] }
        yield* writeRecord(
          new PublicationRecord({ cwd: to, fingerprint: "", ...empty, ...target.record, edits: joined })
        )
      }
      const text = withLinesOf(textOf(target.memory), edits)
      if (edits.added.length > 0 && text !== textOf(target.memory)) {
        yield* writeFile(to, { path: memoryFile, bytes: encoder.encode(text) })
      }
    }).pipe(failing("taking over the memory", bucketPath(from)))
  })

  const leavePointer = Effect.fn("MemoryFs.leavePointer")(function* (from: Directory, to: Directory) {
    const bucket = bucketPath(from)
    yield* Effect.gen(function* () {
      if (!(yield* files.exists(bucket))) {
        return
      }
      const { memoryPath } = rootOf(from)
      yield* files.makeFolder(memoryPath)
      yield* files.keepAs(join(memoryPath, movedFile), renderMoved(from, to))
      for (const [folder, kept] of [
        [memoryPath, movedFile],
        [bucket, memoryFolder]
      ] as const) {
        const names = (yield* files.namesIn(folder)).filter((name) => name !== kept)
        yield* Effect.forEach(names, (name) => files.remove(join(folder, name)), { discard: true })
      }
    }).pipe(failing("leaving a pointer", bucket))
  })

  const hasMemory = Effect.fn("MemoryFs.hasMemory")(function* (cwd: Directory) {
    const bucket = bucketPath(cwd)
    return yield* Effect.gen(function* () {
      const names = yield* files.namesIn(bucket)
      const inside = names.includes(memoryFolder) ? yield* files.namesIn(join(bucket, memoryFolder)) : []
      return names.some((name) => name !== memoryFolder) || inside.some((name) => name !== movedFile)
    }).pipe(failing("looking at", bucket))
  })

  return { takeOver, leavePointer, hasMemory }
}
