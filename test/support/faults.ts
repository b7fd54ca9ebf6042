import { type PlatformError, SystemError, type SystemErrorReason } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { Effect, Layer } from "effect"
import { StateDb, type StateDbFailure } from "../../src/services/StateDb.js"

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

/** A state DB that comes to a point before and after everything that changes it. */
const stateDbWithPoints =
  (point: (operation: string) => Effect.Effect<void, StateDbFailure>) =>
  (stateDb: StateDb["Type"]): StateDb["Type"] => {
    const around = <A, E>(operation: string, effect: Effect.Effect<A, E>) =>
      Effect.zipRight(point(operation), Effect.zipLeft(effect, point(`${operation} done`)))
    return {
      ...stateDb,
      changeIndex: (given) => around("changeIndex", stateDb.changeIndex(given)),
      importMemory: (given) => around("importMemory", stateDb.importMemory(given)),
      claim: (...given) => around("claim", stateDb.claim(...given)),
      releaseClaim: (given) => around("releaseClaim", stateDb.releaseClaim(given)),
      completeThread: (...given) => around("completeThread", stateDb.completeThread(...given)),
      storeMemory: (...given) => around("storeMemory", stateDb.storeMemory(...given)),
      storeNothing: (...given) => around("storeNothing", stateDb.storeNothing(...given)),
      storeFailure: (...given) => around("storeFailure", stateDb.storeFailure(...given)),
      acquireLock: (...given) => around("acquireLock", stateDb.acquireLock(...given)),
      renewLock: (...given) => around("renewLock", stateDb.renewLock(...given)),
      releaseLock: (...given) => around("releaseLock", stateDb.releaseLock(...given)),
      recordPublished: (...given) => around("recordPublished", stateDb.recordPublished(...given)),
      recordUnpublished: (...given) => around("recordUnpublished", stateDb.recordUnpublished(...given))
    }
  }

/** The state DB below, with points. */
export const layerStateDbWithPoints = (
  point: (operation: string) => Effect.Effect<void, StateDbFailure>
): Layer.Layer<StateDb, never, StateDb> => Layer.effect(StateDb, Effect.map(StateDb, stateDbWithPoints(point)))

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
