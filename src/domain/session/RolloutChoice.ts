import { createHash } from "node:crypto"
import type { RolloutFile } from "../thread/Thread.js"

/** The properties that decide between two files of one thread. */
export interface RecordedFile {
  readonly path: string
  readonly size: number
  /** Unix milliseconds. */
  readonly lastRecordAt: number
}

const isBetter = (left: RecordedFile, right: RecordedFile): boolean =>
  left.lastRecordAt !== right.lastRecordAt
    ? left.lastRecordAt > right.lastRecordAt
    : left.size !== right.size
      ? left.size > right.size
      : left.path < right.path

/** Chooses among several files of one thread: the later last record wins, then the longer file. */
export const chooseFile = <A extends RecordedFile>(files: ReadonlyArray<A>): A | undefined =>
  files.reduce<A | undefined>((best, file) => (best === undefined || isBetter(file, best) ? file : best), undefined)

/**
 * The fingerprint of a listing: two are equal exactly when the same files have the same sizes and modification times. Comparing
 * it once spares a start with nothing new from looking at ten thousand rows.
 */
export const listingFingerprint = (files: ReadonlyArray<RolloutFile>): string => {
  const lines = files.map(
    ({ isArchived, modifiedAt, path, size }) => `${path}\0${size}\0${modifiedAt}\0${isArchived ? 1 : 0}\n`
  )
  return createHash("sha256").update(lines.join("")).digest("hex")
}

/** A listing's fingerprint together with the names that people gave its sessions. */
export const underNames = (listing: string, names: ReadonlyMap<string, string>): string =>
  names.size === 0
    ? listing
    : createHash("sha256")
        .update([listing, ...[...names].map(([id, name]) => `${id}\0${name}`)].join("\n"))
        .digest("hex")

/** A listing's fingerprint together with what is to be ignored of it, the text of the ignore file. */
export const underRules = (listing: string, ignored: string): string =>
  ignored.trim() === "" ? listing : `${listing}.${createHash("sha256").update(ignored).digest("hex")}`

/** Whether two listings were made under the same ignore file; one that never was made counts as made without any. */
export const isUnderSameRules = (before: string, after: string): boolean => before.split(".")[1] === after.split(".")[1]
