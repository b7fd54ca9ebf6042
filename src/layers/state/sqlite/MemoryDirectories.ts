import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"

/**
 * Changes the schema so that a thread has a memory for each directory in which it worked. If the thread's own directory
 * is unknown because the thread is withheld, its memory gets an empty directory, which is replaced when the directory
 * is known again.
 */
export const addMemoryDirectories = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`DROP TRIGGER thread_deleted`
  yield* sql`DROP TRIGGER thread_moved`
  yield* sql`CREATE TABLE memory_by_directory (
    thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
    cwd TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    slug TEXT NOT NULL,
    version TEXT NOT NULL,
    rollout_size INTEGER NOT NULL,
    rollout_hash TEXT,
    quoted_items INTEGER,
    grounded_items INTEGER,
    memory_summary TEXT NOT NULL,
    trace_summary TEXT NOT NULL,
    PRIMARY KEY (thread_id, cwd)
  )`
  yield* sql`INSERT INTO memory_by_directory
    SELECT m.thread_id, coalesce(t.cwd, ''), m.updated_at, m.slug, m.version, m.rollout_size, m.rollout_hash,
      m.quoted_items, m.grounded_items, m.memory_summary, m.trace_summary
    FROM thread_memory m JOIN threads t ON t.id = m.thread_id`
  // The triggers on the table go with it.
  yield* sql`DROP TABLE thread_memory`
  yield* sql`ALTER TABLE memory_by_directory RENAME TO thread_memory`
  yield* sql`CREATE INDEX thread_memory_by_directory
    ON thread_memory (cwd, updated_at DESC, thread_id DESC, version)`

  // The numbers stay: the index of texts knows the memories by them.
  yield* sql`CREATE TABLE searched_by_directory (
    id INTEGER PRIMARY KEY,
    thread_id TEXT NOT NULL,
    cwd TEXT NOT NULL,
    UNIQUE (thread_id, cwd)
  )`
  yield* sql`INSERT INTO searched_by_directory
    SELECT s.id, m.thread_id, m.cwd FROM searched_memories s JOIN thread_memory m USING (thread_id)`
  yield* sql`DROP TABLE searched_memories`
  yield* sql`ALTER TABLE searched_by_directory RENAME TO searched_memories`

  // A memory that leaves a directory, however it leaves, is on record before anything is pruned for want of it.
  yield* sql`CREATE TRIGGER memory_deleted BEFORE DELETE ON thread_memory WHEN OLD.cwd <> '' BEGIN
    INSERT INTO memory_removals SELECT OLD.cwd, OLD.thread_id
      WHERE NOT EXISTS (SELECT 1 FROM memory_removals r WHERE r.cwd = OLD.cwd AND r.thread_id = OLD.thread_id);
  END`
  // The memory of the thread's own directory moves with it; of a thread that is withheld none is to be seen anywhere.
  yield* sql`CREATE TRIGGER thread_moved AFTER UPDATE OF cwd ON threads WHEN OLD.cwd IS NOT NEW.cwd BEGIN
    INSERT INTO memory_removals SELECT m.cwd, m.thread_id FROM thread_memory m
      WHERE m.thread_id = NEW.id AND m.cwd <> '' AND (m.cwd = OLD.cwd OR NEW.cwd IS NULL)
      AND NOT EXISTS (SELECT 1 FROM memory_removals r WHERE r.cwd = m.cwd AND r.thread_id = m.thread_id);
    UPDATE thread_memory SET cwd = coalesce(NEW.cwd, '')
      WHERE thread_id = NEW.id AND cwd = coalesce(OLD.cwd, '') AND NOT EXISTS
        (SELECT 1 FROM thread_memory m WHERE m.thread_id = NEW.id AND m.cwd = coalesce(NEW.cwd, ''));
  END`

  yield* sql`CREATE TRIGGER memory_search_insert AFTER INSERT ON thread_memory BEGIN
    INSERT INTO searched_memories (thread_id, cwd) VALUES (NEW.thread_id, NEW.cwd);
    INSERT INTO memory_search (rowid, summary, trace)
      SELECT id, NEW.memory_summary, NEW.trace_summary FROM searched_memories
      WHERE thread_id = NEW.thread_id AND cwd = NEW.cwd;
  END`
  yield* sql`CREATE TRIGGER memory_search_update AFTER UPDATE OF memory_summary, trace_summary ON thread_memory BEGIN
    INSERT INTO memory_search (memory_search, rowid, summary, trace)
      SELECT 'delete', id, OLD.memory_summary, OLD.trace_summary FROM searched_memories
      WHERE thread_id = OLD.thread_id AND cwd = OLD.cwd;
    INSERT INTO memory_search (rowid, summary, trace)
      SELECT id, NEW.memory_summary, NEW.trace_summary FROM searched_memories
      WHERE thread_id = OLD.thread_id AND cwd = OLD.cwd;
  END`
  yield* sql`CREATE TRIGGER memory_search_move AFTER UPDATE OF cwd ON thread_memory BEGIN
    UPDATE searched_memories SET cwd = NEW.cwd WHERE thread_id = OLD.thread_id AND cwd = OLD.cwd;
  END`
  yield* sql`CREATE TRIGGER memory_search_delete AFTER DELETE ON thread_memory BEGIN
    INSERT INTO memory_search (memory_search, rowid, summary, trace)
      SELECT 'delete', id, OLD.memory_summary, OLD.trace_summary FROM searched_memories
      WHERE thread_id = OLD.thread_id AND cwd = OLD.cwd;
    DELETE FROM searched_memories WHERE thread_id = OLD.thread_id AND cwd = OLD.cwd;
  END`

  yield* sql`ALTER TABLE extractions ADD COLUMN is_partial INTEGER NOT NULL DEFAULT 0`
})
