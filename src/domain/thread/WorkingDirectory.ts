import { createHash } from "node:crypto"

/** The folder name of a directory's memory: the hex SHA-256 of the normalised cwd. */
export const bucketOf = (cwd: string): string => createHash("sha256").update(cwd).digest("hex")

/** Whether a name is one that {@link bucketOf} gives. */
export const isBucket = (name: string): boolean => /^[0-9a-f]{64}$/.test(name)

/** Below a Windows drive names are alike in any case, so under WSL one project must not become two. */
export const foldWindowsCase = (path: string): string =>
  /^\/mnt\/[A-Za-z](?:\/|$)/.test(path) ? path.toLowerCase() : path

/** What a person calls a project: the last segment of its directory, of either slash; the whole where there is none. */
export const projectName = (cwd: string): string => /([^\\/]+)[\\/]*$/.exec(cwd)?.[1] ?? cwd

/**
 * Whether a directory is where a consolidation agent works: a session that was recorded there is the agent's own, whatever
 * program it was, and teaches nothing about any project.
 */
export const isStaging = (cwd: string): boolean => /[\\/][0-9a-f]{64}[\\/]staging[\\/]?$/.test(cwd)
