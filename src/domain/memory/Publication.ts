import type { SafeText } from "../privacy/SafeText.js"
import { Directory } from "../thread/WorkingDirectory.js"
import { createHash } from "node:crypto"
import * as Schema from "effect/Schema"
import { PersonEdits } from "./PersonEdits.js"

/** The result of a consolidation. */
export const memoryFile = "MEMORY.md"
/** The map of trace summaries, rebuilt before every consolidation. */
export const summaryFile = "memory_summary.md"
/** The folder of trace memories, written by phase one. */
export const traceFolder = "trace_summaries"
/** The folder of skills: procedures worth repeating. */
export const skillFolder = "skills"
/** The file that an early version wrote instead of `MEMORY.md`. */
export const legacyFile = "consolidated.md"
/** File of a staged copy that lists, for the agent, the changes that people made. */
export const editsFile = "person_edits.json"
/** File of a staged copy that holds, for the agent, the facts of all sessions of the project; see `ProjectFacts`. */
export const factsFile = "project_facts.json"
/** File of a staged copy that holds, for the agent, the published memory. */
export const publishedFile = "published_memory.md"
/** Folder of the memories home with the output of agent commands. */
export const agentOutputFolder = "agent-output"

/** A file below a memory root, by its path with `/`. */
export interface MemoryFile {
  readonly path: string
  readonly bytes: Uint8Array
}

const encoder = new TextEncoder()

/** Makes a file of a text. */
export const textFile = (path: string, text: SafeText): MemoryFile => ({ path, bytes: encoder.encode(text) })

/** Record of a publish: enough to finish one that was interrupted, and to detect edits by people afterwards. */
export class PublicationRecord extends Schema.Class<PublicationRecord>("rollout-memories/PublicationRecord")({
  cwd: Directory,
  /** Fingerprint of the consolidation's inputs; see `fingerprintOf`. */
  fingerprint: Schema.String,
  /** Fingerprint of the inputs by content; see `fingerprintOfContent`. Absent when it equals `fingerprint`. */
  content: Schema.optional(Schema.String),
  /** Published files in the order in which they become visible: `MEMORY.md` last. */
  files: Schema.Array(Schema.Struct({ path: Schema.String, sha256: Schema.String })),
  /** Files that an earlier publish wrote and this one removes. */
  withdrawn: Schema.Array(Schema.String),
  /** The published text of `MEMORY.md`. */
  memoryText: Schema.String,
  edits: PersonEdits,
  /** Skill files that belong to people; they are never written or removed. */
  personalFiles: Schema.Array(Schema.String),
  /** Skill files that people deleted; they are not written again. */
  deletedFiles: Schema.Array(Schema.String)
}) {}

/** The hex SHA-256 of a file's bytes. */
export const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** Skill files that people took over or deleted since the last publish. */
export interface SkillOwnership {
  readonly personalFiles: ReadonlyArray<string>
  readonly deletedFiles: ReadonlyArray<string>
}

/**
 * Determines the ownership of skill files. A file that was not published, or was changed since, belongs to a person
 * from then on. A published file that is gone was deleted by a person.
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
