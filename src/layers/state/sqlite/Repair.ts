/*
 * Finds and repairs rows that do not decode. This program writes no such rows, but earlier versions did, and other
 * programs may: SQLite accepts any value in any column. Each value is checked in SQL; the schemas beside the queries
 * check the same when a row is decoded.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { Basis, FactKind } from "../../../domain/facts/Fact.js"
import { ProjectGround } from "../../../domain/project/ProjectDirectory.js"
import { codingAgents } from "../../../domain/session/CodingAgent.js"
import { factEvents, factMarks } from "../../../services/state/Facts.js"

/** A column, with the SQL condition for an unreadable value and the SQL for its replacement. */
interface Column {
  readonly name: string
  readonly isBad: string
  readonly instead: string
}

/** A column of integers that JavaScript can represent exactly; any other value counts as unreadable. */
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

const isNoFactId = `(typeof(id) <> 'text' OR length(id) <> 12 OR id GLOB '*[^0-9a-f]*')`

const listed = (values: ReadonlyArray<string>): string => values.map((value) => `'${value}'`).join(", ")

const agents = listed(codingAgents)
const factKinds = listed(FactKind.literals)
const events = listed(factEvents)
const marks = listed(factMarks)

/**
 * SQL condition for an unreadable row of a fact. The row is deleted, and the fact is extracted again from its session.
 * If the session's file no longer exists, the trace still has the fact.
 */
const isNoFact = [
  isNoFactId,
  isNoThreadId("thread_id"),
  text("cwd").isBad,
  text("place").isBad,
  text("text").isBad,
  `kind NOT IN (${factKinds})`,
  `basis NOT IN (${listed(Basis.literals)})`,
  ...["line", "last_line", "at"].map((name) => integer(name, "0").isBad),
  "NOT json_valid(content)",
  "coalesce(content ->> '_tag', '') <> kind"
].join(" OR ")

interface Table {
  readonly name: string
  readonly key: string
  /** SQL condition for a row that has no readable key. Such a row is deleted. */
  readonly isLost: string
  readonly columns: ReadonlyArray<Column>
}

const never = "0"

/**
 * SQL for the time that replaces an unreadable one: the modification time of the session's file, which is close to the
 * session's own times.
 */
const fileTime = `CASE WHEN typeof(rollout_modified_at) = 'integer' AND
  rollout_modified_at BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER} THEN rollout_modified_at ELSE 0 END`

/** All tables whose rows are decoded. Threads come first, since the repairs of other tables use their values. */
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
      oneOf("agent", agents, "'codex'"),
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
      `agent NOT IN (${agents})`,
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
      integer("facts_version", "0"),
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
  { name: "facts", key: "id", isLost: isNoFact, columns: [] },
  {
    name: "fact_marks",
    key: "id",
    isLost: [
      isNoFactId,
      text("cwd").isBad,
      text("text").isBad,
      `mark NOT IN (${marks})`,
      integer("at", "0").isBad
    ].join(" OR "),
    columns: []
  },
  {
    name: "fact_history",
    key: "id",
    isLost: [
      isNoFactId,
      text("cwd").isBad,
      `(thread_id IS NOT NULL AND ${isNoThreadId("thread_id")})`,
      `event NOT IN (${events})`,
      integer("at", "0").isBad,
      `(kind IS NOT NULL AND kind NOT IN (${factKinds}))`,
      text("text").isBad,
      "(fact IS NOT NULL AND NOT json_valid(fact))"
    ].join(" OR "),
    columns: []
  },
  {
    // A directory whose row is gone is decided anew.
    name: "project_directories",
    key: "directory",
    isLost: [
      ...["directory", "project", "place", "origin", "identity"].map((name) => text(name).isBad),
      `ground NOT IN (${listed(ProjectGround.literals)})`,
      integer("decided_at", "0").isBad
    ].join(" OR "),
    columns: []
  },
  { name: "indexed_listing", key: "id", isLost: never, columns: [text("fingerprint")] }
]

const isUnreadable = ({ columns, isLost }: Table): string => [isLost, ...columns.map(({ isBad }) => isBad)].join(" OR ")

/** Maximum number of rows that a message names for a table. Further rows are counted. */
const namedRows = 3

const told = ({ name }: Table, keys: ReadonlyArray<string>): string =>
  `${name} ${[...keys.slice(0, namedRows), ...(keys.length > namedRows ? [`and ${keys.length - namedRows} more`] : [])].join(", ")}`

const keysOf = (rows: ReadonlyArray<unknown>): ReadonlyArray<string> =>
  rows.map((row) => (Predicate.hasProperty(row, "key") ? String(row.key) : ""))

/** Lists the rows that do not decode, as one line of text for each table that has such rows. */
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
 * Makes every row readable: replaces unreadable values, and deletes rows whose key is unreadable. The next index reads
 * the files of the affected threads again and restores their values. Returns the same lines as {@link unreadableRows}.
 * Must run in one transaction.
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
  yield* sql.unsafe(`UPDATE thread_memory SET facts_version = 0
    WHERE EXISTS (SELECT 1 FROM facts f WHERE f.thread_id = thread_memory.thread_id AND (${isNoFact}))`)
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
