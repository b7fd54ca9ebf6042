import type { Directory } from "../thread/WorkingDirectory.js"
import type { ProjectDirectory } from "./ProjectDirectory.js"

/** The directories that are known to belong to projects, indexed by what identifies a project. */
export interface KnownProjects {
  readonly ofDirectory: (directory: Directory) => ProjectDirectory | undefined
  /** Returns the project whose repository has this origin; the one that was known first, if several have. */
  readonly ofOrigin: (origin: string) => Directory | undefined
  readonly ofIdentity: (identity: string) => Directory | undefined
}

/**
 * Indexes known directories. A project that a person named for a directory is no project of its origin: what a person
 * kept apart stays apart. The identity of a clone, which belongs to a project by its origin alone, is none of the
 * project's.
 */
export const knownProjects = (rows: ReadonlyArray<ProjectDirectory>): KnownProjects => {
  const directories = new Map(rows.map((row) => [row.directory, row]))
  const origins = new Map<string, Directory>()
  const identities = new Map<string, Directory>()
  const byAge = rows.toSorted(
    (one, other) => one.decidedAt - other.decidedAt || (one.directory < other.directory ? -1 : 1)
  )
  for (const { ground, identity, origin, project } of byAge) {
    if (ground !== "person" && origin !== null && !origins.has(origin)) {
      origins.set(origin, project)
    }
    if ((ground === "repository" || ground === "moved") && identity !== null && !identities.has(identity)) {
      identities.set(identity, project)
    }
  }
  return {
    ofDirectory: (directory) => directories.get(directory),
    ofOrigin: (origin) => origins.get(origin),
    ofIdentity: (identity) => identities.get(identity)
  }
}
