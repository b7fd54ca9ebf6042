import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

/**
 * Rows that do not read back. Nothing writes such a row any more; earlier versions did, and other programs may. SQLite keeps
 * any value in any column, so what the rows' schemas want is asked of each value here, in SQL: `Rows.ts` says it again.
 */

/** A column: when its value cannot be read, and what takes its place. Both are SQL. */
interface Column {
  readonly name: string
  readonly isBad: string
  readonly instead: string
}

/** The whole numbers that a program can tell apart; beyond them, and between them, nothing is a time or a size. */
const integer = (name: string, instead: string): Column => ({
  name,
  isBad: `(${name} IS NOT NULL AND (typeof(${name}) <> 'integer'
    OR ${name} NOT BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}))`,
  instead
})

const number = (name: string): Column => ({
  name,
  isBad: `(typeof(${name}) IN ('text', 'blob'))`,
  instead: "NULL"
})

const text = (name: string): Column => ({
  name,
  isBad: `(typeof(${name}) NOT IN ('text', 'null'))`,
  instead: `CAST(${name} AS TEXT)`
})

const oneOf = (name: string, values: string, instead: string): Column => ({
  name,
  isBad: `(${name} IS NOT NULL AND ${name} NOT IN (${values}))`,
  instead
})

const isNoThreadId = (name: string): string =>
  `(typeof(${name}) <> 'text' OR ${name} NOT GLOB '????????-????-????-????-????????????' OR ${name} GLOB '*[^-0-9a-f]*')`

interface Table {
  readonly name: string
  readonly key: string
  /** The condition, in SQL, for a row that as a whole is of no use: it is deleted. */
  readonly isLost: string
  readonly columns: ReadonlyArray<Column>
}

const never = "0"

/** A thread's file was written when its session was, more or less. */
const fileTime = `CASE WHEN typeof(rollout_modified_at) = 'integer' AND
  rollout_modified_at BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER} THEN rollout_modified_at ELSE 0 END`

/** Every table whose rows are read into a schema. Threads come first: what others have instead is taken from them. */
const tables: ReadonlyArray<Table> = [
  {
    name: "threads",
    key: "id",
    isLost: isNoThreadId("id"),
    columns: [
      ...["created_at", "updated_at", "rollout_modified_at", "archived_at", "missing_since"].map((name) =>
        integer(name, fileTime)
      ),
      integer("rollout_size", "0"),
      number("tokens_used"),
      // The reason that a whole reading of the rollout lifts, where nothing is to be withheld.
      oneOf("withheld", "'ignored', 'memory-disabled'", "'memory-disabled'"),
      ...["rollout_path", "source", "model_provider", "cwd", "cli_version", "title", "sandbox_policy"].map(text),
      ...["approval_mode", "first_user_message", "git_sha", "git_branch", "git_origin_url"].map(text)
    ]
  },
  {
    // A file that is not known is read again.
    name: "rollout_files",
    key: "path",
    isLost: [
      isNoThreadId("thread_id"),
      text("path").isBad,
      ...["size", "modified_at", "last_record_at"].map((name) => integer(name, "0").isBad)
    ].join(" OR "),
    columns: []
  },
  {
    name: "thread_memory",
    key: "thread_id",
    isLost: never,
    columns: [
      { ...text("cwd"), instead: "coalesce((SELECT cwd FROM threads WHERE id = thread_id), '')" },
      integer("updated_at", "coalesce((SELECT updated_at FROM threads WHERE id = thread_id), 0)"),
      integer("rollout_size", "0"),
      integer("quoted_items", "NULL"),
      integer("grounded_items", "NULL"),
      ...["slug", "version", "rollout_hash", "memory_summary", "trace_summary"].map(text)
    ]
  },
  {
    name: "extractions",
    key: "thread_id",
    isLost: never,
    columns: [
      oneOf("outcome", "'memory', 'nothing'", "NULL"),
      ...["learned_updated_at", "learned_size", "retry_at", "failed_size", "failed_modified_at", "claim_pid"].map(
        (name) => integer(name, "NULL")
      ),
      integer("attempts", "0"),
      integer("claim_expires_at", "0"),
      oneOf("is_quarantined", "0, 1", "0"),
      oneOf("is_partial", "0, 1", "0"),
      ...["error_tag", "error_message", "failed_hash", "claim_owner", "claim_host", "claim_process_started"].map(text)
    ]
  },
  {
    name: "extraction_tries",
    key: "thread_id",
    isLost: never,
    columns: [integer("at", "0"), integer("retry_at", "NULL"), ...["outcome", "error_tag", "error_message"].map(text)]
  },
  {
    name: "memory_consolidation_locks",
    key: "cwd",
    isLost: text("cwd").isBad,
    columns: [
      integer("updated_at", "0"),
      integer("pid", "NULL"),
      ...["working_thread_id", "host", "process_started"].map(text)
    ]
  },
  {
    name: "consolidations",
    key: "cwd",
    isLost: text("cwd").isBad,
    columns: [
      integer("published_at", "NULL"),
      integer("retry_at", "NULL"),
      integer("attempts", "0"),
      ...["published_fingerprint", "failed_fingerprint", "error_tag", "error_message"].map(text)
    ]
  },
  {
    name: "memory_removals",
    key: "thread_id",
    isLost: `${isNoThreadId("thread_id")} OR ${text("cwd").isBad}`,
    columns: []
  },
  {
    name: "user_notes",
    key: "id",
    isLost: never,
    columns: [integer("created_at", "0"), text("cwd"), text("text")]
  },
  {
    name: "forgotten_threads",
    key: "thread_id",
    isLost: isNoThreadId("thread_id"),
    columns: [integer("forgotten_at", "0"), integer("erased_at", "NULL")]
  },
  { name: "indexed_listing", key: "id", isLost: never, columns: [text("fingerprint")] }
]

const isUnreadable = ({ columns, isLost }: Table): string => [isLost, ...columns.map(({ isBad }) => isBad)].join(" OR ")

/** More of them are counted. */
const namedRows = 3

const told = ({ name }: Table, keys: ReadonlyArray<string>): string =>
  `${name} ${[...keys.slice(0, namedRows), ...(keys.length > namedRows ? [`and ${keys.length - namedRows} more`] : [])].join(", ")}`

const keysOf = (rows: ReadonlyArray<unknown>): ReadonlyArray<string> =>
  rows.map((row) => (Predicate.hasProperty(row, "key") ? String(row.key) : ""))

/** The rows that do not read back, a line for each table that has some. */
export const unreadableRows: Effect.Effect<ReadonlyArray<string>, SqlError, SqlClient.SqlClient> = Effect.gen(
  function* () {
    const sql = yield* SqlClient.SqlClient
    const lines = yield* Effect.forEach(tables, (table) =>
      Effect.map(sql.unsafe(`SELECT ${table.key} AS key FROM ${table.name} WHERE ${isUnreadable(table)}`), (rows) =>
        rows.length === 0 ? [] : [told(table, keysOf(rows))]
      )
    )
    return lines.flat()
  }
)

/**
 * Makes every row readable: what cannot be read of it is put in order, or, where not even its key can be, it goes. The files
 * of such threads are read again by the next index, which puts back what they say. Returns the rows, as
 * {@link unreadableRows} does. Belongs in one transaction.
 */
export const repairRows: Effect.Effect<ReadonlyArray<string>, SqlError, SqlClient.SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const lines = yield* unreadableRows
  if (lines.length === 0) {
    return lines
  }
  // Both belong together: a file that is not known is looked at only when the listing is not the one of before.
  const [threads] = tables
  yield* sql.unsafe(`DELETE FROM rollout_files WHERE thread_id IN
    (SELECT id FROM threads WHERE ${threads === undefined ? never : isUnreadable(threads)})`)
  yield* sql.unsafe(`UPDATE indexed_listing
    SET fingerprint = coalesce(substr(fingerprint, nullif(instr(fingerprint, '.'), 0)), '')`)
  for (const { columns, isLost, name } of tables) {
    yield* sql.unsafe(`DELETE FROM ${name} WHERE ${isLost}`)
    const bad = columns.map(({ isBad }) => isBad)
    const set = columns.map(
      ({ instead, isBad, name }) => `${name} = CASE WHEN ${isBad} THEN ${instead} ELSE ${name} END`
    )
    if (columns.length > 0) {
      yield* sql.unsafe(`UPDATE ${name} SET ${set.join(", ")} WHERE ${bad.join(" OR ")}`)
    }
  }
  return lines
})
