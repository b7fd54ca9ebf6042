import * as SqlClient from "@effect/sql/SqlClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Directory } from "../../../domain/thread/WorkingDirectory.js"
import { writeFacts } from "./FactRows.js"
import { createForgottenFacts } from "./ForgottenFacts.js"

/**
 * Creates the tables of facts, of people's decisions about them and of their history, with the indexes for searching.
 */
export const createFactTables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE facts (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    cwd TEXT NOT NULL,
    kind TEXT NOT NULL,
    basis TEXT NOT NULL,
    line INTEGER NOT NULL,
    last_line INTEGER NOT NULL,
    at INTEGER,
    text TEXT NOT NULL,
    content TEXT NOT NULL,
    UNIQUE (thread_id, cwd, id),
    FOREIGN KEY (thread_id, cwd) REFERENCES thread_memory (thread_id, cwd) ON DELETE CASCADE ON UPDATE CASCADE
  )`
  yield* sql`CREATE INDEX facts_by_id ON facts (id, cwd)`
  yield* sql`CREATE INDEX facts_by_directory ON facts (cwd, thread_id, number)`

  yield* sql`CREATE TABLE fact_marks (
    id TEXT NOT NULL,
    cwd TEXT NOT NULL,
    mark TEXT NOT NULL,
    text TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (cwd, id, mark)
  )`
  // However a forgotten fact would come back, by an extraction or an import, it does not.
  yield* sql`CREATE TRIGGER forgotten_fact_stays_away BEFORE INSERT ON facts
    WHEN EXISTS (SELECT 1 FROM fact_marks WHERE cwd = NEW.cwd AND id = NEW.id AND mark = 'Forgotten')
    BEGIN SELECT RAISE(IGNORE); END`

  yield* sql`CREATE TABLE fact_history (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    cwd TEXT NOT NULL,
    thread_id TEXT,
    event TEXT NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT,
    text TEXT,
    fact TEXT,
    by_id TEXT
  )`
  yield* sql`CREATE INDEX fact_history_by_directory ON fact_history (cwd, at)`
  yield* sql`CREATE INDEX fact_history_by_id ON fact_history (id)`
  yield* sql`CREATE INDEX fact_history_by_thread ON fact_history (thread_id)`
  // What was forgotten leaves no words behind, nor do decisions about facts that no other session gave.
  const ofThreadAlone = (table: string) =>
    sql.literal(`(id, cwd) IN (SELECT id, cwd FROM fact_history WHERE thread_id = NEW.thread_id)
      AND NOT EXISTS (SELECT 1 FROM facts f
        WHERE f.id = ${table}.id AND f.cwd = ${table}.cwd AND f.thread_id <> NEW.thread_id)`)
  yield* sql`CREATE TRIGGER forgotten_thread_leaves_history AFTER INSERT ON forgotten_threads BEGIN
    DELETE FROM fact_marks WHERE mark <> 'Forgotten' AND ${ofThreadAlone("fact_marks")};
    UPDATE fact_history SET text = NULL WHERE thread_id IS NULL AND ${ofThreadAlone("fact_history")};
    DELETE FROM fact_history WHERE event = 'superseded'
      AND (thread_id = NEW.thread_id OR ${ofThreadAlone("fact_history")});
    UPDATE fact_history SET kind = NULL, text = NULL, fact = NULL, event = 'forgotten', thread_id = NULL
      WHERE thread_id = NEW.thread_id;
  END`

  // Words are found by their stems, and names and misspelt words by their trigrams.
  yield* sql`CREATE VIRTUAL TABLE fact_words USING fts5(text, content='facts', content_rowid='number',
    tokenize='porter unicode61 remove_diacritics 2')`
  yield* sql`CREATE VIRTUAL TABLE fact_trigrams USING fts5(text, content='facts', content_rowid='number',
    tokenize='trigram')`
  for (const table of ["fact_words", "fact_trigrams"]) {
    const name = sql.literal(table)
    yield* sql`INSERT INTO ${name} (${name}, rank) VALUES ('secure-delete', 1)`
    yield* sql`CREATE TRIGGER ${sql.literal(`${table}_insert`)} AFTER INSERT ON facts BEGIN
      INSERT INTO ${name} (rowid, text) VALUES (NEW.number, NEW.text);
    END`
    yield* sql`CREATE TRIGGER ${sql.literal(`${table}_delete`)} AFTER DELETE ON facts BEGIN
      INSERT INTO ${name} (${name}, rowid, text) VALUES ('delete', OLD.number, OLD.text);
    END`
    yield* sql`CREATE TRIGGER ${sql.literal(`${table}_update`)} AFTER UPDATE OF text ON facts BEGIN
      INSERT INTO ${name} (${name}, rowid, text) VALUES ('delete', OLD.number, OLD.text);
      INSERT INTO ${name} (rowid, text) VALUES (NEW.number, NEW.text);
    END`
  }

  // The version of the rules that a memory's facts were extracted by; 0 where they were read from its trace, or not yet.
  yield* sql`ALTER TABLE thread_memory ADD COLUMN facts_version INTEGER NOT NULL DEFAULT 0`
  yield* sql`CREATE INDEX thread_memory_stale_facts ON thread_memory (facts_version, updated_at DESC, thread_id, cwd)`
  yield* createForgottenFacts
  yield* readTraces
})

const TraceRow = Schema.Struct({
  threadId: Schema.String,
  cwd: Directory,
  updatedAt: Schema.Int,
  trace: Schema.String
})

const decodeTraces = Schema.decodeUnknown(Schema.Array(TraceRow))

/** Number of traces that are read into memory at once. */
const tracesAtOnce = 200

/**
 * Loads the code that reads facts from traces. Only a database from an earlier version, which stored no facts, needs
 * it.
 */
const loadReading = Effect.promise(() => import("../../../domain/offline/importing/FactsFromTrace.js"))

/**
 * Stores the facts that are found in the stored traces, so that memory keeps what was learned from sessions whose files
 * no longer exist.
 */
const readTraces = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const now = yield* Clock.currentTimeMillis
  for (let last = ["", ""]; ;) {
    const rows = yield* decodeTraces(
      yield* sql`SELECT thread_id, cwd, updated_at, trace_summary AS trace FROM thread_memory
        WHERE (thread_id, cwd) > (${last[0]}, ${last[1]}) ORDER BY thread_id, cwd LIMIT ${tracesAtOnce}`
    )
    const end = rows.at(-1)
    if (end === undefined) {
      return
    }
    const { factsFromTrace } = yield* loadReading
    yield* Effect.forEach(
      rows,
      ({ cwd, threadId, trace, updatedAt }) =>
        writeFacts(sql, threadId, { cwd, facts: factsFromTrace(threadId, trace, updatedAt) }, now),
      { discard: true }
    )
    last = [end.threadId, end.cwd]
  }
})
