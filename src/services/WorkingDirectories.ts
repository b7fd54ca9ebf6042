import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Directory } from "../domain/thread/WorkingDirectory.js"

/**
 * Gives a working directory one name, since memories are stored by it: its canonical path, in lower case below a
 * Windows drive under WSL. A directory that cannot be resolved, because it is gone or on another machine, keeps the
 * given path. Never fails.
 */
export class WorkingDirectories extends Context.Tag("rollout-memories/WorkingDirectories")<
  WorkingDirectories,
  { readonly normalise: (cwd: string) => Effect.Effect<Directory> }
>() {}
