import { join } from "node:path"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { parseMemorySummary, renderMemorySummary } from "../domain/MemorySummary.js"
import { detectEdits, noEdits, PersonEdits } from "../domain/PersonEdits.js"
import { renderProjectIndex } from "../domain/ProjectIndex.js"
import {
  editsFile,
  hashOf,
  legacyFile,
  memoryFile,
  type MemoryFile,
  PublicationRecord,
  skillFolder,
  skillOwnership,
  summaryFile,
  traceFolder
} from "../domain/Publication.js"
import { type PublishRules, toPublish, wrongContent, wrongShape } from "../domain/PublishCheck.js"
import { readTraceFile, renderTraceFile, threadOfTraceFile, traceFileName } from "../domain/TraceMemory.js"
import { bucketOf, isBucket } from "../domain/WorkingDirectory.js"
import {
  MemoriesHomeUnavailable,
  MemoryFs,
  MemoryFsFailure,
  type MemoryRoot,
  type Publish,
  PublishRefused,
  type Staging,
  type StoredTrace
} from "../services/MemoryFs.js"
import { ProcessTable } from "../services/ProcessTable.js"
import type { ThreadMemory } from "../services/StateDb.js"
import { Settings } from "../Settings.js"
import { make as makeFiles } from "./Files.js"

/** Written before the first file of a publish is moved, renamed to {@link recordFile} after the last one. */
const journalFile = "publish.json"
const recordFile = "published.json"
/** Where the files of a publish wait, and where the generation before does. */
const nextFolder = "next"
const previousFolder = "previous"
const nextPreviousFolder = "previous.next"

/** What Codex's own memories feature keeps at the root of the folder that it manages. */
const codexMarks = [".git", "raw_memories.md"]

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const RecordJson = Schema.parseJson(PublicationRecord, { space: 2 })
const encodeRecord = Schema.encodeSync(RecordJson)
const decodeRecord = Schema.decodeUnknownOption(RecordJson)
const encodeEdits = Schema.encodeSync(Schema.parseJson(PersonEdits, { space: 2 }))

const isPublished = (path: string): boolean => path === memoryFile || path.startsWith(`${skillFolder}/`)

/** The thread that a file of a memory root is the trace of. */
const threadOfTrace = (path: string): string | undefined =>
  path.startsWith(`${traceFolder}/`) ? threadOfTraceFile(path.slice(traceFolder.length + 1)) : undefined

const failing =
  (operation: string, path: string) =>
  <A, R>(effect: Effect.Effect<A, PlatformError, R>): Effect.Effect<A, MemoryFsFailure, R> =>
    Effect.mapError(effect, (cause) => new MemoryFsFailure({ operation, path, cause }))

const make = Effect.gen(function* () {
  const fileSystem = yield* FileSystem.FileSystem
  const { memoriesHome, memoryBytes } = yield* Settings
  const files = makeFiles(fileSystem, yield* ProcessTable)

  const bucketPath = (cwd: string): string => join(memoriesHome, bucketOf(cwd))

  const rootOf = (cwd: string): MemoryRoot => ({
    cwd,
    memoryPath: join(bucketPath(cwd), "memory"),
    stagingPath: join(bucketPath(cwd), "staging")
  })

  const remove = (path: string) => fileSystem.remove(path, { recursive: true, force: true })

  const readRecord = (path: string) =>
    Effect.map(
      files.readIfThere(path),
      Option.flatMap((bytes) => decodeRecord(decoder.decode(bytes)))
    )

  const prepare = Effect.gen(function* () {
    for (const mark of codexMarks) {
      if (yield* fileSystem.exists(join(memoriesHome, mark))) {
        return yield* new MemoriesHomeUnavailable({
          path: memoriesHome,
          reason: `is managed by Codex's own memories feature (there is a ${mark} in it) and was left untouched`
        })
      }
    }
    yield* files.makeFolder(memoriesHome)
    yield* fileSystem.access(memoriesHome, { readable: true, writable: true })
  }).pipe(
    Effect.catchTags({
      SystemError: (error) =>
        new MemoriesHomeUnavailable({ path: memoriesHome, reason: `cannot be used (${error.reason})` }),
      BadArgument: (error) =>
        new MemoriesHomeUnavailable({ path: memoriesHome, reason: `cannot be used (${error.message})` })
    }),
    Effect.withSpan("MemoryFs.prepare")
  )

  const makeLayout = Effect.fnUntraced(function* (cwd: string) {
    const folder = join(rootOf(cwd).memoryPath, traceFolder)
    yield* files.makeFolder(bucketPath(cwd))
    yield* files.makeFolder(rootOf(cwd).memoryPath)
    yield* files.makeFolder(folder)
    return folder
  })

  const namesOfThread = (folder: string, threadId: string) =>
    Effect.map(files.namesIn(folder), (names) => names.filter((name) => threadOfTraceFile(name) === threadId))

  const storeTrace: MemoryFs["Type"]["storeTrace"] = (trace, commit) => {
    const { cwd, threadId } = trace.header
    const name = traceFileName(threadId, trace.slug)
    const put = Effect.gen(function* () {
      const folder = yield* makeLayout(cwd)
      const path = join(folder, name)
      const before = yield* files.readIfThere(path)
      yield* files.replaceFile(path, encoder.encode(renderTraceFile(trace.header, trace.trace)))
      return { folder, path, before }
    }).pipe(failing("writing a trace file", rootOf(cwd).memoryPath))
    return Effect.acquireUseRelease(
      put,
      ({ path }) => Effect.as(commit, path),
      // The rows are the truth: what cannot be put right here is put right by the next refresh.
      ({ before, folder, path }, exit) =>
        Effect.ignore(
          exit._tag === "Success"
            ? Effect.flatMap(namesOfThread(folder, threadId), (names) =>
                Effect.forEach(
                  names.filter((other) => other !== name),
                  (other) => fileSystem.remove(join(folder, other), { force: true })
                )
              )
            : Option.match(before, {
                onNone: () => fileSystem.remove(path, { force: true }),
                onSome: (bytes) => files.replaceFile(path, bytes)
              })
        )
    ).pipe(Effect.withSpan("MemoryFs.storeTrace", { attributes: { threadId } }))
  }

  const storedTrace = (path: string, name: string, summaries: ReadonlyMap<string, string>) =>
    Effect.match(fileSystem.readFile(path), {
      onFailure: (error): StoredTrace => ({ _tag: "Unreadable", path, reason: error.message }),
      onSuccess: (bytes) =>
        Option.fromNullable(threadOfTraceFile(name)).pipe(
          Option.flatMap((id) => readTraceFile(decoder.decode(bytes), id, name, summaries.get(id))),
          Option.match({
            onNone: (): StoredTrace => ({
              _tag: "Unreadable",
              path,
              reason: "its header does not say whose memory it is, and of when"
            }),
            onSome: (memory): StoredTrace => ({ _tag: "Readable", path, memory })
          })
        )
    })

  const storedTraces = Effect.gen(function* () {
    const found: Array<StoredTrace> = []
    for (const bucket of (yield* files.namesIn(memoriesHome)).filter(isBucket)) {
      const memoryPath = join(memoriesHome, bucket, "memory")
      const summary = yield* files.readIfThere(join(memoryPath, summaryFile))
      const summaries = parseMemorySummary(
        Option.match(summary, { onNone: () => "", onSome: (bytes) => decoder.decode(bytes) })
      )
      for (const name of yield* files.namesIn(join(memoryPath, traceFolder))) {
        if (name.endsWith(".md")) {
          found.push(yield* storedTrace(join(memoryPath, traceFolder, name), name, summaries))
        }
      }
    }
    return found
  }).pipe(failing("reading the stored traces", memoriesHome), Effect.withSpan("MemoryFs.storedTraces"))

  const tracesOf = Effect.fn("MemoryFs.tracesOf")(function* (cwd: string) {
    const folder = join(rootOf(cwd).memoryPath, traceFolder)
    const names = yield* failing("reading", folder)(files.namesIn(folder))
    return names.flatMap((name) => threadOfTraceFile(name) ?? [])
  })

  /** Writes a file unless it already says the same. */
  const keepAs = Effect.fnUntraced(function* (path: string, text: string) {
    const bytes = encoder.encode(text)
    const before = yield* files.readIfThere(path)
    if (!Option.exists(before, (found) => Buffer.compare(found, bytes) === 0)) {
      yield* files.replaceFile(path, bytes)
    }
  })

  const fileOf = (memory: ThreadMemory): readonly [string, string] => [
    traceFileName(memory.threadId, memory.slug),
    renderTraceFile(memory, memory.traceSummary)
  ]

  const prune = Effect.fnUntraced(function* (folder: string, kept: ReadonlyMap<string, string>) {
    const names = yield* files.namesIn(folder)
    const warnings = yield* Effect.forEach(
      names.filter((name) => threadOfTraceFile(name) !== undefined && !kept.has(name)),
      (name) =>
        Effect.match(fileSystem.remove(join(folder, name), { force: true }), {
          onFailure: (error) => [`${join(folder, name)} could not be removed: ${error.message}`],
          onSuccess: () => []
        })
    )
    return warnings.flat()
  })

  const refresh = Effect.fn("MemoryFs.refresh")(function* (cwd: string, memories: ReadonlyArray<ThreadMemory>) {
    const { memoryPath } = rootOf(cwd)
    return yield* Effect.gen(function* () {
      const folder = yield* makeLayout(cwd)
      yield* Effect.forEach([bucketPath(cwd), memoryPath, folder], files.sweep, { discard: true })
      const kept = new Map(memories.map(fileOf))
      yield* Effect.forEach(kept, ([name, text]) => keepAs(join(folder, name), text), { discard: true })
      const warnings = yield* prune(folder, kept)
      const entries = memories.map(({ memorySummary, threadId }) => ({ threadId, summary: memorySummary }))
      yield* keepAs(join(memoryPath, summaryFile), renderMemorySummary(entries))
      return warnings
    }).pipe(failing("refreshing the traces", memoryPath))
  })

  const clear = Effect.fn("MemoryFs.clear")(function* (cwd: string) {
    const { memoryPath, stagingPath } = rootOf(cwd)
    const bucket = bucketPath(cwd)
    yield* Effect.gen(function* () {
      yield* Effect.forEach([bucket, memoryPath], files.refuseLink, { discard: true })
      const record = yield* readRecord(join(bucket, recordFile))
      const personal = new Set(Option.match(record, { onNone: () => [], onSome: (known) => known.personalFiles }))
      const entries = yield* files.listTree(memoryPath)
      const present = new Set(entries.flatMap(({ _tag, path }) => (_tag === "File" ? [path] : [])))
      const published = Option.match(record, {
        onNone: () => [],
        onSome: (known) => known.files.map(({ path }) => path).filter((path) => present.has(path))
      })
      const ours = [...published, memoryFile, legacyFile, summaryFile, traceFolder].filter(
        (path) => !personal.has(path)
      )
      yield* Effect.forEach(ours, (path) => remove(join(memoryPath, path)), { discard: true })
      yield* removeEmptyFolders(join(memoryPath, skillFolder))
      yield* Effect.forEach(
        [
          stagingPath,
          ...[previousFolder, nextPreviousFolder, nextFolder, recordFile].map((name) => join(bucket, name))
        ],
        remove,
        { discard: true }
      )
    }).pipe(failing("clearing the memory", memoryPath))
  })

  const removeEmptyFolders = (folder: string): Effect.Effect<void, PlatformError> =>
    Effect.gen(function* () {
      if (yield* files.isLink(folder)) {
        return
      }
      for (const path of (yield* files.namesIn(folder)).map((name) => join(folder, name))) {
        if (!(yield* files.isLink(path)) && (yield* fileSystem.stat(path)).type === "Directory") {
          yield* removeEmptyFolders(path)
        }
      }
      if ((yield* files.namesIn(folder)).length === 0) {
        yield* remove(folder)
      }
    })

  const publishedFingerprint = Effect.fn("MemoryFs.publishedFingerprint")(function* (cwd: string) {
    const path = join(bucketPath(cwd), recordFile)
    return Option.map(yield* failing("reading", path)(readRecord(path)), ({ fingerprint }) => fingerprint)
  })

  const discardStaging = Effect.fn("MemoryFs.discardStaging")(function* (cwd: string) {
    const bucket = bucketPath(cwd)
    const leftovers = [rootOf(cwd).stagingPath, join(bucket, nextFolder), join(bucket, nextPreviousFolder)]
    yield* failing("removing the staged copy", bucket)(Effect.forEach(leftovers, remove, { discard: true }))
  })

  /**
   * What lies in the bucket and in the home that no pass of ours adds while an agent works, and what is neither a file nor a
   * folder in the memory itself.
   */
  const namesAround = Effect.fnUntraced(function* (cwd: string) {
    const { memoryPath } = rootOf(cwd)
    const home = yield* files.namesIn(memoriesHome)
    const bucket = yield* files.namesIn(bucketPath(cwd))
    const memory = yield* files.listTree(memoryPath)
    const isOurs = (name: string) => isBucket(name) || name.startsWith("state.sqlite") || /^\.?README\.md/.test(name)
    return [
      ...home.filter((name) => !isOurs(name)).map((name) => join(memoriesHome, name)),
      ...bucket.map((name) => join(bucketPath(cwd), name)).filter((path) => path !== memoryPath),
      ...memory.flatMap(({ _tag, path }) => (_tag === "File" ? [] : [join(memoryPath, path)]))
    ]
  })

  const stage = Effect.fn("MemoryFs.stage")(function* (cwd: string) {
    const root = rootOf(cwd)
    yield* discardStaging(cwd)
    return yield* Effect.gen(function* () {
      const record = Option.getOrUndefined(yield* readRecord(join(bucketPath(cwd), recordFile)))
      const outside = yield* files.readTree(root.memoryPath, () => true)
      const current = outside.find(({ path }) => path === memoryFile)
      const edits =
        current === undefined
          ? (record?.edits ?? noEdits)
          : detectEdits(record?.memoryText ?? "", decoder.decode(current.bytes), record?.edits ?? noEdits)
      const skills = outside.filter(({ path }) => path.startsWith(`${skillFolder}/`))
      const ownership = skillOwnership(record, skills)
      const personal = new Set(ownership.personalFiles)
      const hasEdits = edits.added.length + edits.removed.length > 0
      const untouchable = [
        ...outside.filter(
          ({ path }) => path === summaryFile || threadOfTrace(path) !== undefined || personal.has(path)
        ),
        ...(hasEdits ? [{ path: editsFile, bytes: encoder.encode(encodeEdits(edits)) }] : [])
      ]
      yield* files.makeFolder(root.stagingPath)
      yield* files.makeFolder(join(root.stagingPath, traceFolder))
      yield* files.writeTree(root.stagingPath, untouchable)
      const outsideNames = yield* namesAround(cwd)
      return { root, edits, untouchable, outside, outsideNames, ...ownership }
    }).pipe(failing("staging", root.stagingPath))
  })

  const putBack = Effect.fnUntraced(function* (root: string, file: MemoryFile, isGone: boolean) {
    const path = join(root, file.path)
    yield* files.makeFoldersFor(root, [file.path])
    if (isGone) {
      yield* remove(path)
    }
    yield* files.replaceFile(path, file.bytes)
  })

  const restoreOutside: MemoryFs["Type"]["restoreOutside"] = Effect.fn("MemoryFs.restoreOutside")(
    function* (staging, isBusy) {
      const { cwd, memoryPath } = staging.root
      const attempt = failing("checking the memory", memoryPath)
      const names = yield* attempt(namesAround(cwd))
      const changes = names.filter((name) => !staging.outsideNames.includes(name))
      const strange = changes.filter((path) => path === memoryPath || path.startsWith(join(memoryPath, "/")))
      yield* attempt(Effect.forEach(strange, remove, { discard: true }))
      const before = new Map(staging.outside.map((file) => [file.path, file]))
      const now = new Map((yield* attempt(files.readTree(memoryPath, () => true))).map((file) => [file.path, file]))
      // What was added goes first: it may stand where a folder was.
      for (const path of new Set([...now.keys(), ...before.keys()])) {
        const was = before.get(path)
        const is = now.get(path)
        if (was !== undefined && is !== undefined && Buffer.compare(was.bytes, is.bytes) === 0) {
          continue
        }
        const threadId = threadOfTrace(path)
        if (threadId !== undefined && (was === undefined || (yield* isBusy(threadId)))) {
          continue
        }
        yield* attempt(was === undefined ? remove(join(memoryPath, path)) : putBack(memoryPath, was, is === undefined))
        changes.push(join(memoryPath, path))
      }
      return changes
    }
  )

  /** What was published before, is still a file of its own, and is not to be any more. */
  const withdrawnBy = (
    record: PublicationRecord | undefined,
    published: ReadonlyArray<MemoryFile>,
    staging: Staging
  ) => {
    const kept = new Set([...published.map(({ path }) => path), ...staging.personalFiles, memoryFile])
    const present = new Set(staging.outside.map(({ path }) => path))
    return (record?.files ?? []).map(({ path }) => path).filter((path) => !kept.has(path) && present.has(path))
  }

  /** Puts the files of a publish, and the generation before, where a journal can finish from. */
  const prepareGeneration = Effect.fnUntraced(function* (
    staging: Staging,
    published: ReadonlyArray<MemoryFile>,
    fingerprint: string
  ) {
    const bucket = bucketPath(staging.root.cwd)
    const recordBytes = yield* files.readIfThere(join(bucket, recordFile))
    const before = [
      ...staging.outside.filter(({ path }) => isPublished(path)),
      ...Option.match(recordBytes, { onNone: () => [], onSome: (bytes) => [{ path: recordFile, bytes }] })
    ]
    yield* files.writeTree(join(bucket, nextFolder), published)
    yield* files.writeTree(join(bucket, nextPreviousFolder), before)
    const record = Option.flatMap(recordBytes, (bytes) => decodeRecord(decoder.decode(bytes)))
    const memory = published.find(({ path }) => path === memoryFile)
    return new PublicationRecord({
      cwd: staging.root.cwd,
      fingerprint,
      files: published.map(({ bytes, path }) => ({ path, sha256: hashOf(bytes) })),
      withdrawn: withdrawnBy(Option.getOrUndefined(record), published, staging),
      memoryText: memory === undefined ? "" : decoder.decode(memory.bytes),
      edits: staging.edits,
      personalFiles: staging.personalFiles,
      deletedFiles: staging.deletedFiles
    })
  })

  /** Does what a journal says, from wherever it was left off; every step may be repeated. */
  const finish = Effect.fnUntraced(function* (cwd: string, record: PublicationRecord) {
    const bucket = bucketPath(cwd)
    const { memoryPath } = rootOf(cwd)
    if (yield* fileSystem.exists(join(bucket, nextPreviousFolder))) {
      yield* remove(join(bucket, previousFolder))
      yield* files.moveFile(join(bucket, nextPreviousFolder), join(bucket, previousFolder))
    }
    yield* Effect.forEach([...record.withdrawn, legacyFile], (path) => remove(join(memoryPath, path)), {
      discard: true
    })
    yield* files.makeFoldersFor(
      memoryPath,
      record.files.map(({ path }) => path)
    )
    for (const { path } of record.files) {
      const waiting = join(bucket, nextFolder, path)
      if (yield* fileSystem.exists(waiting)) {
        yield* files.moveFile(waiting, join(memoryPath, path))
      }
    }
    yield* removeEmptyFolders(join(memoryPath, skillFolder))
    yield* files.moveFile(join(bucket, journalFile), join(bucket, recordFile))
    yield* remove(join(bucket, nextFolder))
  })

  const publish = Effect.fn("MemoryFs.publish")(function* (staging: Staging, { fingerprint, threadIds }: Publish) {
    const { cwd, memoryPath, stagingPath } = staging.root
    const attempt = failing("publishing", memoryPath)
    const rules: PublishRules = {
      fileBytes: memoryBytes,
      threadIds,
      edits: staging.edits,
      untouchable: staging.untouchable,
      deletedFiles: staging.deletedFiles
    }
    const misshapen = wrongShape(yield* attempt(files.listTree(stagingPath)), rules)
    if (misshapen.length > 0) {
      return yield* new PublishRefused({ cwd, reasons: misshapen })
    }
    const staged = yield* attempt(files.readTree(stagingPath, () => true))
    const published = toPublish(staged, rules)
    const paths = published.map(({ path }) => path)
    const reasons = [...wrongContent(staged, rules), ...(yield* attempt(files.obstaclesTo(memoryPath, paths)))]
    if (reasons.length > 0) {
      return yield* new PublishRefused({ cwd, reasons })
    }
    const record = yield* attempt(prepareGeneration(staging, published, fingerprint))
    const journal = encoder.encode(encodeRecord(record))
    yield* files
      .replaceFile(join(bucketPath(cwd), journalFile), journal)
      .pipe(Effect.zipRight(finish(cwd, record)), Effect.uninterruptible, attempt)
  })

  const resume = Effect.fn("MemoryFs.resume")(function* (cwd: string) {
    const path = join(bucketPath(cwd), journalFile)
    const attempt = failing("finishing a publish", path)
    const record = yield* attempt(readRecord(path))
    if (Option.isSome(record)) {
      yield* attempt(Effect.uninterruptible(finish(cwd, record.value)))
    }
    return Option.map(record, ({ fingerprint }) => fingerprint)
  })

  const describeProjects: MemoryFs["Type"]["describeProjects"] = Effect.fn("MemoryFs.describeProjects")(
    function* (projects) {
      const path = join(memoriesHome, "README.md")
      const isNew = !(yield* failing("reading", path)(fileSystem.exists(path)))
      if (projects.length > 0 || !isNew) {
        yield* keepAs(path, renderProjectIndex(projects)).pipe(
          Effect.zipLeft(files.sweep(memoriesHome)),
          failing("writing", path)
        )
      }
    }
  )

  return MemoryFs.of({
    prepare,
    rootOf,
    storeTrace,
    storedTraces,
    tracesOf,
    refresh,
    clear,
    publishedFingerprint,
    stage,
    restoreOutside,
    publish,
    resume,
    discardStaging,
    describeProjects
  })
})

/**
 * Memory roots as folders of a file system, the disk's or any other that `FileSystem` gives. What it fails with, and who
 * may call what, is the port's.
 */
export const layer: Layer.Layer<MemoryFs, never, FileSystem.FileSystem | Settings | ProcessTable> = Layer.effect(
  MemoryFs,
  make
)
