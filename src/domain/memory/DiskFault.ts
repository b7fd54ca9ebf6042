import * as Predicate from "effect/Predicate"

/** A disk problem in words, and the remedy for it. */
export interface DiskFault {
  readonly says: string
  readonly todo: string
}

/** The system's or SQLite's error code, searched through all causes; empty when there is none. */
export const errorCodeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && Predicate.isString(error.code)
    ? error.code
    : Predicate.hasProperty(error, "cause")
      ? errorCodeOf(error.cause)
      : ""

const fault = (code: RegExp, says: string, todo: string) => ({ code, says, todo })

const faults = [
  // SQLite creates the shared-memory file at its full size, so SQLITE_IOERR_SHMSIZE means a full disk.
  fault(/^(?:ENOSPC|SQLITE_FULL|SQLITE_IOERR_SHMSIZE)$/, "the disk is full", "free some space, then run again"),
  fault(/^EDQUOT$/, "the disk quota is used up", "free some space or have the quota raised, then run again"),
  fault(/^EROFS$/, "the disk is mounted for reading alone", "mount it for writing, or name another folder"),
  fault(/^(?:EACCES|EPERM|SQLITE_PERM)$/, "permission is denied", "check who owns it, and its permissions"),
  fault(/^SQLITE_READONLY/, "it may only be read", "check its permissions, and how its disk is mounted"),
  fault(/^(?:EMFILE|ENFILE)$/, "too many files are open", "raise the limit (ulimit -n), then run again"),
  fault(/^(?:EIO|SQLITE_IOERR)/, "the disk does not read or write", "check the disk, then run again")
]

/**
 * The most specific description in an error: the platform's own text without its function names, or the message if
 * there is none.
 */
export const detailOf = (error: unknown): string =>
  Predicate.hasProperty(error, "description") && Predicate.isString(error.description)
    ? error.description
    : error instanceof Error
      ? error.message
      : String(error)

/** The disk problem behind an error; undefined when the error has no known disk problem as its cause. */
export const diskFaultOf = (error: unknown): DiskFault | undefined => {
  const code = errorCodeOf(error)
  return faults.find((known) => known.code.test(code))
}

/** Composes an error message: the disk problem first, if there is one, then the failed operation and the remedy. */
export const withDiskFault = (failed: string, error: unknown): string => {
  const found = diskFaultOf(error)
  return found === undefined ? failed : `${found.says}: ${failed}; ${found.todo}`
}
