import type { SafeText } from "../privacy/SafeText.js"
import { Directory } from "../thread/WorkingDirectory.js"
import { createHash } from "node:crypto"
import * as Schema from "effect/Schema"
import { PersonEdits } from "./PersonEdits.js"

/** The path of the published memory below a memory root, which every consolidation writes. */
export const memoryFile = "MEMORY.md"
/** The file with a summary of each trace, written again before every consolidation. */
export const summaryFile = "memory_summary.md"
/** The folder of trace memories, written by phase one. */
export const traceFolder = "trace_summaries"
/** The folder of skills: procedures worth repeating. */
export const skillFolder = "skills"
/** The file that an early version of this program wrote instead of `MEMORY.md`. */
export const legacyFile = "consolidated.md"
/** The file of a staged copy that tells the agent which changes people made. */
export const editsFile = "person_edits.json"
/** The file of a staged copy that gives the agent the facts of all sessions of the project; see `ProjectFacts`. */
export const factsFile = "project_facts.json"
/** The folder of the memories home with the output of agent commands. */
export const agentOutputFolder = "agent-output"

/** A file below a memory root, by its path with `/`. */
export interface MemoryFile {
  readonly path: string
  readonly bytes: Uint8Array
}

const encoder = new TextEncoder()

/** Makes a file with a text as its content. */
export const textFile = (path: string, text: SafeText): MemoryFile => ({ path, bytes: encoder.encode(text) })

/**
 * The inputs of a publish, by which the next one finds what changed: the version of each trace, and the keys and the
 * hash of each line of facts. It holds no word of a session.
 */
export const ConsolidatedInputs = Schema.Struct({
  traces: Schema.Array(Schema.Struct({ threadId: Schema.String, version: Schema.String })),
  lines: Schema.Array(Schema.Struct({ keys: Schema.Array(Schema.String), hash: Schema.String }))
})

/** The inputs of a publish, by which the next one finds what changed. */
export type ConsolidatedInputs = typeof ConsolidatedInputs.Type

/** Record of a publish: enough to finish one that was interrupted, and to detect edits by people afterwards. */
export class PublicationRecord extends Schema.Class<PublicationRecord>("rollout-memories/PublicationRecord")({
  cwd: Directory,
  /** Fingerprint of the consolidation's inputs; see `fingerprintOf`. */
  fingerprint: Schema.String,
  /** The fingerprint that includes the merged facts; see `fingerprintOfContent`. Absent if it equals `fingerprint`. */
  content: Schema.optional(Schema.String),
  /** The inputs by their parts; absent in a record of an earlier version. */
  inputs: Schema.optional(ConsolidatedInputs),
  /** Published files in the order in which they become visible: `MEMORY.md` last. */
  files: Schema.Array(Schema.Struct({ path: Schema.String, sha256: Schema.String })),
  /** Files that an earlier publish wrote and that this publish removes. */
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
