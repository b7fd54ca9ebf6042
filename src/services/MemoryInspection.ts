import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { PublicationRecord } from "../domain/memory/Publication.js"
import type { MemoryFsFailure, MemoryRoot } from "./MemoryFs.js"

/** A text file below a memory root, by its path with `/`. */
export interface MemoryTextFile {
  readonly path: string
  readonly text: string
}

/** Something in the memories home that a person should know of. */
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

/** The files of the memories home, for people to look at. Reads only; each file is as it was at some one instant. */
export class MemoryInspection extends Context.Tag("rollout-memories/MemoryInspection")<
  MemoryInspection,
  {
    readonly rootOf: (cwd: string) => MemoryRoot
    /** Of everything below the memories home; 0 where there is none. */
    readonly bytes: Effect.Effect<number, MemoryFsFailure>
    /** A directory's `MEMORY.md`. */
    readonly memoryText: (cwd: string) => Effect.Effect<Option.Option<string>, MemoryFsFailure>
    /** All that agents read of a directory's memory. */
    readonly files: (cwd: string) => Effect.Effect<ReadonlyArray<MemoryTextFile>, MemoryFsFailure>
    /** What was published there. */
    readonly record: (cwd: string) => Effect.Effect<Option.Option<PublicationRecord>, MemoryFsFailure>
    readonly hasPrevious: (cwd: string) => Effect.Effect<boolean, MemoryFsFailure>
    readonly findings: Effect.Effect<ReadonlyArray<HomeFinding>, MemoryFsFailure>
  }
>() {}
