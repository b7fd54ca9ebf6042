import { createHash } from "node:crypto"
import * as Schema from "effect/Schema"
import { PersonEdits } from "./PersonEdits.js"

/** The file that a consolidation is about. */
export const memoryFile = "MEMORY.md"
/** The map of trace summaries, rebuilt before every consolidation. */
export const summaryFile = "memory_summary.md"
/** The folder of trace memories, phase one's. */
export const traceFolder = "trace_summaries"
/** The folder of procedures. */
export const skillFolder = "skills"
/** What an early version left instead of `MEMORY.md`. */
export const legacyFile = "consolidated.md"
/** Where a staged copy tells its agent what people changed. */
export const editsFile = "person_edits.json"
/** Where a staged copy tells its agent what the sessions before the traces leave; see `EarlierSessions`. */
export const earlierFile = "earlier_sessions.md"
/** Where a staged copy shows its agent the memory that readers see now. */
export const publishedFile = "published_memory.md"
/** The folder of the memories home where what agent commands printed is kept. */
export const agentOutputFolder = "agent-output"

/** A file below a memory root, by its path with `/`. */
export interface MemoryFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** What was published in a directory's memory root: enough to finish a publish that was cut short, and to tell edits by. */
export class PublicationRecord extends Schema.Class<PublicationRecord>("rollout-memories/PublicationRecord")({
  cwd: Schema.String,
  /** Of what was consumed; see `fingerprintOf`. */
  fingerprint: Schema.String,
  /** The same by its content; see `fingerprintOfContent`. Absent where it is the fingerprint. */
  content: Schema.optional(Schema.String),
  /** What was written, in the order it becomes visible: `MEMORY.md` last. */
  files: Schema.Array(Schema.Struct({ path: Schema.String, sha256: Schema.String })),
  /** What an earlier publication wrote and this one does not have. */
  withdrawn: Schema.Array(Schema.String),
  /** `MEMORY.md` as it was written. */
  memoryText: Schema.String,
  edits: PersonEdits,
  /** Files of skills that belong to people: never written, never withdrawn. */
  personalFiles: Schema.Array(Schema.String),
  /** Files of skills that people deleted: not written again. */
  deletedFiles: Schema.Array(Schema.String)
}) {}

/** The hex SHA-256 of a file's bytes. */
export const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** What people did to the files of skills since they were published. */
export interface SkillOwnership {
  readonly personalFiles: ReadonlyArray<string>
  readonly deletedFiles: ReadonlyArray<string>
}

/**
 * Whose the files of skills are: one that nobody here wrote, or that was changed since, is a person's from then on; one
 * that is gone was deleted by a person.
 */
export const skillOwnership = (
  record: PublicationRecord | undefined,
  current: ReadonlyArray<MemoryFile>
): SkillOwnership => {
  const published = new Map(record?.files.map(({ path, sha256 }) => [path, sha256]))
  const wasPersonal = new Set(record?.personalFiles)
  const present = new Set(current.map(({ path }) => path))
  return {
    personalFiles: current
      .filter(({ bytes, path }) => wasPersonal.has(path) || published.get(path) !== hashOf(bytes))
      .map(({ path }) => path),
    deletedFiles: [...(record?.deletedFiles ?? []), ...published.keys(), ...wasPersonal].filter(
      (path, index, all) => path !== memoryFile && !present.has(path) && all.indexOf(path) === index
    )
  }
}
