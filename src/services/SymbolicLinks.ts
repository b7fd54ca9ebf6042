import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/**
 * Tells a symbolic link from what it leads to, for what is never written or read through one. The platform's file system
 * can tell only by failing to read a link, and a failure for every file of every memory costs more than all else.
 */
export class SymbolicLinks extends Context.Tag("rollout-memories/SymbolicLinks")<
  SymbolicLinks,
  {
    /** False where there is nothing, and where it cannot be told: what follows fails there by itself. */
    readonly isLink: (path: string) => Effect.Effect<boolean>
  }
>() {}
