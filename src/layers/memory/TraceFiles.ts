import { basename, join } from "node:path"
import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { detailOf } from "../../domain/memory/DiskFault.js"
import { parseMemorySummary, renderMemorySummary } from "../../domain/memory/MemorySummary.js"
import { type MemoryFile, summaryFile, textFile, traceFolder } from "../../domain/memory/Publication.js"
import { movedFile } from "../../domain/project/MovedMemory.js"
import type { SafeText } from "../../domain/privacy/SafeText.js"
import { readTraceFile, renderTraceFile, threadOfTraceFile, traceFileName } from "../../domain/memory/TraceMemory.js"
import { type Directory, isBucket } from "../../domain/thread/WorkingDirectory.js"
import type { MemoryFs, StoredTrace } from "../../services/MemoryFs.js"
import type { ThreadMemory } from "../../services/state/ThreadMemories.js"
import type { Files } from "./DurableFiles.js"
import { failing, type Layout, memoryFolder } from "./HomeLayout.js"

const decoder = new TextDecoder()

const traceOf = (memory: ThreadMemory) => ({
  path: `${traceFolder}/${traceFileName(memory.threadId, memory.slug)}`,
  text: renderTraceFile(memory, memory.traceSummary)
})

const summaryOf = (memories: ReadonlyArray<ThreadMemory>): SafeText =>
  renderMemorySummary(memories.map(({ memorySummary, threadId }) => ({ threadId, summary: memorySummary })))

/**
 * Renders the files that phase one writes for a project, from its rows alone: a trace file for each memory, and
 * `memory_summary.md`.
 */
export const phaseOneFiles = (memories: ReadonlyArray<ThreadMemory>): ReadonlyArray<MemoryFile> =>
  [...memories.map(traceOf), { path: summaryFile, text: summaryOf(memories) }].map(({ path, text }) =>
    textFile(path, text)
  )

/** Makes the operations on the files that phase one writes: the trace files, and `memory_summary.md`. */
export const make = (files: Files, { bucketPath, memoriesHome, rootOf }: Layout) => {
  const makeFolder = Effect.fnUntraced(function* (cwd: Directory) {
    const folder = join(rootOf(cwd).memoryPath, traceFolder)
    yield* files.makeFolder(folder)
    return folder
  })

  const storeTrace: MemoryFs["Type"]["storeTrace"] = (trace, commit) => {
    const { cwd, threadId } = trace.header
    const name = traceFileName(threadId, trace.slug)
    const put = Effect.gen(function* () {
      const folder = yield* makeFolder(cwd)
      const names = yield* files.namesIn(folder)
      const path = join(folder, name)
      const before = names.includes(name) ? yield* files.readBefore(path) : Option.none()
      yield* files.replaceText(path, renderTraceFile(trace.header, trace.trace))
      const others = names.filter((other) => other !== name && threadOfTraceFile(other) === threadId)
      return { path, before, others: others.map((other) => join(folder, other)) }
    }).pipe(failing("writing a trace file", rootOf(cwd).memoryPath))
    return Effect.acquireUseRelease(
      put,
      ({ path }) => Effect.as(commit, path),
      // The rows are the truth: a failure here is repaired by the next refresh.
      ({ before, others, path }, exit) =>
        Effect.ignore(
          exit._tag === "Success"
            ? Effect.forEach(others, files.removeFile, { discard: true })
            : Option.match(before, {
                onNone: () => files.removeFile(path),
                onSome: (bytes) => files.replaceFile(path, bytes)
              })
        )
    ).pipe(Effect.withSpan("MemoryFs.storeTrace", { attributes: { threadId } }))
  }

  const unreadable =
    (path: string) =>
    (error: PlatformError): StoredTrace => ({ _tag: "Unreadable", path, reason: detailOf(error) })

  const storedTrace = (path: string, name: string, summaries: ReadonlyMap<string, string>) =>
    Effect.match(files.readFile(path), {
      onFailure: unreadable(path),
      onSuccess: (bytes) =>
        Option.fromNullable(threadOfTraceFile(name)).pipe(
          Option.flatMap((id) => readTraceFile(decoder.decode(bytes), id, name, summaries.get(id))),
          Option.match({
            onNone: (): StoredTrace => ({
              _tag: "Unreadable",
              path,
              reason: "its header lacks a valid thread_id, cwd, rollout_path or updated_at, or it has no text"
            }),
            onSome: (memory): StoredTrace => ({ _tag: "Readable", path, memory })
          })
        )
    })

  /** Reads the trace files of one project. An unreadable file is listed as such, and the others are still read. */
  const tracesIn = Effect.fnUntraced(function* (memoryPath: string) {
    const folder = join(memoryPath, traceFolder)
    const names = yield* Effect.either(files.namesIn(folder))
    if (Either.isLeft(names)) {
      return [unreadable(folder)(names.left)]
    }
    const summaryPath = join(memoryPath, summaryFile)
    const summary = yield* Effect.either(files.readIfThere(summaryPath))
    const bytes = Option.flatten(Either.getRight(summary))
    const summaries = parseMemorySummary(Option.match(bytes, { onNone: () => "", onSome: (it) => decoder.decode(it) }))
    const traces = yield* Effect.forEach(
      names.right.filter((name) => name.endsWith(".md")),
      (name) => storedTrace(join(folder, name), name, summaries)
    )
    return [...Option.toArray(Option.map(Either.getLeft(summary), unreadable(summaryPath))), ...traces]
  })

  const storedTraces = Effect.gen(function* () {
    const buckets = (yield* files.namesIn(memoriesHome)).filter(isBucket)
    return (yield* Effect.forEach(buckets, (bucket) => tracesIn(join(memoriesHome, bucket, memoryFolder)))).flat()
  }).pipe(failing("reading the stored traces", memoriesHome), Effect.withSpan("MemoryFs.storedTraces"))

  const tracesOf = Effect.fn("MemoryFs.tracesOf")(function* (cwd: Directory) {
    const folder = join(rootOf(cwd).memoryPath, traceFolder)
    const names = yield* failing("reading", folder)(files.namesIn(folder))
    return names.flatMap((name) => threadOfTraceFile(name) ?? [])
  })

  const prune = Effect.fnUntraced(function* (folder: string, kept: ReadonlySet<string>) {
    const names = yield* files.namesIn(folder)
    const warnings = yield* Effect.forEach(
      names.filter((name) => threadOfTraceFile(name) !== undefined && !kept.has(name)),
      (name) =>
        Effect.match(files.removeFile(join(folder, name)), {
          onFailure: (error) => [`${join(folder, name)} could not be removed: ${detailOf(error)}`],
          onSuccess: () => []
        })
    )
    return warnings.flat()
  })

  const refresh = Effect.fn("MemoryFs.refresh")(function* (cwd: Directory, memories: ReadonlyArray<ThreadMemory>) {
    const { memoryPath } = rootOf(cwd)
    return yield* Effect.gen(function* () {
      const folder = yield* makeFolder(cwd)
      yield* Effect.forEach([bucketPath(cwd), memoryPath, folder], files.sweep, { discard: true })
      // A directory that has a memory of its own again leads nowhere else.
      if (yield* files.isFile(join(memoryPath, movedFile))) {
        yield* files.removeFile(join(memoryPath, movedFile))
      }
      const traces = memories.map(traceOf)
      yield* Effect.forEach(traces, ({ path, text }) => files.keepAs(join(memoryPath, path), text), { discard: true })
      const warnings = yield* prune(folder, new Set(traces.map(({ path }) => basename(path))))
      yield* files.keepAs(join(memoryPath, summaryFile), summaryOf(memories))
      return warnings
    }).pipe(failing("refreshing the traces", memoryPath))
  })

  return { storeTrace, storedTraces, tracesOf, refresh }
}
