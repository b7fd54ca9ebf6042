import * as Migrator from "@effect/sql/Migrator"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { StateDbUnavailable } from "../../../services/state/StateDbError.js"
import { inTransaction, unavailable, whileBusy } from "./Connection.js"
import { createFactTables } from "./FactTables.js"
import { takeForgottenFacts } from "./ForgottenFacts.js"
import { readForgotten, recordBeside } from "./ForgottenFile.js"
import { createInspectionTables } from "./InspectionTables.js"
import { addMemoryDirectories } from "./MemoryDirectories.js"
import { createProjectTables } from "./ProjectTables.js"

/**
 * Creates the first version of the schema: threads and the files that record them, memories, extractions, locks and
 * consolidations.
 */
const createTables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE threads (
    id TEXT PRIMARY KEY,
    rollout_path TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    model_provider TEXT,
    cwd TEXT,
    cli_version TEXT,
    title TEXT,
    sandbox_policy TEXT,
    approval_mode TEXT,
    tokens_used INTEGER,
    first_user_message TEXT,
    archived_at INTEGER,
    git_sha TEXT,
    git_branch TEXT,
    git_origin_url TEXT,
    rollout_size INTEGER NOT NULL,
    rollout_modified_at INTEGER NOT NULL,
    missing_since INTEGER
  )`
  // What a pass asks at every start is answered from indexes alone: the rows hold long texts.
  yield* sql`CREATE INDEX threads_by_update
    ON threads (updated_at DESC, id DESC, archived_at, source, missing_since, rollout_size)`
  yield* sql`CREATE INDEX threads_by_cwd ON threads (cwd, id)`

  yield* sql`CREATE TABLE rollout_files (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    thread_id TEXT NOT NULL,
    last_record_at INTEGER NOT NULL
  )`
  yield* sql`CREATE INDEX rollout_files_by_thread ON rollout_files (thread_id)`

  yield* sql`CREATE TABLE indexed_listing (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    fingerprint TEXT
  )`

  yield* sql`CREATE TABLE thread_memory (
    thread_id TEXT PRIMARY KEY REFERENCES threads (id) ON DELETE CASCADE,
    updated_at INTEGER NOT NULL,
    slug TEXT NOT NULL,
    version TEXT NOT NULL,
    rollout_size INTEGER NOT NULL,
    rollout_hash TEXT,
    memory_summary TEXT NOT NULL,
    trace_summary TEXT NOT NULL
  )`
  yield* sql`CREATE INDEX thread_memory_versions ON thread_memory (thread_id, updated_at, version)`

  yield* sql`CREATE TABLE extractions (
    thread_id TEXT PRIMARY KEY REFERENCES threads (id) ON DELETE CASCADE,
    outcome TEXT,
    learned_updated_at INTEGER,
    learned_size INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    retry_at INTEGER,
    is_quarantined INTEGER NOT NULL DEFAULT 0,
    error_tag TEXT,
    error_message TEXT,
    failed_size INTEGER,
    failed_hash TEXT,
    failed_modified_at INTEGER,
    claim_owner TEXT,
    claim_expires_at INTEGER,
    claim_host TEXT,
    claim_pid INTEGER,
    claim_process_started TEXT
  )`
  yield* sql`CREATE INDEX extractions_learned ON extractions (thread_id, learned_updated_at, learned_size)`

  yield* sql`CREATE TABLE memory_consolidation_locks (
    cwd TEXT PRIMARY KEY,
    working_thread_id TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    host TEXT,
    pid INTEGER,
    process_started TEXT
  )`
  yield* sql`CREATE INDEX memory_consolidation_locks_by_update ON memory_consolidation_locks (updated_at DESC)`

  yield* sql`CREATE TABLE consolidations (
    cwd TEXT PRIMARY KEY,
    published_fingerprint TEXT,
    published_at INTEGER,
    failed_fingerprint TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    retry_at INTEGER,
    error_tag TEXT,
    error_message TEXT
  )`

  yield* sql`CREATE TABLE memory_removals (
    cwd TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    PRIMARY KEY (cwd, thread_id)
  )`
  // A memory that leaves a directory, however it leaves, is on record before anything is pruned for want of it. Not
  // `OR IGNORE`: a trigger follows the conflict clause of the statement that fires it.
  yield* sql`CREATE TRIGGER thread_deleted BEFORE DELETE ON threads WHEN OLD.cwd IS NOT NULL BEGIN
    INSERT INTO memory_removals SELECT OLD.cwd, thread_id FROM thread_memory m WHERE thread_id = OLD.id
      AND NOT EXISTS (SELECT 1 FROM memory_removals r WHERE r.cwd = OLD.cwd AND r.thread_id = m.thread_id);
  END`
  yield* sql`CREATE TRIGGER thread_moved AFTER UPDATE OF cwd ON threads
    WHEN OLD.cwd IS NOT NULL AND OLD.cwd IS NOT NEW.cwd BEGIN
    INSERT INTO memory_removals SELECT OLD.cwd, thread_id FROM thread_memory m WHERE thread_id = OLD.id
      AND NOT EXISTS (SELECT 1 FROM memory_removals r WHERE r.cwd = OLD.cwd AND r.thread_id = m.thread_id);
  END`
  yield* sql`CREATE TRIGGER memory_deleted BEFORE DELETE ON thread_memory BEGIN
    INSERT INTO memory_removals SELECT cwd, id FROM threads t WHERE id = OLD.thread_id AND cwd IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM memory_removals r WHERE r.cwd = t.cwd AND r.thread_id = t.id);
  END`
})

/** Creates the table of spending, with a row for each request: the worst-case cost until the request is settled. */
const createSpending = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE model_spending (
    id TEXT PRIMARY KEY,
    pass TEXT NOT NULL,
    day TEXT NOT NULL,
    tokens INTEGER NOT NULL
  )`
  yield* sql`CREATE INDEX model_spending_by_pass ON model_spending (pass, tokens)`
  yield* sql`CREATE INDEX model_spending_by_day ON model_spending (day, tokens)`
})

/** Adds the share of a memory's quotations that its rollout contains; null when they were not checked. */
const addGrounding = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE thread_memory ADD COLUMN quoted_items INTEGER`
  yield* sql`ALTER TABLE thread_memory ADD COLUMN grounded_items INTEGER`
})

/** Adds the reason for withholding a session, which earlier versions stored in the source. */
const addWithheld = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE threads ADD COLUMN withheld TEXT`
  yield* sql`UPDATE threads SET withheld = substr(source, 10), source = 'unknown' WHERE source LIKE 'withheld:%'`
  yield* sql`CREATE INDEX threads_withheld ON threads (withheld, id) WHERE withheld IS NOT NULL`
})

/**
 * Adds what a request was for, and its cost in tokens of each kind and in millionths of the prices' currency. Of older
 * requests only the sum of tokens is known, which counts as input.
 */
const addCosts = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const column of [
    "model TEXT NOT NULL DEFAULT ''",
    "project TEXT NOT NULL DEFAULT ''",
    "input_tokens INTEGER NOT NULL DEFAULT 0",
    "cached_tokens INTEGER NOT NULL DEFAULT 0",
    "output_tokens INTEGER NOT NULL DEFAULT 0",
    "money INTEGER",
    "is_settled INTEGER NOT NULL DEFAULT 0"
  ]) {
    yield* sql.unsafe(`ALTER TABLE model_spending ADD COLUMN ${column}`)
  }
  yield* sql`UPDATE model_spending SET input_tokens = tokens, is_settled = 1`
})

/** Adds the coding agent that recorded a session. Earlier versions read sessions of Codex alone. */
const addAgent = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE threads ADD COLUMN agent TEXT NOT NULL DEFAULT 'codex'`
  yield* sql`ALTER TABLE rollout_files ADD COLUMN agent TEXT NOT NULL DEFAULT 'codex'`
})

/** The migrations in order; each makes a new version of the schema. A published one is never changed. */
const migrations = {
  "0001_create_tables": createTables,
  "0002_create_spending": createSpending,
  "0003_add_grounding": addGrounding,
  "0004_create_inspection_tables": createInspectionTables,
  "0005_add_withheld": addWithheld,
  "0006_add_memory_directories": addMemoryDirectories,
  "0007_create_facts": createFactTables,
  "0008_create_projects": createProjectTables,
  "0009_add_costs": addCosts,
  "0010_add_agent": addAgent
}

/** Text that stands for the path in messages about a database in memory. */
const inMemory = ":memory:"

const latest = Object.keys(migrations).length

const Version = Schema.Tuple(Schema.Struct({ version: Schema.Int }))
const decodeVersion = Schema.decodeUnknown(Version)

/** The name of the table in which the migrator records the migrations that it ran. */
const record = "effect_sql_migrations"

/**
 * Reads the version from `user_version`, so that a start without migrations takes no lock. The migrator's record may be
 * ahead of it, since a newer program may have migrated without setting `user_version`.
 */
const readVersion = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [{ version }] = yield* decodeVersion(yield* sql`SELECT user_version AS version FROM pragma_user_version`)
  const isRecorded = yield* sql`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ${record}`
  if (isRecorded.length === 0) {
    return version
  }
  const [{ version: newest }] = yield* decodeVersion(
    yield* sql`SELECT coalesce(max(migration_id), 0) AS version FROM ${sql(record)}`
  )
  return newest > latest ? newest : version
})

/**
 * Fails with `older` or `newer` when the schema at a path is not this program's, since a read-only connection cannot
 * migrate it.
 */
export const requireLatest = Effect.fnUntraced(
  function* (path: string) {
    if (!(yield* whileBusy(isUpToDate(path)))) {
      return yield* new StateDbUnavailable({ path, reason: "older" })
    }
  },
  (effect, path) =>
    Effect.mapError(effect, (error) => (error._tag === "StateDbUnavailable" ? error : unavailable(path, error)))
)

/** True if the schema is the latest one; fails with `newer` when it is newer than this program. */
const isUpToDate = Effect.fnUntraced(function* (path: string = inMemory) {
  const version = yield* readVersion
  return version > latest ? yield* new StateDbUnavailable({ path, reason: "newer" }) : version === latest
})

/**
 * Copies the ids of forgotten threads from the file beside the database into its table, so that they stay forgotten in
 * a database that replaces a lost one. They count as erased, since a new database never had them.
 */
const takeForgotten = Effect.fnUntraced(function* (path: string) {
  const sql = yield* SqlClient.SqlClient
  const now = yield* Clock.currentTimeMillis
  const { facts, threadIds } = yield* Effect.mapError(readForgotten(path), (error) =>
    unavailable(recordBeside(path), error)
  )
  yield* sql`INSERT OR IGNORE INTO forgotten_threads (thread_id, forgotten_at, erased_at)
    SELECT value, ${now}, ${now} FROM json_each(${JSON.stringify(threadIds)})
    WHERE value NOT IN (SELECT id FROM threads)`
  yield* takeForgottenFacts(facts, now)
})

const run = Effect.fnUntraced(function* (path: string | undefined) {
  const sql = yield* SqlClient.SqlClient
  yield* Migrator.make({})({ loader: Migrator.fromRecord(migrations), table: record })
  if (path !== undefined) {
    yield* takeForgotten(path)
  }
  yield* sql.unsafe(`PRAGMA user_version = ${latest}`)
})

/**
 * Migrates the database at a path, or in memory, to the latest schema. Many processes may start at once: one migrates,
 * the others wait for it and check again. Fails with `newer` when a later version of this program has changed the
 * database.
 */
export const migrate = Effect.fn("StateDb.migrate")(
  function* (path: string | undefined) {
    const sql = yield* SqlClient.SqlClient
    if (!(yield* whileBusy(isUpToDate(path)))) {
      yield* inTransaction(sql, Effect.unlessEffect(run(path), isUpToDate(path)))
    }
  },
  // The migrator reports what SQLite refuses, such as a table that is there already, as a defect.
  (effect, path = inMemory) =>
    effect.pipe(
      Effect.mapError((error) => (error._tag === "StateDbUnavailable" ? error : unavailable(path, error))),
      Effect.catchAllDefect((defect) => unavailable(path, defect))
    )
)
