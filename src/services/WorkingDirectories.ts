import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/**
 * Makes one name of all the names a working directory goes by, since memories are bucketed by it: its canonical path;
 * below a Windows drive under WSL in lower case; as it stands where it cannot be resolved, because it is gone or belongs to
 * another machine. Never fails.
 */
export class WorkingDirectories extends Context.Tag("rollout-memories/WorkingDirectories")<
  WorkingDirectories,
  { readonly normalise: (cwd: string) => Effect.Effect<string> }
>() {}
