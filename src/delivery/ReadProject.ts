import * as Effect from "effect/Effect"
import { knownProjects } from "../domain/project/KnownProjects.js"
import { decideProject, offeredProject, type ProjectQuestion } from "../domain/project/ProjectRule.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { WorkingDirectories } from "../services/WorkingDirectories.js"
import { Settings } from "../settings/Settings.js"

/** The project whose memory a directory reads. */
export interface ReadProject {
  /** The directory under which the memory is stored. */
  readonly project: Directory
  /** The path of the directory below the top of its working copy; empty at the top. */
  readonly place: string
  /**
   * A project that has the same origin, but whose memory the directory reads only after a person has agreed; undefined if
   * there is none.
   */
  readonly offered: Directory | undefined
  /** The top of the working copy that asks, for `offered`. */
  readonly top: Directory
}

/**
 * Finds the project whose memory a directory reads: that of its repository, also from a subdirectory, a worktree and a
 * repository that was renamed, and from a clone that a person agreed to. Reads published files only. A directory whose own memory was not yet joined with its
 * project's reads its own.
 */
export const readProject = Effect.fn("ReadProject.of")(function* (given: Directory) {
  const { project: mode } = yield* Settings
  const memoryFs = yield* MemoryFs
  const { locate } = yield* WorkingDirectories
  const own: ReadProject = { project: given, place: "", offered: undefined, top: given }
  if (mode === "directory") {
    return own
  }
  const located = yield* locate(given)
  const known = knownProjects(yield* memoryFs.knownDirectories)
  const question: ProjectQuestion = { given, ...located, recorded: undefined }
  const decided = decideProject(question, known)
  const isOwnLeft =
    decided.project !== given && !(yield* memoryFs.hasMemory(decided.project)) && (yield* memoryFs.hasMemory(given))
  if (isOwnLeft) {
    return own
  }
  const offered = offeredProject(question, known, decided)
  const top = located.found._tag === "Checkout" ? located.found.checkout.main : given
  const found: ReadProject = {
    project: offered === decided.project ? top : decided.project,
    place: decided.place,
    offered,
    top
  }
  return found
})
