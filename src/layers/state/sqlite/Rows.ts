import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { ParseError } from "effect/ParseResult"
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

/** Told of a row that cannot be read, and why. */
export type Tell = (row: unknown, error: ParseError) => Effect.Effect<void>

/**
 * What becomes of a row that cannot be read: undefined fails the operation that met it; with somebody to tell, it alone is
 * left out.
 */
export class LeavingOut extends Context.Reference<LeavingOut>()("rollout-memories/sqlite/LeavingOut", {
  defaultValue: (): Tell | undefined => undefined
}) {}

/** A decoder of whole results, whose rows are taken one by one only when they cannot be taken together. */
export const rowsOf = <A, I>(row: Schema.Schema<A, I>) => {
  const decodeAll = Schema.decodeUnknown(Schema.Array(row))
  const leaveOut = (rows: ReadonlyArray<unknown>, tell: Tell) => {
    const decodeEach = Schema.decodeUnknownEither(row)
    return Effect.map(
      Effect.forEach(rows, (one) =>
        Either.match(decodeEach(one), {
          onLeft: (error) => Effect.as(tell(one, error), []),
          onRight: (value) => Effect.succeed([value])
        })
      ),
      (kept) => kept.flat()
    )
  }
  return (rows: ReadonlyArray<unknown>): Effect.Effect<ReadonlyArray<A>, ParseError> =>
    Effect.catchAll(decodeAll(rows), (error) =>
      Effect.flatMap(LeavingOut, (tell) => (tell === undefined ? Effect.fail(error) : leaveOut(rows, tell)))
    )
}

/** Decoders of whole results: a row that is not as it was written is never guessed at. */
export const decodeRecords = rowsOf(RecordRow)
const decodeMemoryRows = rowsOf(MemoryRow)
export const decodeMemories = (rows: ReadonlyArray<unknown>) =>
  Effect.map(decodeMemoryRows(rows), (rows) => rows.map(memoryOf))
export const decodeKnown = rowsOf(KnownRow)
export const decodeDirectories = rowsOf(DirectoryRow)
export const decodeClaims = rowsOf(Schema.Struct({ threadId: ThreadId, ...HolderRow.fields }))
export const decodeLocks = rowsOf(Schema.Struct({ cwd: Schema.String, ...HolderRow.fields }))
export const decodeHolders = rowsOf(HolderRow)
export const decodeProjects = rowsOf(Schema.Struct({ cwd: Schema.String, memories: Schema.Int }))
export const decodeNotes = rowsOf(Schema.Struct({ cwd: Schema.String, text: Schema.String }))
export const decodeIds = rowsOf(Schema.Struct({ threadId: ThreadId }))
export const decodeVersions = rowsOf(Schema.Struct({ threadId: ThreadId, version: Schema.String }))
export const decodeCwds = rowsOf(Schema.Struct({ cwd: Schema.String }))
export const decodeListing = rowsOf(Schema.Struct({ fingerprint: Schema.NullOr(Schema.String) }))
export const decodeCount = Schema.decodeUnknown(Schema.Tuple(Schema.Struct({ count: Schema.Int })))
