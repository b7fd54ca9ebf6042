import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import {
  editsWithout,
  type ForgetRule,
  forgottenSkillFiles,
  personalLines,
  withoutForgotten
} from "../../domain/memory/Forgetting.js"
import {
  hashOf,
  memoryFile,
  type MemoryFile,
  PublicationRecord,
  skillFolder,
  traceFolder
} from "../../domain/memory/Publication.js"
import { threadOfTraceFile } from "../../domain/memory/TraceMemory.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import { NothingToRestore } from "../../services/MemoryFs.js"
import type { Files } from "./DurableFiles.js"
import {
  failing,
  journalFile,
  type Layout,
  nextFolder,
  nextPreviousFolder,
  previousFolder,
  recordFile
} from "./HomeLayout.js"
import { decodeRecord, encodeRecord, readRecord } from "./PublicationFile.js"

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const isPublished = (path: string): boolean => path === memoryFile || path.startsWith(`${skillFolder}/`)

/** Takes forgotten threads out of the inputs of a publish. */
const withoutThreads = (inputs: PublicationRecord["inputs"], { threadIds }: ForgetRule): PublicationRecord["inputs"] =>
  inputs === undefined
    ? undefined
    : { ...inputs, traces: inputs.traces.filter(({ threadId }) => !threadIds.has(threadId)) }

/** Makes the operations that revise a memory root: forgetting, and restoring the previous generation. */
export const make = (files: Files, { bucketPath, memoriesHome, rootOf }: Layout) => {
  const readPublished = (folder: string) =>
    Effect.flatMap(files.listTree(folder), (entries) =>
      files.readFiles(
        folder,
        entries.filter(({ path }) => isPublished(path))
      )
    )

  const beginPublish = (bucket: string, record: PublicationRecord) =>
    files.replaceFile(join(bucket, journalFile), encodeRecord(record))

  /** Removes the temporary files that a killed process left while it wrote files that are to be removed. */
  const removeTemporary = Effect.fnUntraced(function* (folder: string, isOurs: (name: string) => boolean) {
    const names = (yield* files.namesIn(folder)).filter((name) => /^\..*\.tmp$/.test(name) && isOurs(name))
    yield* Effect.forEach(names, (name) => files.remove(join(folder, name)), { discard: true })
  })

  const removeTraces = Effect.fnUntraced(function* (memoryPath: string, { threadIds }: ForgetRule) {
    const folder = join(memoryPath, traceFolder)
    const names = (yield* files.namesIn(folder)).filter((name) => threadIds.has(threadOfTraceFile(name) ?? ""))
    yield* Effect.forEach(names, (name) => files.remove(join(folder, name)), { discard: true })
    yield* removeTemporary(folder, (name) => threadIds.has(threadOfTraceFile(name.slice(1)) ?? name.slice(1, 37)))
  })

  const revise = Effect.fnUntraced(function* (cwd: Directory, rule: ForgetRule) {
    const { memoryPath } = rootOf(cwd)
    const bucket = bucketPath(cwd)
    const record = Option.getOrUndefined(yield* readRecord(files, bucket))
    const tree = yield* readPublished(memoryPath)
    const texts = new Map(tree.map(({ bytes, path }) => [path, decoder.decode(bytes)]))
    const memory = texts.get(memoryFile)
    const revised = withoutForgotten(memory ?? "", rule, personalLines(record, memory ?? ""))
    const withdrawn = record === undefined ? [] : forgottenSkillFiles(record, texts, rule)
    const personal = record?.personalFiles ?? [...texts.keys()].filter((path) => path !== memoryFile)
    for (const path of personal) {
      const text = texts.get(path) ?? ""
      const kept = withoutForgotten(text, rule, () => true)
      if (kept !== text) {
        yield* files.replaceFile(join(memoryPath, path), encoder.encode(kept))
      }
    }
    if (record === undefined) {
      return memory === undefined || revised === memory
        ? undefined
        : yield* files.replaceFile(join(memoryPath, memoryFile), encoder.encode(revised))
    }
    if (memory !== undefined) {
      yield* files.writeTree(join(bucket, nextFolder), [{ path: memoryFile, bytes: encoder.encode(revised) }])
    }
    const gone = new Set(withdrawn)
    yield* beginPublish(
      bucket,
      new PublicationRecord({
        ...record,
        // No existing inputs produced the remaining text; an empty fingerprint makes the next pass consolidate again.
        fingerprint: "",
        content: undefined,
        inputs: withoutThreads(record.inputs, rule),
        files: record.files
          .filter(({ path }) => !gone.has(path))
          .map((file) => (file.path === memoryFile ? { ...file, sha256: hashOf(encoder.encode(revised)) } : file)),
        withdrawn,
        memoryText: withoutForgotten(record.memoryText, rule, personalLines(record, "")),
        edits: editsWithout(record.edits, rule),
        deletedFiles: record.deletedFiles
      })
    )
  })

  const forget = Effect.fn("MemoryFs.forget")(function* (cwd: Directory, rule: ForgetRule) {
    const { memoryPath, stagingPath } = rootOf(cwd)
    const bucket = bucketPath(cwd)
    yield* Effect.gen(function* () {
      if (!(yield* files.exists(bucket))) {
        return
      }
      yield* files.requireFolder(memoryPath)
      const kept = [previousFolder, nextPreviousFolder, nextFolder].map((name) => join(bucket, name))
      yield* Effect.forEach([stagingPath, ...kept], files.remove, { discard: true })
      yield* Effect.forEach([bucket, memoryPath], (folder) => removeTemporary(folder, () => true), { discard: true })
      yield* removeTraces(memoryPath, rule)
      yield* revise(cwd, rule)
    }).pipe(failing("forgetting", memoryPath))
  })

  const restore = Effect.fn("MemoryFs.restore")(function* (cwd: Directory, fingerprint: string) {
    const { memoryPath } = rootOf(cwd)
    const bucket = bucketPath(cwd)
    const isRestored = yield* Effect.gen(function* () {
      yield* files.requireFolder(memoryPath)
      const before = Option.getOrUndefined(yield* readRecord(files, join(bucket, previousFolder)))
      if (before === undefined) {
        return false
      }
      const restored = yield* readPublished(join(bucket, previousFolder))
      const replaced = yield* readPublished(memoryPath)
      const current = yield* files.readIfThere(join(bucket, recordFile))
      const record = Option.map(current, (bytes): MemoryFile => ({ path: recordFile, bytes }))
      yield* Effect.forEach([nextFolder, nextPreviousFolder], (name) => files.remove(join(bucket, name)), {
        discard: true
      })
      yield* files.writeTree(join(bucket, nextFolder), restored)
      yield* files.writeTree(join(bucket, nextPreviousFolder), [...replaced, ...Option.toArray(record)])
      const published = Option.getOrUndefined(Option.flatMap(current, decodeRecord))
      const paths = new Set(restored.map(({ path }) => path))
      const skills = before.files.filter(({ path }) => path !== memoryFile && paths.has(path))
      yield* beginPublish(
        bucket,
        new PublicationRecord({
          ...before,
          fingerprint,
          content: published?.content,
          files: [
            ...skills,
            ...restored
              .filter(({ path }) => !skills.some((skill) => skill.path === path))
              .map(({ bytes, path }) => ({ path, sha256: hashOf(bytes) }))
              .sort((one, other) => Number(one.path === memoryFile) - Number(other.path === memoryFile))
          ],
          withdrawn: (published?.files ?? [])
            .map(({ path }) => path)
            .filter((path) => !paths.has(path) && path !== memoryFile)
        })
      )
      return true
    }).pipe(failing("restoring", memoryPath))
    if (!isRestored) {
      return yield* new NothingToRestore({ cwd })
    }
  })

  const removeSetAside = Effect.gen(function* () {
    const names = (yield* files.namesIn(memoriesHome)).filter((name) => name.startsWith("state.sqlite.corrupt-"))
    yield* Effect.forEach(names, (name) => files.remove(join(memoriesHome, name)), { discard: true })
  }).pipe(failing("removing what was set aside", memoriesHome), Effect.withSpan("MemoryFs.removeSetAside"))

  return { forget, restore, removeSetAside }
}
