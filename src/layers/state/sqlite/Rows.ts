import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Extraction } from "../../../domain/thread/Extraction.js"
import { Thread } from "../../../domain/thread/Thread.js"
import type { ThreadMemory } from "../../../services/StateDb.js"
import { ThreadId } from "../../../domain/thread/ThreadId.js"

/** SQLite has no booleans. */
const Flag = Schema.transform(Schema.Literal(0, 1), Schema.Boolean, {
  strict: true,
  decode: (value) => value === 1,
  encode: (value) => (value ? 1 : 0)
})

const HolderRow = Schema.Struct({
  owner: Schema.NullOr(Schema.String),
  /** A claim's end, or a lock's last renewal: what tells one holding from the next one by the same owner. */
  mark: Schema.NullOr(Schema.Int),
  host: Schema.NullOr(Schema.String),
  pid: Schema.NullOr(Schema.Int),
  processStarted: Schema.NullOr(Schema.String)
})

/** Who holds a claim or a lock, and which process that is. */
export type HolderRow = typeof HolderRow.Type

const ExtractionRow = Schema.Struct({ ...Extraction.fields, isQuarantined: Flag })

const ClaimRow = Schema.Struct({
  claimHost: Schema.NullOr(Schema.String),
  claimPid: Schema.NullOr(Schema.Int),
  claimProcessStarted: Schema.NullOr(Schema.String)
})

const RecordRow = Schema.Struct({ ...Thread.fields, ...ExtractionRow.fields, ...ClaimRow.fields })

/** A thread, where phase one stands with it, and which process holds its claim. */
export type RecordRow = typeof RecordRow.Type

const MemoryRow = Schema.Struct({
  threadId: ThreadId,
  cwd: Schema.String,
  rolloutPath: Schema.String,
  traceSummary: Schema.String,
  memorySummary: Schema.String,
  slug: Schema.String,
  updatedAt: Schema.Int,
  version: Schema.String,
  quotedItems: Schema.NullOr(Schema.Int),
  groundedItems: Schema.NullOr(Schema.Int)
})

/** A memory as the database has it. */
type MemoryRow = typeof MemoryRow.Type

const memoryOf = ({ groundedItems, quotedItems, ...memory }: MemoryRow): ThreadMemory =>
  quotedItems === null || groundedItems === null
    ? memory
    : { ...memory, grounding: { items: quotedItems, grounded: groundedItems } }

const KnownRow = Schema.Struct({
  path: Schema.String,
  size: Schema.Int,
  modifiedAt: Schema.Int,
  threadId: ThreadId,
  lastRecordAt: Schema.Int
})

const DirectoryRow = Schema.Struct({
  cwd: Schema.String,
  /** The inputs, `thread:version`, one a line; null for a directory without memories. */
  inputs: Schema.NullOr(Schema.String),
  publishedFingerprint: Schema.NullOr(Schema.String),
  failedFingerprint: Schema.NullOr(Schema.String),
  attempts: Schema.NullOr(Schema.Int),
  retryAt: Schema.NullOr(Schema.Int),
  hasRemovals: Flag
})

/** A directory, what its consolidation would consume, and how the last one went. */
export type DirectoryRow = typeof DirectoryRow.Type

/** Decoders of whole results: a row that is not as it was written is an error, never a guess. */
export const decodeRecords = Schema.decodeUnknown(Schema.Array(RecordRow))
const decodeMemoryRows = Schema.decodeUnknown(Schema.Array(MemoryRow))
export const decodeMemories = (rows: unknown) => Effect.map(decodeMemoryRows(rows), (rows) => rows.map(memoryOf))
export const decodeKnown = Schema.decodeUnknown(Schema.Array(KnownRow))
export const decodeDirectories = Schema.decodeUnknown(Schema.Array(DirectoryRow))
export const decodeClaims = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ threadId: ThreadId, ...HolderRow.fields }))
)
export const decodeLocks = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ cwd: Schema.String, ...HolderRow.fields }))
)
export const decodeHolders = Schema.decodeUnknown(Schema.Array(HolderRow))
export const decodeProjects = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ cwd: Schema.String, memories: Schema.Int }))
)
export const decodeNotes = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ cwd: Schema.String, text: Schema.String }))
)
export const decodeIds = Schema.decodeUnknown(Schema.Array(Schema.Struct({ threadId: ThreadId })))
export const decodeCwds = Schema.decodeUnknown(Schema.Array(Schema.Struct({ cwd: Schema.String })))
export const decodeListing = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ fingerprint: Schema.NullOr(Schema.String) }))
)
export const decodeCount = Schema.decodeUnknown(Schema.Tuple(Schema.Struct({ count: Schema.Int })))
