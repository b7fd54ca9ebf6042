import type { Directory } from "../thread/WorkingDirectory.js"

const segments = (path: string): ReadonlyArray<string> => path.split(/[\\/]/).filter((name) => name !== "")

const shared = (one: ReadonlyArray<string>, other: ReadonlyArray<string>): number => {
  const end = one.findIndex((name, index) => name !== other[index])
  return end === -1 ? one.length : end
}

/**
 * Returns the project that is nearest to a directory in the tree of folders: the fewest steps up and down; ties by path.
 * Undefined if there is none.
 */
export const nearestProject = (directory: Directory, projects: ReadonlyArray<Directory>): Directory | undefined => {
  const from = segments(directory)
  const stepsTo = (project: Directory): number => {
    const to = segments(project)
    return from.length + to.length - 2 * shared(from, to)
  }
  const [nearest] = projects
    .map((project) => ({ project, steps: stepsTo(project) }))
    .toSorted((one, other) => one.steps - other.steps || (one.project < other.project ? -1 : 1))
  return nearest?.project
}
