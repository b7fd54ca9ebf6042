import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { CodingAgent } from "../../../domain/session/CodingAgent.js"
import { ThreadId } from "../../../domain/thread/ThreadId.js"
import { Directory } from "../../../domain/thread/WorkingDirectory.js"
import type { ThreadMemory } from "../../../services/state/ThreadMemories.js"
import type { Queries } from "./Queries.js"
import { findAll, StoredText } from "./Rows.js"

/** A row with a memory, as the queries select it. */
export const MemoryRow = Schema.Struct({
  threadId: ThreadId,
  agent: CodingAgent,
  cwd: Directory,
  rolloutPath: Schema.String,
  traceSummary: StoredText,
  memorySummary: StoredText,
  slug: Schema.String,
  updatedAt: Schema.Int,
  version: Schema.String,
  quotedItems: Schema.NullOr(Schema.Int),
  groundedItems: Schema.NullOr(Schema.Int)
})

/** SQL that selects the columns of a {@link MemoryRow} from a memory `m` and its thread `t`. */
export const memoryColumns = `m.thread_id, t.agent, m.cwd, t.rollout_path, m.trace_summary, m.memory_summary, m.slug,
  m.quoted_items, m.grounded_items, m.updated_at, m.version`

/** Converts a row to a memory. */
export const memoryOf = ({ groundedItems, quotedItems, ...memory }: typeof MemoryRow.Type): ThreadMemory =>
  quotedItems === null || groundedItems === null
    ? memory
    : { ...memory, grounding: { items: quotedItems, grounded: groundedItems } }

/** Finds the newest memories of a directory, newest first. */
export const memoriesIn = (sql: Queries["Type"]["sql"]) => {
  const find = findAll({
    Request: Schema.Struct({ cwd: Directory, count: Schema.Number }),
    Result: MemoryRow,
    execute: ({ count, cwd }) => sql`SELECT ${sql.literal(memoryColumns)}
      FROM thread_memory m JOIN threads t ON t.id = m.thread_id
      WHERE m.cwd = ${cwd} AND t.cwd IS NOT NULL ORDER BY m.updated_at DESC, m.thread_id DESC LIMIT ${count}`
  })
  return (cwd: Directory, count: number) => Effect.map(find({ cwd, count }), (rows) => rows.map(memoryOf))
}
