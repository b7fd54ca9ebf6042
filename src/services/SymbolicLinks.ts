import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { FileKind } from "../domain/memory/FileKind.js"

/**
 * Tells the kind of an entry before anything is opened. Nothing is read or written through a symbolic link, and opening
 * a FIFO would wait for a writer. The platform's file system follows links and detects one only by a failing read; such
 * a failure for every file of every memory would cost more than everything else.
 */
export class SymbolicLinks extends Context.Tag("rollout-memories/SymbolicLinks")<
  SymbolicLinks,
  {
    /** The kind of the entry at a path; a link at its end is not followed. */
    readonly kindOf: (path: string) => Effect.Effect<FileKind>
  }
>() {}
