import { createHash } from "node:crypto"
import type { RolloutFile } from "../thread/Thread.js"

/** The properties of a file by which {@link chooseFile} decides between several files of one thread. */
export interface RecordedFile {
  readonly path: string
  readonly size: number
  /** The time of the last record in Unix milliseconds. */
  readonly lastRecordAt: number
}

const isBetter = (left: RecordedFile, right: RecordedFile): boolean =>
  left.lastRecordAt !== right.lastRecordAt
    ? left.lastRecordAt > right.lastRecordAt
    : left.size !== right.size
      ? left.size > right.size
      : left.path < right.path

/** Chooses among several files of one thread: the one with the later last record, then the larger one. */
export const chooseFile = <A extends RecordedFile>(files: ReadonlyArray<A>): A | undefined =>
  files.reduce<A | undefined>((best, file) => (best === undefined || isBetter(file, best) ? file : best), undefined)

/**
 * Returns the fingerprint of a list of rollout files. Two are equal exactly when both lists have the same files with
 * the same sizes and modification times. Comparing fingerprints saves a pass without changes from comparing thousands
 * of rows.
 */
export const listingFingerprint = (files: ReadonlyArray<RolloutFile>): string => {
  const lines = files.map(
    ({ isArchived, modifiedAt, path, size }) => `${path}\0${size}\0${modifiedAt}\0${isArchived ? 1 : 0}\n`
  )
  return createHash("sha256").update(lines.join("")).digest("hex")
}

/** Adds the names that people gave their sessions to a fingerprint from {@link listingFingerprint}. */
export const underNames = (listing: string, names: ReadonlyMap<string, string>): string =>
  names.size === 0
    ? listing
    : createHash("sha256")
        .update([listing, ...[...names].map(([id, name]) => `${id}\0${name}`)].join("\n"))
        .digest("hex")

/**
 * Adds the rules for withholding sessions to a fingerprint from {@link listingFingerprint}: the text of the ignore
 * file, and the threads whose memory is switched off.
 */
export const underRules = (listing: string, ignored: string, switchedOff: ReadonlySet<string>): string => {
  const rules = [ignored.trim() === "" ? "" : ignored, ...[...switchedOff].sort()].join("\0")
  return rules === "" ? listing : `${listing}.${createHash("sha256").update(rules).digest("hex")}`
}

/**
 * True if two fingerprints of listings include the same rules for withholding sessions (see {@link underRules}). An
 * empty fingerprint counts as made without rules.
 */
export const isUnderSameRules = (before: string, after: string): boolean => before.split(".")[1] === after.split(".")[1]
