import { type PlatformError, SystemError, type SystemErrorReason } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { type Context, Effect, Layer } from "effect"
import { Claims } from "../../src/services/state/Claims.js"
import { Consolidations } from "../../src/services/state/Consolidations.js"
import { Facts } from "../../src/services/state/Facts.js"
import { Notes } from "../../src/services/state/Notes.js"
import { ProjectLocks } from "../../src/services/state/ProjectLocks.js"
import { Projects } from "../../src/services/state/Projects.js"
import { ThreadIndex } from "../../src/services/state/ThreadIndex.js"
import { ThreadMemories } from "../../src/services/state/ThreadMemories.js"
import { over } from "../../src/testing/World.js"
import type { StateDbFailure } from "../../src/services/state/StateDbError.js"
import type { StateDb } from "../../src/services/state/StateDb.js"
import { interpose } from "../../src/testing/Faults.js"

/** A place where something is about to be written: what, and where. */
export type Point = (operation: string, path: string) => Effect.Effect<void, PlatformError>

/** A file system that comes to a point before everything that changes it: reading is left alone. */
export const layerWithPoints = (point: Point): Layer.Layer<FileSystem.FileSystem, never, FileSystem.FileSystem> =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (files): FileSystem.FileSystem => {
      const before = <A, R>(operation: string, path: string, effect: Effect.Effect<A, PlatformError, R>) =>
        Effect.zipRight(point(operation, path), effect)
      return {
        ...files,
        makeDirectory: (path, options) => before("makeDirectory", path, files.makeDirectory(path, options)),
        remove: (path, options) => before("remove", path, files.remove(path, options)),
        rename: (from, to) => before("rename", to, files.rename(from, to)),
        writeFile: (path, bytes, options) => before("writeFile", path, files.writeFile(path, bytes, options)),
        writeFileString: (path, text, options) =>
          before("writeFileString", path, files.writeFileString(path, text, options)),
        open: (path, options) =>
          (options?.flag ?? "r").startsWith("r")
            ? files.open(path, options)
            : Effect.map(before("open", path, files.open(path, options)), (file) => ({
                ...file,
                stat: file.stat,
                sync: before("sync", path, file.sync),
                writeAll: (bytes: Uint8Array) => before("write", path, file.writeAll(bytes))
              }))
      }
    })
  )

/** A state DB that comes to a point before each of its operations. */
export const layerStateDbWithPoints = <E, R>(
  stateDb: Layer.Layer<StateDb, E, R>,
  point: (operation: string) => Effect.Effect<void, StateDbFailure>
): Layer.Layer<StateDb, E, R> => {
  const pointed = <Port extends StateDb, Service extends object>(tag: Context.Tag<Port, Service>) =>
    over(tag, (service) => interpose(service, (operation) => point(`${tag.key.replace(/.*\//, "")}.${operation}`)))
  return Layer.map(stateDb, (context) =>
    context.pipe(
      pointed(Claims),
      pointed(Consolidations),
      pointed(Facts),
      pointed(Notes),
      pointed(ProjectLocks),
      pointed(Projects),
      pointed(ThreadIndex),
      pointed(ThreadMemories)
    )
  )
}

/** The errors that a disk gives, as the platform reports them. */
export const diskErrors: { readonly [code: string]: SystemErrorReason } = {
  ENOSPC: "Unknown",
  EIO: "Unknown",
  EACCES: "PermissionDenied"
}

/** What the platform fails with when the disk gives an error. */
export const diskError = (code: string, operation: string, path: string): PlatformError =>
  new SystemError({
    module: "FileSystem",
    method: operation,
    reason: diskErrors[code] ?? "Unknown",
    pathOrDescriptor: path,
    description: `${code}: a disk error of a test`,
    cause: Object.assign(new Error(code), { code })
  })
