import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { FileKind } from "../domain/memory/FileKind.js"

/**
 * Tells a symbolic link from what it leads to, and a file from what only seems to be one, before anything is opened: nothing
 * is written or read through a link, and opening a FIFO waits for whoever writes to it. The platform's file system follows
 * links, and can tell one only by failing to read it; a failure for every file of every memory costs more than all else.
 */
export class SymbolicLinks extends Context.Tag("rollout-memories/SymbolicLinks")<
  SymbolicLinks,
  {
    /** What stands at a path, no link followed at its end. */
    readonly kindOf: (path: string) => Effect.Effect<FileKind>
  }
>() {}
