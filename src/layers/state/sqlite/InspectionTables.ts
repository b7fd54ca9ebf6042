import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"

/**
 * Creates the tables behind the commands that show and change memories: attempts with their outcomes, notes, forgotten
 * threads, and the full-text index for searching.
 */
export const createInspectionTables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE extraction_tries (
    thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    error_tag TEXT,
    error_message TEXT,
    retry_at INTEGER
  )`
  yield* sql`CREATE INDEX extraction_tries_by_thread ON extraction_tries (thread_id, at)`

  yield* sql`CREATE TABLE user_notes (
    id INTEGER PRIMARY KEY,
    cwd TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL
  )`
  yield* sql`CREATE INDEX user_notes_by_cwd ON user_notes (cwd, id)`

  yield* sql`CREATE TABLE forgotten_threads (
    thread_id TEXT PRIMARY KEY,
    forgotten_at INTEGER NOT NULL,
    erased_at INTEGER
  )`
  // However a row would come back, by an index or an import, it does not.
  yield* sql`CREATE TRIGGER forgotten_stays_away BEFORE INSERT ON threads
    WHEN EXISTS (SELECT 1 FROM forgotten_threads WHERE thread_id = NEW.id) BEGIN SELECT RAISE(IGNORE); END`

  // The rows of thread_memory have no number that survives a VACUUM, which the index needs.
  yield* sql`CREATE TABLE searched_memories (id INTEGER PRIMARY KEY, thread_id TEXT NOT NULL UNIQUE)`
  // Trigrams find every piece of three characters or more, in any script; the text itself is in thread_memory alone.
  yield* sql`CREATE VIRTUAL TABLE memory_search USING fts5(summary, trace, content='', tokenize='trigram')`
  // What is deleted leaves the index at once, not at some later merge.
  yield* sql`INSERT INTO memory_search (memory_search, rank) VALUES ('secure-delete', 1)`
  yield* sql`INSERT INTO searched_memories (thread_id) SELECT thread_id FROM thread_memory`
  yield* sql`INSERT INTO memory_search (rowid, summary, trace)
    SELECT s.id, m.memory_summary, m.trace_summary FROM searched_memories s JOIN thread_memory m USING (thread_id)`
  yield* sql`CREATE TRIGGER memory_search_insert AFTER INSERT ON thread_memory BEGIN
    INSERT INTO searched_memories (thread_id) VALUES (NEW.thread_id);
    INSERT INTO memory_search (rowid, summary, trace)
      SELECT id, NEW.memory_summary, NEW.trace_summary FROM searched_memories WHERE thread_id = NEW.thread_id;
  END`
  yield* sql`CREATE TRIGGER memory_search_update AFTER UPDATE OF memory_summary, trace_summary ON thread_memory BEGIN
    INSERT INTO memory_search (memory_search, rowid, summary, trace)
      SELECT 'delete', id, OLD.memory_summary, OLD.trace_summary FROM searched_memories WHERE thread_id = OLD.thread_id;
    INSERT INTO memory_search (rowid, summary, trace)
      SELECT id, NEW.memory_summary, NEW.trace_summary FROM searched_memories WHERE thread_id = NEW.thread_id;
  END`
  yield* sql`CREATE TRIGGER memory_search_delete AFTER DELETE ON thread_memory BEGIN
    INSERT INTO memory_search (memory_search, rowid, summary, trace)
      SELECT 'delete', id, OLD.memory_summary, OLD.trace_summary FROM searched_memories WHERE thread_id = OLD.thread_id;
    DELETE FROM searched_memories WHERE thread_id = OLD.thread_id;
  END`
})
