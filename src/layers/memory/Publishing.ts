import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import {
  hashOf,
  legacyFile,
  memoryFile,
  type MemoryFile,
  PublicationRecord,
  skillFolder,
  summaryFile,
  textFile,
  traceFolder
} from "../../domain/memory/Publication.js"
import { noEdits } from "../../domain/memory/PersonEdits.js"
import type { PublishRules } from "../../domain/memory/PublishCheck.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import { type Publish, PublishRefused, type Staging } from "../../services/MemoryFs.js"
import type { Redactor } from "../../services/Redactor.js"
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
import { decodeRecord, encodeRecord, readJournal, readRecord } from "./PublicationFile.js"

const decoder = new TextDecoder()

const isPublished = (path: string): boolean => path === memoryFile || path.startsWith(`${skillFolder}/`)

/**
 * Loads the checks of published files with the first publish. They need a YAML parser, and most passes publish nothing.
 */
const loadChecks = Effect.promise(() => import("../../domain/memory/PublishCheck.js"))

/** Loads, with the first publish, the rules that check statements about the user against the user's own words. */
const loadOrigins = Effect.promise(() => import("../../domain/privacy/PublishedAuthority.js"))

/** Makes the operations that publish a staged copy, remove a published memory, and finish an interrupted publish. */
export const make = (files: Files, { bucketPath, rootOf }: Layout, fileBytes: number, redactor: Redactor["Type"]) => {
  const clear = Effect.fn("MemoryFs.clear")(function* (cwd: Directory) {
    const { memoryPath, stagingPath } = rootOf(cwd)
    const bucket = bucketPath(cwd)
    yield* Effect.gen(function* () {
      yield* files.requireFolder(memoryPath)
      const record = yield* readRecord(files, bucket)
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
      yield* Effect.forEach(ours, (path) => files.remove(join(memoryPath, path)), { discard: true })
      yield* files.removeEmptyFolders(join(memoryPath, skillFolder))
      yield* Effect.forEach(
        [
          stagingPath,
          ...[previousFolder, nextPreviousFolder, nextFolder, recordFile].map((name) => join(bucket, name))
        ],
        files.remove,
        { discard: true }
      )
    }).pipe(failing("clearing the memory", memoryPath))
  })

  const recordOf = (cwd: Directory) =>
    failing("reading", join(bucketPath(cwd), recordFile))(readRecord(files, bucketPath(cwd)))

  const publishedFingerprint = Effect.fn("MemoryFs.publishedFingerprint")((cwd: Directory) =>
    Effect.map(
      recordOf(cwd),
      Option.map(({ fingerprint }) => fingerprint)
    )
  )

  const publishedContent = Effect.fn("MemoryFs.publishedContent")((cwd: Directory) =>
    Effect.map(
      recordOf(cwd),
      Option.map(({ content, fingerprint }) => content ?? fingerprint)
    )
  )

  const publishedInputs = Effect.fn("MemoryFs.publishedInputs")((cwd: Directory) =>
    Effect.map(
      recordOf(cwd),
      Option.flatMapNullable(({ inputs }) => inputs)
    )
  )

  /**
   * Lists the files that a publish removes: those of the previous publish that still exist, are not published again,
   * and were not written by people.
   */
  const withdrawnBy = (
    record: PublicationRecord | undefined,
    published: ReadonlyArray<MemoryFile>,
    staging: Staging
  ) => {
    const kept = new Set([...published.map(({ path }) => path), ...staging.personalFiles, memoryFile])
    const present = new Set(staging.outside.map(({ path }) => path))
    return (record?.files ?? []).map(({ path }) => path).filter((path) => !kept.has(path) && present.has(path))
  }

  /**
   * Writes the new files and the previous generation to folders beside the published ones. From there {@link finish}
   * completes the publish, even after a kill.
   */
  const prepareGeneration = Effect.fnUntraced(function* (
    staging: Staging,
    published: ReadonlyArray<MemoryFile>,
    { content, fingerprint, inputs }: Publish
  ) {
    const bucket = bucketPath(staging.root.cwd)
    const recordBytes = yield* files.readIfThere(join(bucket, recordFile))
    const before = [
      ...staging.outside.filter(({ path }) => isPublished(path)),
      ...Option.match(recordBytes, { onNone: () => [], onSome: (bytes) => [{ path: recordFile, bytes }] })
    ]
    yield* files.writeTree(join(bucket, nextFolder), published)
    yield* files.writeTree(join(bucket, nextPreviousFolder), before)
    const record = Option.flatMap(recordBytes, decodeRecord)
    const memory = published.find(({ path }) => path === memoryFile)
    return new PublicationRecord({
      cwd: staging.root.cwd,
      fingerprint,
      ...(content === undefined || content === fingerprint ? {} : { content }),
      ...(inputs === undefined ? {} : { inputs }),
      files: published.map(({ bytes, path }) => ({ path, sha256: hashOf(bytes) })),
      withdrawn: withdrawnBy(Option.getOrUndefined(record), published, staging),
      memoryText: memory === undefined ? "" : decoder.decode(memory.bytes),
      edits: staging.edits,
      personalFiles: staging.personalFiles,
      deletedFiles: staging.deletedFiles
    })
  })

  /** Completes a publish from its journal, at whatever point it was interrupted. Every step can be repeated. */
  const finish = Effect.fnUntraced(function* (cwd: Directory, record: PublicationRecord) {
    const bucket = bucketPath(cwd)
    const { memoryPath } = rootOf(cwd)
    yield* files.requireFolder(memoryPath)
    if (yield* files.exists(join(bucket, nextPreviousFolder))) {
      yield* files.remove(join(bucket, previousFolder))
      yield* files.moveFile(join(bucket, nextPreviousFolder), join(bucket, previousFolder))
    }
    yield* Effect.forEach([...record.withdrawn, legacyFile], (path) => files.remove(join(memoryPath, path)), {
      discard: true
    })
    yield* files.makeFoldersFor(
      memoryPath,
      record.files.map(({ path }) => path)
    )
    for (const { path } of record.files) {
      const waiting = join(bucket, nextFolder, path)
      if (yield* files.exists(waiting)) {
        yield* files.moveFile(waiting, join(memoryPath, path))
      }
    }
    yield* files.removeEmptyFolders(join(memoryPath, skillFolder))
    yield* files.moveFile(join(bucket, journalFile), join(bucket, recordFile))
    yield* files.remove(join(bucket, nextFolder))
  })

  const publish = Effect.fn("MemoryFs.publish")(function* (staging: Staging, given: Publish) {
    const { cwd, memoryPath, stagingPath } = staging.root
    const attempt = failing("publishing", memoryPath)
    const { heldSecrets, toPublish, wrongContent, wrongShape } = yield* loadChecks
    const redact = yield* redactor.rules
    const { withOrigins } = yield* loadOrigins
    const rules: PublishRules = {
      fileBytes,
      threadIds: given.threadIds,
      edits: staging.edits,
      untouchable: staging.untouchable,
      deletedFiles: staging.deletedFiles
    }
    const entries = yield* attempt(files.listTree(stagingPath))
    const misshapen = wrongShape(entries, rules)
    if (misshapen.length > 0) {
      return yield* new PublishRefused({ cwd, reasons: misshapen })
    }
    const staged = yield* attempt(files.readFiles(stagingPath, entries))
    const current = staging.outside.find(({ path }) => path === memoryFile)
    const { decisions = noEdits } = given
    const published = withOrigins(toPublish(staged, rules), {
      edits: {
        added: [...staging.edits.added, ...decisions.added],
        removed: [...staging.edits.removed, ...decisions.removed]
      },
      traces: given.traces,
      facts: given.facts ?? [],
      isMadeByRule: given.isMadeByRule === true,
      before: current === undefined ? "" : decoder.decode(current.bytes),
      threadIds: given.threadIds,
      maxBytes: given.isMadeByRule === true ? 0 : fileBytes
    })
    const paths = published.map(({ path }) => path)
    const reasons = [
      ...heldSecrets(published, redact),
      ...wrongContent(staged, rules).map(redact),
      ...(yield* attempt(files.obstaclesTo(memoryPath, paths)))
    ]
    if (reasons.length > 0) {
      return yield* new PublishRefused({ cwd, reasons })
    }
    const safeFiles = published.map(({ bytes, path }) => textFile(path, redact(decoder.decode(bytes))))
    const record = yield* attempt(prepareGeneration(staging, safeFiles, given))
    const journal = encodeRecord(record)
    yield* files
      .replaceFile(join(bucketPath(cwd), journalFile), journal)
      .pipe(Effect.zipRight(finish(cwd, record)), Effect.uninterruptible, attempt)
  })

  const redactStaging = Effect.fn("MemoryFs.redactStaging")(function* (cwd: Directory) {
    const { stagingPath } = rootOf(cwd)
    const redact = yield* redactor.rules
    yield* Effect.gen(function* () {
      for (const { bytes, path } of yield* files.readFiles(stagingPath, yield* files.listTree(stagingPath))) {
        const text = decoder.decode(bytes)
        const redacted = redact(text)
        if (redacted !== text) {
          yield* files.replaceText(join(stagingPath, path), redacted)
        }
      }
    }).pipe(failing("redacting the staged copy", stagingPath))
  })

  const resume = Effect.fn("MemoryFs.resume")(function* (cwd: Directory) {
    const path = join(bucketPath(cwd), journalFile)
    const attempt = failing("finishing a publish", path)
    const record = yield* attempt(readJournal(files, bucketPath(cwd)))
    if (Option.isSome(record)) {
      yield* attempt(Effect.uninterruptible(finish(cwd, record.value)))
    }
    return Option.map(record, ({ fingerprint }) => fingerprint)
  })

  return { clear, publishedFingerprint, publishedContent, publishedInputs, publish, redactStaging, resume }
}
