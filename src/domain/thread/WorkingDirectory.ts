import { createHash } from "node:crypto"
import * as Schema from "effect/Schema"

/**
 * A working directory by its canonical path, under which its memory is stored. Only the port `WorkingDirectories` makes
 * one from the path that a session, a person or a host gives.
 */
export const Directory = Schema.String.pipe(Schema.brand("Directory"))

/** A working directory by its canonical path. */
export type Directory = typeof Directory.Type

/** Returns the folder name of a directory's memory: the hex SHA-256 of its path. */
export const bucketOf = (cwd: Directory): string => createHash("sha256").update(cwd).digest("hex")

/** True if the name has the form of a name from {@link bucketOf}. */
export const isBucket = (name: string): boolean => /^[0-9a-f]{64}$/.test(name)

/** Lowers the case of a path on a Windows drive under WSL: case does not count there, and one project must not become two. */
export const foldWindowsCase = (path: string): string =>
  /^\/mnt\/[A-Za-z](?:\/|$)/.test(path) ? path.toLowerCase() : path

/** Returns a person's name for a project: the last segment of its directory, or the whole path if there is none. */
export const projectName = (cwd: string): string => /([^\\/]+)[\\/]*$/.exec(cwd)?.[1] ?? cwd

/**
 * True if the directory is the staging directory of a consolidation agent. A session recorded there is the agent's own,
 * whatever program ran it, and teaches nothing about any project.
 */
export const isStaging = (cwd: string): boolean => /[\\/][0-9a-f]{64}[\\/]staging[\\/]?$/.test(cwd)

/** True if the path names its directory wherever it is read: on Unix or on Windows. */
export const isAbsolutePath = (path: string): boolean => /^(?:[/\\]|[A-Za-z]:[\\/])/.test(path)

/** Case, the kind of slashes and a prefix mean nothing in a path of Windows; a slash at the end means nothing anywhere. */
const plainName = (path: string): string => {
  const plain = path.replace(/^\\\\\?\\/, "")
  const folded = /^[A-Za-z]:/.test(plain) ? plain.replaceAll("\\", "/").toLowerCase() : plain
  return folded.length > 1 ? folded.replace(/\/+$/, "") : folded
}

/** True if two paths are spellings of one, whatever is on the disk. */
export const isSameName = (one: string, other: string): boolean => plainName(one) === plainName(other)
