import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Directory } from "../domain/thread/WorkingDirectory.js"

/**
 * Resolves a working directory to its canonical path, by which its memory is stored; below a Windows drive under WSL in
 * lower case. A directory that cannot be resolved, because it was deleted or is on another machine, keeps the given
 * path. Never fails.
 */
export class WorkingDirectories extends Context.Tag("rollout-memories/WorkingDirectories")<
  WorkingDirectories,
  { readonly normalise: (cwd: string) => Effect.Effect<Directory> }
>() {}
