import * as Effect from "effect/Effect"
import { type KnownProjects, knownProjects } from "../../domain/project/KnownProjects.js"
import { decideProject } from "../../domain/project/ProjectRule.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import { Projects } from "../../services/state/Projects.js"
import { WorkingDirectories } from "../../services/WorkingDirectories.js"
import { Settings } from "../../settings/Settings.js"

/** A project, and a place in it. */
export interface ProjectPlace {
  /** The directory under which the project's memory is stored. */
  readonly project: Directory
  /** The path below the top of the working copy, with `/`; empty at the top. */
  readonly place: string
}

/** A directory that a session worked in, and the repository that the session recorded there. */
export interface WorkedIn {
  readonly directory: Directory
  /** The origin of the repository, as the session recorded it; undefined if it did not. */
  readonly recorded: string | undefined
}

/**
 * Decides which project the work in a directory belongs to, and records the decision, so that the directory is known
 * when it is gone. Where each directory is its own project, returns the directory.
 */
export const decideProjectOf = Effect.fn("ProjectOf.decide")(function* ({ directory: given, recorded }: WorkedIn) {
  const { project: mode } = yield* Settings
  const { decide } = yield* Projects
  const { locate } = yield* WorkingDirectories
  if (mode === "directory") {
    const own: ProjectPlace = { project: given, place: "" }
    return own
  }
  const located = yield* locate(given)
  const decided: ProjectPlace = yield* decide((known) =>
    decideProject({ given, ...located, recorded }, knownProjects(known))
  )
  return decided
})

/** Decides which project the work in a directory belongs to, by what is known, and records nothing. */
export const projectAmong = Effect.fnUntraced(function* (
  known: KnownProjects,
  { directory: given, recorded }: WorkedIn
) {
  const { project: mode } = yield* Settings
  const { locate } = yield* WorkingDirectories
  if (mode === "directory") {
    const own: ProjectPlace = { project: given, place: "" }
    return own
  }
  const decided: ProjectPlace = decideProject({ given, ...(yield* locate(given)), recorded }, known)
  return decided
})

/** Looks up which project the work in a directory belongs to, as {@link decideProjectOf} does, and records nothing. */
export const lookUpProject: typeof decideProjectOf = Effect.fn("ProjectOf.lookUp")(function* (worked: WorkedIn) {
  const projects = yield* Projects
  return yield* projectAmong(knownProjects(yield* projects.all), worked)
})
