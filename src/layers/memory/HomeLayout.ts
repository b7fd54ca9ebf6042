import { join } from "node:path"
import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import { traceFolder } from "../../domain/memory/Publication.js"
import { threadOfTraceFile } from "../../domain/memory/TraceMemory.js"
import { bucketOf } from "../../domain/thread/WorkingDirectory.js"
import { MemoryFsFailure, type MemoryRoot } from "../../services/MemoryFs.js"

/** Written before the first file of a publish is moved, renamed to {@link recordFile} after the last one. */
export const journalFile = "publish.json"
export const recordFile = "published.json"
/** Where the files of a publish wait, and where the generation before does. */
export const nextFolder = "next"
export const previousFolder = "previous"
export const nextPreviousFolder = "previous.next"

/** What readers see of a bucket. */
export const memoryFolder = "memory"

/** Where an agent works. */
export const stagingFolder = "staging"

/** Where each project's files are below a memories home. */
export interface Layout {
  readonly memoriesHome: string
  readonly bucketPath: (cwd: string) => string
  readonly rootOf: (cwd: string) => MemoryRoot
}

/** The layout of a memories home. */
export const makeLayout = (memoriesHome: string): Layout => {
  const bucketPath = (cwd: string): string => join(memoriesHome, bucketOf(cwd))
  return {
    memoriesHome,
    bucketPath,
    rootOf: (cwd) => ({
      cwd,
      memoryPath: join(bucketPath(cwd), memoryFolder),
      stagingPath: join(bucketPath(cwd), stagingFolder)
    })
  }
}

/** The thread that a file of a memory root, by its path there, is the trace of. */
export const threadOfTrace = (path: string): string | undefined =>
  path.startsWith(`${traceFolder}/`) ? threadOfTraceFile(path.slice(traceFolder.length + 1)) : undefined

/** Says what was being done, and where, when the file system fails. */
export const failing =
  (operation: string, path: string) =>
  <A, R>(effect: Effect.Effect<A, PlatformError, R>): Effect.Effect<A, MemoryFsFailure, R> =>
    Effect.mapError(effect, (cause) => new MemoryFsFailure({ operation, path, cause }))
