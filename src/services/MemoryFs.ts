import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { FactContent } from "../domain/facts/Fact.js"
import { detailOf, diskFaultOf, withDiskFault } from "../domain/memory/DiskFault.js"
import type { PersonEdits } from "../domain/memory/PersonEdits.js"
import type { ForgetRule } from "../domain/memory/Forgetting.js"
import type { ConsolidatedInputs, MemoryFile } from "../domain/memory/Publication.js"
import type { StoredMemory, TraceHeader } from "../domain/memory/TraceMemory.js"
import type { ProjectDirectory } from "../domain/project/ProjectDirectory.js"
import type { SafeText } from "../domain/privacy/SafeText.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import type { ProjectRow, ThreadMemory } from "./state/ThreadMemories.js"

/** The memories home cannot be used. Nothing was changed; the message says how to choose another one. */
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

/** A file operation failed. The previous files remain; check the disk, then try again. */
export class MemoryFsFailure extends Schema.TaggedError<MemoryFsFailure>("rollout-memories/MemoryFsFailure")(
  "MemoryFsFailure",
  { operation: Schema.String, path: Schema.String, cause: Schema.optional(Schema.Defect) }
) {
  override get message(): string {
    const detail = this.cause === undefined ? "" : `: ${detailOf(this.cause)}`
    return withDiskFault(`${this.operation} failed at ${this.path}${detail}`, this.cause)
  }
}

/**
 * An agent's result may not be published. The published files are unchanged; the staged copy is kept for inspection.
 */
export class PublishRefused extends Schema.TaggedError<PublishRefused>("rollout-memories/PublishRefused")(
  "PublishRefused",
  {
    cwd: Schema.String,
    reasons: Schema.Array(Schema.String),
    /** True if a person's line of `MEMORY.md` is the reason: the next pass tries again at once, since no model was asked. */
    isForPerson: Schema.optional(Schema.Boolean)
  }
) {
  override get message(): string {
    const [first = "", ...others] = this.reasons
    return `the consolidation was not published: ${first}${others.length === 0 ? "" : ` (and ${others.length} more reasons)`}`
  }
}

/** There is no previous generation to restore. Nothing was changed. */
export class NothingToRestore extends Schema.TaggedError<NothingToRestore>("rollout-memories/NothingToRestore")(
  "NothingToRestore",
  { cwd: Schema.String }
) {
  override get message(): string {
    return `there is no earlier generation of the memory of ${this.cwd}: it was consolidated once at most since the last restore or forget`
  }
}

/** Absolute paths of one project's memory. */
export interface MemoryRoot {
  readonly cwd: Directory
  /** The folder with the published files. */
  readonly memoryPath: string
  /** The folder in which an agent works. */
  readonly stagingPath: string
}

/** A trace memory as a file: its header, the readable part of its name, and the text. */
export interface TraceFile {
  readonly header: TraceHeader & { readonly cwd: Directory }
  readonly slug: string
  readonly trace: SafeText
}

/** A staged copy for an agent, with the data that the agent's result is checked against. */
export interface Staging {
  readonly root: MemoryRoot
  readonly edits: PersonEdits
  readonly personalFiles: ReadonlyArray<string>
  readonly deletedFiles: ReadonlyArray<string>
  /** Staged files that the agent may change: a copy of the published ones. Empty if the agent makes the memory anew. */
  readonly editable: ReadonlyArray<MemoryFile>
  /** Staged files that the agent may not change. */
  readonly untouchable: ReadonlyArray<MemoryFile>
  /** The published files when the copy was made. */
  readonly outside: ReadonlyArray<MemoryFile>
  /** Paths around the published files when the copy was made. */
  readonly outsideNames: ReadonlyArray<string>
}

/** A trace file on disk: its memory, or the reason why it cannot be used. */
export type StoredTrace =
  | { readonly _tag: "Readable"; readonly path: string; readonly memory: StoredMemory }
  | { readonly _tag: "Unreadable"; readonly path: string; readonly reason: string }

/** The published memory of one project; a text is empty when its file does not exist. */
export interface PublishedMemory {
  readonly root: MemoryRoot
  /** `MEMORY.md`. */
  readonly memory: string
  /** `memory_summary.md`. */
  readonly summary: string
  /** Each `SKILL.md` by its path below the memory root, in the order of the paths. */
  readonly skills: ReadonlyArray<{ readonly path: string; readonly text: string }>
}

/** The inputs that an agent gets beside traces and notes. */
export interface AgentInputs {
  /** The facts of all sessions of the project, as the text of `project_facts.json`; empty when there are none. */
  readonly facts: SafeText
  /**
   * True when the agent edits a copy of the published memory. False for an agent that makes the memory anew, and for one
   * that may not see what is published.
   */
  readonly isPublishedShown: boolean
  /**
   * The threads that may be cited. Lines of the copy that cite others go, and skills with such lines. Absent if every
   * line may stay.
   */
  readonly threadIds?: ReadonlyArray<string>
  /**
   * True for a line that a person removed from `MEMORY.md`, but whose fact a person pinned later, or whose correction
   * was taken back. The agent may write it again.
   */
  readonly isToldAgain?: (line: string) => boolean
  /** True for a line that a person wrote as a correction of a fact, and that was taken back since the last publish. */
  readonly isTakenBack?: (line: string) => boolean
}

/** The inputs of a publish. */
export interface Publish {
  /** Fingerprint of the consolidation's inputs; see `fingerprintOf`. */
  readonly fingerprint: string
  /** Fingerprint of the inputs by content; see `fingerprintOfContent`. */
  readonly content?: string
  /** The inputs by their parts, by which the next consolidation finds what changed. */
  readonly inputs?: ConsolidatedInputs
  /** The ids of the threads whose traces the published files may cite. */
  readonly threadIds: ReadonlyArray<string>
  /**
   * The trace memories of all recorded sessions of the directory; statements about the user are checked against them.
   */
  readonly traces: ReadonlyArray<string>
  /** The facts of all recorded sessions of the directory; commands and the user's words are looked up in them too. */
  readonly facts?: ReadonlyArray<FactContent>
  /**
   * True for files that an agent rendered from all facts without a model. If a wish is missing in them, that is
   * intended, and it is not restored.
   */
  readonly isMadeByRule?: boolean
  /**
   * The decisions of people about facts, in the form of edited lines. The check of statements about the user treats
   * them as edits.
   */
  readonly decisions?: PersonEdits
}

/**
 * Stores the files of every project's memory.
 *
 * `storeTrace` may run at any time, but only once at a time for one thread: its caller holds the thread's claim.
 * `published` may be called at any time by anyone. Every other operation on a cwd is reserved for the holder of that
 * cwd's lock. An interrupted or killed operation leaves each file either old or new; `resume` finishes a publish that
 * was cut short.
 */
export class MemoryFs extends Context.Tag("rollout-memories/MemoryFs")<
  MemoryFs,
  {
    /** Creates the memories home, for its owner only; fails when another program manages the folder. */
    readonly prepare: Effect.Effect<void, MemoriesHomeUnavailable>
    /**
     * The text of the file `ignore` in the memories home, in gitignore's syntax; empty when the file does not exist.
     */
    readonly ignoreText: Effect.Effect<string, MemoryFsFailure>
    readonly rootOf: (cwd: Directory) => MemoryRoot
    /**
     * Reads the published memory, also while a pass publishes; each text is complete. A symbolic link counts as a
     * missing file.
     */
    readonly published: (cwd: Directory) => Effect.Effect<PublishedMemory, MemoryFsFailure>
    /**
     * Writes a trace file, then runs `commit`. If that fails or is interrupted, the previous file is restored; if it
     * succeeds, the thread's files under other names are removed.
     */
    readonly storeTrace: <A, E, R>(
      trace: TraceFile,
      commit: Effect.Effect<A, E, R>
    ) => Effect.Effect<string, E | MemoryFsFailure, R>
    /** Reads every trace file of every project, to restore a lost state DB. */
    readonly storedTraces: Effect.Effect<ReadonlyArray<StoredTrace>, MemoryFsFailure>
    /** Lists the threads that have a trace file in a directory's memory. */
    readonly tracesOf: (cwd: Directory) => Effect.Effect<ReadonlyArray<string>, MemoryFsFailure>
    /**
     * Makes the files of phase one match the rows: writes missing and different trace files, removes those of other
     * threads, and rebuilds `memory_summary.md`. Returns a warning for each file that could not be removed.
     */
    readonly refresh: (
      cwd: Directory,
      memories: ReadonlyArray<ThreadMemory>
    ) => Effect.Effect<ReadonlyArray<string>, MemoryFsFailure>
    /** Removes all files with content learned about a project. */
    readonly clear: (cwd: Directory) => Effect.Effect<void, MemoryFsFailure>
    /** Reads the fingerprint of the inputs of the published files; none when nothing is published. */
    readonly publishedFingerprint: (cwd: Directory) => Effect.Effect<Option.Option<string>, MemoryFsFailure>
    /** Reads the fingerprint by content of these inputs; see `fingerprintOfContent`. */
    readonly publishedContent: (cwd: Directory) => Effect.Effect<Option.Option<string>, MemoryFsFailure>
    /** Reads the inputs of the published files by their parts; none when they are not known. */
    readonly publishedInputs: (cwd: Directory) => Effect.Effect<Option.Option<ConsolidatedInputs>, MemoryFsFailure>
    /** Reads the changes that people made in `MEMORY.md` since the last publish. */
    readonly newEdits: (cwd: Directory) => Effect.Effect<PersonEdits, MemoryFsFailure>
    /** Names the lines of `MEMORY.md` in which a person typed a secret, as reasons not to publish. */
    readonly typedSecrets: (cwd: Directory) => Effect.Effect<ReadonlyArray<string>, MemoryFsFailure>
    /**
     * Creates a new staged copy of exactly these memories, with a copy of the published memory if the agent edits it. The
     * user's notes count as lines that a person wrote.
     */
    readonly stage: (
      cwd: Directory,
      memories: ReadonlyArray<ThreadMemory>,
      notes: ReadonlyArray<SafeText>,
      inputs?: AgentInputs
    ) => Effect.Effect<Staging, MemoryFsFailure>
    /**
     * Finds the paths that changed outside a staged copy since it was made, and restores the files that readers see. A
     * trace file may change while another pass is working on its thread, as `isBusy` tells.
     */
    readonly restoreOutside: <E, R>(
      staging: Staging,
      isBusy: (threadId: string) => Effect.Effect<boolean, E, R>
    ) => Effect.Effect<ReadonlyArray<string>, MemoryFsFailure | E, R>
    /** Checks the agent's result and publishes it. The replaced generation is kept in `previous/`. */
    readonly publish: (staging: Staging, publish: Publish) => Effect.Effect<void, PublishRefused | MemoryFsFailure>
    /** Redacts a staged copy that was not published and is kept for inspection. */
    readonly redactStaging: (cwd: Directory) => Effect.Effect<void, MemoryFsFailure>
    /**
     * Finishes a publish that was cut short. Returns the fingerprint of its inputs; none when there was nothing to
     * finish.
     */
    readonly resume: (cwd: Directory) => Effect.Effect<Option.Option<string>, MemoryFsFailure>
    /** Removes the staged copy and the leftovers of a killed publish. */
    readonly discardStaging: (cwd: Directory) => Effect.Effect<void, MemoryFsFailure>
    /**
     * Writes the list of projects and their folders, and the file of the known directories, if they have changed.
     */
    readonly describeProjects: (
      projects: ReadonlyArray<ProjectRow>,
      directories: ReadonlyArray<ProjectDirectory>
    ) => Effect.Effect<void, MemoryFsFailure>
    /**
     * Reads the directories that were known to belong to projects when `describeProjects` last wrote them. Empty if the
     * file is missing or has another form.
     */
    readonly knownDirectories: Effect.Effect<ReadonlyArray<ProjectDirectory>, MemoryFsFailure>
    /**
     * Adds to the memory of `to` what people wrote in the files of `from`: lines of `MEMORY.md`, lines that they
     * removed, and files. If `to` has no memory yet, it becomes a copy of that of `from`. Nothing is removed, and
     * running it again changes nothing. The caller holds the locks of both.
     */
    readonly takeOver: (from: Directory, to: Directory) => Effect.Effect<void, MemoryFsFailure>
    /**
     * Removes the files of `from`, and leaves a file there that leads to the memory of `to`. The caller holds the locks
     * of both, and has moved everything else.
     */
    readonly leavePointer: (from: Directory, to: Directory) => Effect.Effect<void, MemoryFsFailure>
    /** True if a folder holds memories: a state DB, or the memory of a directory. It need not be the memories home. */
    readonly isMemoriesHome: (path: string) => Effect.Effect<boolean>
    /** True if a directory has files of a memory; a file that leads to another memory does not count. */
    readonly hasMemory: (cwd: Directory) => Effect.Effect<boolean, MemoryFsFailure>
    /**
     * Removes everything that `rule` selects from all files of a directory: traces, published files, the record of the
     * publish, the staged copy, and the kept generations. Other traces stay unchanged. An interrupted publish that it
     * begins is finished by `resume`.
     */
    readonly forget: (cwd: Directory, rule: ForgetRule) => Effect.Effect<void, MemoryFsFailure>
    /**
     * Restores the previous generation and records it as made from the inputs of `fingerprint`; the replaced generation
     * becomes the previous one. The caller then runs `resume`, which finishes the publish.
     */
    readonly restore: (cwd: Directory, fingerprint: string) => Effect.Effect<void, NothingToRestore | MemoryFsFailure>
    /** Removes the corrupt state DBs that were renamed when a new one replaced them. */
    readonly removeSetAside: Effect.Effect<void, MemoryFsFailure>
  }
>() {}
