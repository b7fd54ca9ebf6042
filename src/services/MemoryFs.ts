import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { detailOf, diskFaultOf, withDiskFault } from "../domain/memory/DiskFault.js"
import type { PersonEdits } from "../domain/memory/PersonEdits.js"
import type { MemoryFile } from "../domain/memory/Publication.js"
import type { TraceHeader } from "../domain/memory/TraceMemory.js"
import type { ImportedMemory, ProjectRow, ThreadMemory } from "./state/ThreadMemories.js"

/** Memories cannot be kept there. Nothing was changed; the message says where else to put them. */
export class MemoriesHomeUnavailable extends Schema.TaggedError<MemoriesHomeUnavailable>(
  "rollout-memories/MemoriesHomeUnavailable"
)("MemoriesHomeUnavailable", {
  path: Schema.String,
  reason: Schema.String,
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    const failed = `the memories home ${this.path} ${this.reason}`
    const elsewhere = "pass --memories-home or set MEMORIES_HOME"
    const fault = diskFaultOf(this.cause)
    return fault === undefined ? `${failed}; ${elsewhere}` : `${fault.says}: ${failed}; ${fault.todo}, or ${elsewhere}`
  }
}

/** A file operation failed. What it was for fails, what was there before is there still; see the disk, then try again. */
export class MemoryFsFailure extends Schema.TaggedError<MemoryFsFailure>("rollout-memories/MemoryFsFailure")(
  "MemoryFsFailure",
  { operation: Schema.String, path: Schema.String, cause: Schema.optional(Schema.Defect) }
) {
  override get message(): string {
    const detail = this.cause === undefined ? "" : `: ${detailOf(this.cause)}`
    return withDiskFault(`${this.operation} failed at ${this.path}${detail}`, this.cause)
  }
}

/** What an agent left may not be published. The published files are as they were; the staged copy is kept to be looked at. */
export class PublishRefused extends Schema.TaggedError<PublishRefused>("rollout-memories/PublishRefused")(
  "PublishRefused",
  { cwd: Schema.String, reasons: Schema.Array(Schema.String) }
) {
  override get message(): string {
    const [first = "", ...others] = this.reasons
    return `the consolidation was not published: ${first}${others.length === 0 ? "" : ` (and ${others.length} more reasons)`}`
  }
}

/** Where one project's memory is; all absolute. */
export interface MemoryRoot {
  readonly cwd: string
  /** What readers see. */
  readonly memoryPath: string
  /** Where an agent works. */
  readonly stagingPath: string
}

/** A trace memory as a file: its header, the readable part of its name, and the memory. */
export interface TraceFile {
  readonly header: TraceHeader
  readonly slug: string
  readonly trace: string
}

/** A staged copy that an agent may work in, and all that its result will be held against. */
export interface Staging {
  readonly root: MemoryRoot
  readonly edits: PersonEdits
  readonly personalFiles: ReadonlyArray<string>
  readonly deletedFiles: ReadonlyArray<string>
  /** What was staged and is not the agent's to change. */
  readonly untouchable: ReadonlyArray<MemoryFile>
  /** What readers saw when the copy was made. */
  readonly outside: ReadonlyArray<MemoryFile>
  /** What lay around it. */
  readonly outsideNames: ReadonlyArray<string>
}

/** A trace file as it was found: the memory that it holds, or why it holds none that can be used. */
export type StoredTrace =
  | { readonly _tag: "Readable"; readonly path: string; readonly memory: ImportedMemory }
  | { readonly _tag: "Unreadable"; readonly path: string; readonly reason: string }

/** What readers see of one project's memory; a text is empty where its file is not there. */
export interface PublishedMemory {
  readonly root: MemoryRoot
  /** `MEMORY.md`. */
  readonly memory: string
  /** `memory_summary.md`. */
  readonly summary: string
  /** Each `SKILL.md` by its path below the memory root, in the order of the paths. */
  readonly skills: ReadonlyArray<{ readonly path: string; readonly text: string }>
}

/** What an agent is given beside traces and notes. */
export interface Beside {
  /** What the sessions before the traces leave; empty for nothing. */
  readonly earlier: string
  /** Whether it may read the memory that is published now. */
  readonly isPublishedShown: boolean
}

/** What a publish is made of. */
export interface Publish {
  /** Of what was consumed; see `fingerprintOf`. */
  readonly fingerprint: string
  /** The same by its content; see `fingerprintOfContent`. */
  readonly content?: string
  /** The traces that may be cited. */
  readonly threadIds: ReadonlyArray<string>
  /** The trace memories of every session of the directory that is on record: what the result says of the user is held against them. */
  readonly traces: ReadonlyArray<string>
}

/**
 * The files of every project's memory.
 *
 * `storeTrace` may run at any time, for one thread once at a time: its caller holds the thread's claim. `published` may be
 * asked at any time by anybody. All that names a cwd besides is for the holder of that cwd's lock alone. Whatever is
 * interrupted or killed leaves each file as it was or as it was to be; a publish that was cut short is finished by `resume`.
 */
export class MemoryFs extends Context.Tag("rollout-memories/MemoryFs")<
  MemoryFs,
  {
    /** Makes the memories home, for its owner only; one that another program manages is left alone. */
    readonly prepare: Effect.Effect<void, MemoriesHomeUnavailable>
    /** What a person wrote into the file `ignore` of the memories home, gitignore's syntax; empty where there is none. */
    readonly ignoreText: Effect.Effect<string, MemoryFsFailure>
    readonly rootOf: (cwd: string) => MemoryRoot
    /** What readers see now, also while a pass publishes; each text is whole. What is a symbolic link is not there. */
    readonly published: (cwd: string) => Effect.Effect<PublishedMemory, MemoryFsFailure>
    /**
     * Writes a trace file, then runs `commit`. When that fails or is interrupted, what was there before is there again;
     * when it succeeds, the thread's files under other names go.
     */
    readonly storeTrace: <A, E, R>(
      trace: TraceFile,
      commit: Effect.Effect<A, E, R>
    ) => Effect.Effect<string, E | MemoryFsFailure, R>
    /** Every trace file of every project, to make a lost state DB from. */
    readonly storedTraces: Effect.Effect<ReadonlyArray<StoredTrace>, MemoryFsFailure>
    /** The threads that have a trace file. */
    readonly tracesOf: (cwd: string) => Effect.Effect<ReadonlyArray<string>, MemoryFsFailure>
    /**
     * Makes the phase-one files what the rows say: trace files that are missing or differ are written, those of other
     * threads go, `memory_summary.md` is rebuilt. Gives a warning for each single file that could not be removed.
     */
    readonly refresh: (
      cwd: string,
      memories: ReadonlyArray<ThreadMemory>
    ) => Effect.Effect<ReadonlyArray<string>, MemoryFsFailure>
    /** Takes away all that was learned of a project. */
    readonly clear: (cwd: string) => Effect.Effect<void, MemoryFsFailure>
    /** What the published files were made from, when there are any. */
    readonly publishedFingerprint: (cwd: string) => Effect.Effect<Option.Option<string>, MemoryFsFailure>
    /** The same by its content; see `fingerprintOfContent`. */
    readonly publishedContent: (cwd: string) => Effect.Effect<Option.Option<string>, MemoryFsFailure>
    /**
     * Makes a fresh staged copy of exactly these memories. What the last consolidation left is not there, but for its text
     * to read, where it may be shown. The notes that people left count as lines that they wrote.
     */
    readonly stage: (
      cwd: string,
      memories: ReadonlyArray<ThreadMemory>,
      notes: ReadonlyArray<string>,
      beside?: Beside
    ) => Effect.Effect<Staging, MemoryFsFailure>
    /**
     * What changed outside a staged copy since it was made, with what readers see put back as it was. A trace file whose
     * thread another pass is at, as `isBusy` tells, may change.
     */
    readonly restoreOutside: <E, R>(
      staging: Staging,
      isBusy: (threadId: string) => Effect.Effect<boolean, E, R>
    ) => Effect.Effect<ReadonlyArray<string>, MemoryFsFailure | E, R>
    /** Publishes what the agent left, when it may be; then the generation before is in `previous/`. */
    readonly publish: (staging: Staging, publish: Publish) => Effect.Effect<void, PublishRefused | MemoryFsFailure>
    /** Takes the secrets out of a staged copy that stays to be looked at because it was not published. */
    readonly redactStaging: (cwd: string) => Effect.Effect<void, MemoryFsFailure>
    /** Finishes a publish that was cut short. Returns what it was made from; none when there was nothing to finish. */
    readonly resume: (cwd: string) => Effect.Effect<Option.Option<string>, MemoryFsFailure>
    /** Removes the staged copy, and what a killed publish left. */
    readonly discardStaging: (cwd: string) => Effect.Effect<void, MemoryFsFailure>
    /** Writes which folder belongs to which project, when that changed. */
    readonly describeProjects: (projects: ReadonlyArray<ProjectRow>) => Effect.Effect<void, MemoryFsFailure>
  }
>() {}
