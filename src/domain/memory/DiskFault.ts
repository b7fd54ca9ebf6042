import * as Predicate from "effect/Predicate"

/** What keeps a disk from being read or written, in words, and what a person does about it. */
export interface DiskFault {
  readonly says: string
  readonly todo: string
}

/** The code of the system or of SQLite that an error has, however deep in its causes; empty where it has none. */
export const errorCodeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && Predicate.isString(error.code)
    ? error.code
    : Predicate.hasProperty(error, "cause")
      ? errorCodeOf(error.cause)
      : ""

const fault = (code: RegExp, says: string, todo: string) => ({ code, says, todo })

const faults = [
  // The file beside a database that its readers share is made at its full size: that fails for want of room alone.
  fault(/^(?:ENOSPC|SQLITE_FULL|SQLITE_IOERR_SHMSIZE)$/, "the disk is full", "free some space, then run again"),
  fault(/^EDQUOT$/, "the disk quota is used up", "free some space or have the quota raised, then run again"),
  fault(/^EROFS$/, "the disk is mounted for reading alone", "mount it for writing, or name another folder"),
  fault(/^(?:EACCES|EPERM|SQLITE_PERM)$/, "permission is denied", "check who owns it, and its permissions"),
  fault(/^SQLITE_READONLY/, "it may only be read", "check its permissions, and how its disk is mounted"),
  fault(/^(?:EMFILE|ENFILE)$/, "too many files are open", "raise the limit (ulimit -n), then run again"),
  fault(/^(?:EIO|SQLITE_IOERR)/, "the disk does not read or write", "check the disk, then run again")
]

/** What an error says in the words of who knows best: of the platform's, without the names of its functions. */
export const detailOf = (error: unknown): string =>
  Predicate.hasProperty(error, "description") && Predicate.isString(error.description)
    ? error.description
    : error instanceof Error
      ? error.message
      : String(error)

/** The fault of the disk that an error comes from; undefined where it comes from none that is known. */
export const diskFaultOf = (error: unknown): DiskFault | undefined => {
  const code = errorCodeOf(error)
  return faults.find((known) => known.code.test(code))
}

/** Says what failed, with the fault of the disk first where it was one, and what to do last. */
export const withDiskFault = (failed: string, error: unknown): string => {
  const found = diskFaultOf(error)
  return found === undefined ? failed : `${found.says}: ${failed}; ${found.todo}`
}
