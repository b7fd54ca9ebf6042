import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { PublicationRecord } from "../domain/memory/Publication.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import type { MemoryFsFailure, MemoryRoot } from "./MemoryFs.js"

/** A text file with its path below a memory root. The path uses `/`. */
export interface MemoryTextFile {
  readonly path: string
  readonly text: string
}

/** A problem in the memories home that the user should know about. */
export interface HomeFinding {
  readonly path: string
  readonly problem:
    | "not writable"
    | "open to others"
    | "left behind"
    | "set aside"
    | "unfinished"
    | "not opened"
    | "managed by Codex"
}

/**
 * Inspects the files of the memories home for commands that show them. Reads only; each file is read at one instant.
 */
export class MemoryInspection extends Context.Tag("rollout-memories/MemoryInspection")<
  MemoryInspection,
  {
    readonly rootOf: (cwd: Directory) => MemoryRoot
    /** Total size of everything below the memories home; 0 when it does not exist. */
    readonly bytes: Effect.Effect<number, MemoryFsFailure>
    /** Reads the text of a directory's `MEMORY.md`; none when the file does not exist. */
    readonly memoryText: (cwd: Directory) => Effect.Effect<Option.Option<string>, MemoryFsFailure>
    /** The Markdown files of a directory's memory, in the order of their paths. */
    readonly files: (cwd: Directory) => Effect.Effect<ReadonlyArray<MemoryTextFile>, MemoryFsFailure>
    /** The record of a directory's last publish. */
    readonly record: (cwd: Directory) => Effect.Effect<Option.Option<PublicationRecord>, MemoryFsFailure>
    readonly hasPrevious: (cwd: Directory) => Effect.Effect<boolean, MemoryFsFailure>
    readonly findings: Effect.Effect<ReadonlyArray<HomeFinding>, MemoryFsFailure>
  }
>() {}
