import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Found } from "../domain/project/Checkout.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"

/** A directory in its one spelling, and what is on the disk there. */
export interface Located {
  /** The directory in the one spelling of all that Windows and WSL have for it; see `oneSpelling`. */
  readonly directory: Directory
  readonly found: Found
}

/** The directories of this machine, by their canonical paths, and the git repositories around them. Never fails. */
export class WorkingDirectories extends Context.Tag("rollout-memories/WorkingDirectories")<
  WorkingDirectories,
  {
    /**
     * Resolves a working directory to its canonical path; below a Windows drive under WSL in lower case. A directory
     * that cannot be resolved, because it was deleted or is on another machine, keeps the given path.
     */
    readonly normalise: (cwd: string) => Effect.Effect<Directory>
    /**
     * Finds the repository that a directory belongs to. Reads the files of the repository; no git process runs. A
     * linked worktree belongs to a repository that names it, and a submodule is a repository of its own. A folder that
     * only claims to belong to a repository does not belong to it.
     */
    readonly locate: (directory: Directory) => Effect.Effect<Located>
  }
>() {}
