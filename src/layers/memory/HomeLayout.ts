import { join } from "node:path"
import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import { type Directory, bucketOf } from "../../domain/thread/WorkingDirectory.js"
import { MemoryFsFailure, type MemoryRoot } from "../../services/MemoryFs.js"

/**
 * Journal of a publish, written before the first file is moved. After the last one it is renamed to {@link recordFile}.
 */
export const journalFile = "publish.json"
/** Record of the last publish; see `PublicationRecord`. */
export const recordFile = "published.json"
/** Folder of a bucket with the files about to be published. */
export const nextFolder = "next"
/** Folder of a bucket with the previous generation of the published files. */
export const previousFolder = "previous"
/** Folder of a bucket with the generation that is about to become the previous one. */
export const nextPreviousFolder = "previous.next"

/** Folder of a bucket that readers see. */
export const memoryFolder = "memory"

/** Folder of a bucket with the staged copy, in which an agent works. */
export const stagingFolder = "staging"

/** Functions that return the paths of a project's files below a memories home. */
export interface Layout {
  readonly memoriesHome: string
  readonly bucketPath: (cwd: Directory) => string
  readonly rootOf: (cwd: Directory) => MemoryRoot
}

/** The layout of a memories home. */
export const makeLayout = (memoriesHome: string): Layout => {
  const bucketPath = (cwd: Directory): string => join(memoriesHome, bucketOf(cwd))
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

/** Converts a failure of the file system into a `MemoryFsFailure` that names the operation and the path. */
export const failing =
  (operation: string, path: string) =>
  <A, R>(effect: Effect.Effect<A, PlatformError, R>): Effect.Effect<A, MemoryFsFailure, R> =>
    Effect.mapError(effect, (cause) => new MemoryFsFailure({ operation, path, cause }))
