/* Reads regular files with `node:fs`. Like `SymbolicLinks`, it checks the kind of an entry before opening it. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats } from "node:fs"
import { type FileKind, wrongKind } from "../../domain/memory/FileKind.js"

/** Returns the kind of an entry (file, folder, symbolic link, other) from its stats. */
export const kindOfStats = (stats: Stats): FileKind =>
  stats.isFile() ? "File" : stats.isDirectory() ? "Folder" : stats.isSymbolicLink() ? "Link" : "Special"

/** Code of the error that is thrown for an entry that is not a regular file. */
export const notAFile = "NOT_A_FILE"

/** Throws unless the stats are those of a regular file. */
export const requireFileStats = (stats: Stats, path: string): void => {
  const problem = wrongKind(kindOfStats(stats), "File")
  if (problem !== undefined) {
    throw Object.assign(new Error(`${path} ${problem}`), { code: notAFile })
  }
}

/** Throws when a path is something other than a regular file; a symbolic link counts as something other. */
export const requireFile = (path: string): void => {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats !== undefined) {
    requireFileStats(stats, path)
  }
}

/**
 * Flags for opening a file to read. Non-blocking, in case a FIFO has taken its place: opening that would wait for a
 * writer.
 */
export const readFlags = constants.O_RDONLY | constants.O_NONBLOCK

/** Reads a regular file's text; throws on any other kind of entry. */
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
