import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats } from "node:fs"
import { type FileKind, wrongKind } from "../../domain/memory/FileKind.js"

/** Files by `node:fs` itself, none of which is opened before it is known to be one: the same rule as for `SymbolicLinks`. */

/** What a path was found to be. */
export const kindOfStats = (stats: Stats): FileKind =>
  stats.isFile() ? "File" : stats.isDirectory() ? "Folder" : stats.isSymbolicLink() ? "Link" : "Special"

/** The code of the error that something other than a file is met with. */
export const notAFile = "NOT_A_FILE"

/** Throws where what was found is no file. */
export const requireFileStats = (stats: Stats, path: string): void => {
  const problem = wrongKind(kindOfStats(stats), "File")
  if (problem !== undefined) {
    throw Object.assign(new Error(`${path} ${problem}`), { code: notAFile })
  }
}

/** Throws where something else than a file stands at a path, a symbolic link too. */
export const requireFile = (path: string): void => {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats !== undefined) {
    requireFileStats(stats, path)
  }
}

/** How a file is opened for reading, should it be a FIFO by then: without waiting for whoever writes to one. */
export const readFlags = constants.O_RDONLY | constants.O_NONBLOCK

/** A file's text; throws where something else than a file stands there. */
export const readPlainText = (path: string): string => {
  requireFile(path)
  const descriptor = openSync(path, readFlags | constants.O_NOFOLLOW)
  try {
    requireFileStats(fstatSync(descriptor), path)
    return readFileSync(descriptor, "utf8")
  } finally {
    closeSync(descriptor)
  }
}
