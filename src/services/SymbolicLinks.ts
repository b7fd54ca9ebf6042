import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { FileKind } from "../domain/memory/FileKind.js"

/**
 * Tells the kind of an entry before it is opened. Nothing may be read or written through a symbolic link, and opening a
 * FIFO would block until another process writes to it. The platform's `FileSystem` follows links and could show one
 * only by a failing read of every file, which costs too much.
 */
export class SymbolicLinks extends Context.Tag("rollout-memories/SymbolicLinks")<
  SymbolicLinks,
  {
    /** Returns the kind of the entry at a path, without following a link at its end. */
    readonly kindOf: (path: string) => Effect.Effect<FileKind>
  }
>() {}
