import { join } from "node:path"
import * as SqlClient from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { safe } from "../../../src/domain/privacy/SafeText.js"
import { withheld } from "../../../src/domain/thread/Thread.js"
import * as ProcessTableMemory from "../../../src/layers/node/ProcessTableMemory.js"
import * as WorkingDirectoriesNode from "../../../src/layers/node/WorkingDirectories.js"
import { connection } from "../../../src/layers/state/sqlite/Connection.js"
import * as StateDb from "../../../src/layers/state/StateDb.js"
import { temporaryFolder } from "../../support/program.js"
import { queryOf } from "../../../src/domain/memory/Search.js"
import { capabilities, changesOf, type Db, ferry, idOf, learn, makeThread } from "../../support/rows.js"

/** Takes a database back to version 5, in which a thread had one memory, of its own directory. */
const backToVersion5 = (path: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    for (const column of [
      "model",
      "project",
      "input_tokens",
      "cached_tokens",
      "output_tokens",
      "money",
      "is_settled"
    ]) {
      yield* sql.unsafe(`ALTER TABLE model_spending DROP COLUMN ${column}`)
    }
    for (const table of ["threads", "rollout_files"]) {
      yield* sql.unsafe(`ALTER TABLE ${table} DROP COLUMN agent`)
    }
    yield* sql.unsafe("DROP TRIGGER forgotten_thread_leaves_history")
    for (const table of [
      "fact_words",
      "fact_trigrams",
      "facts",
      "fact_marks",
      "fact_history",
      "forgotten_facts",
      "project_directories"
    ]) {
      yield* sql.unsafe(`DROP TABLE ${table}`)
    }
    yield* sql.unsafe("ALTER TABLE extractions DROP COLUMN is_partial")
    for (const trigger of ["memory_deleted", "memory_search_insert", "memory_search_update", "memory_search_move"]) {
      yield* sql.unsafe(`DROP TRIGGER ${trigger}`)
    }
    yield* sql.unsafe("DROP TRIGGER memory_search_delete")
    yield* sql.unsafe("DROP TRIGGER thread_moved")
    yield* sql.unsafe(`CREATE TABLE one_memory (
      thread_id TEXT PRIMARY KEY REFERENCES threads (id) ON DELETE CASCADE, updated_at INTEGER NOT NULL, slug TEXT NOT NULL,
      version TEXT NOT NULL, rollout_size INTEGER NOT NULL, rollout_hash TEXT, memory_summary TEXT NOT NULL,
      trace_summary TEXT NOT NULL, quoted_items INTEGER, grounded_items INTEGER)`)
    yield* sql.unsafe(`INSERT INTO one_memory SELECT thread_id, updated_at, slug, version, rollout_size, rollout_hash,
      memory_summary, trace_summary, quoted_items, grounded_items FROM thread_memory`)
    yield* sql.unsafe("DROP TABLE thread_memory")
    yield* sql.unsafe("ALTER TABLE one_memory RENAME TO thread_memory")
    yield* sql.unsafe("CREATE INDEX thread_memory_versions ON thread_memory (thread_id, updated_at, version)")
    yield* sql.unsafe("CREATE TABLE one_searched (id INTEGER PRIMARY KEY, thread_id TEXT NOT NULL UNIQUE)")
    yield* sql.unsafe("INSERT INTO one_searched SELECT id, thread_id FROM searched_memories")
    yield* sql.unsafe("DROP TABLE searched_memories")
    yield* sql.unsafe("ALTER TABLE one_searched RENAME TO searched_memories")
    for (const trigger of ["thread_deleted", "thread_moved"]) {
      yield* sql.unsafe(`CREATE TRIGGER ${trigger} BEFORE DELETE ON threads BEGIN SELECT 1; END`)
    }
    yield* sql.unsafe("DELETE FROM effect_sql_migrations WHERE migration_id > 5")
    yield* sql.unsafe("PRAGMA user_version = 5")
  }).pipe(Effect.provide(connection(path)))

const open = (path: string) =>
  Layer.build(
    Layer.provide(
      StateDb.layerSqlite(path, { replaceCorrupt: false }),
      Layer.merge(ProcessTableMemory.layer, WorkingDirectoriesNode.layerVerbatim)
    )
  ).pipe(Effect.flatMap((context) => Effect.provide(capabilities, context)))

/** Takes a database back to version 4, in which the reason for withholding a session stood in its source. */
const backToVersion4 = (path: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* backToVersion5(path)
    yield* sql.unsafe("UPDATE threads SET source = 'withheld:' || withheld WHERE withheld IS NOT NULL")
    yield* sql.unsafe("DROP INDEX threads_withheld")
    yield* sql.unsafe("ALTER TABLE threads DROP COLUMN withheld")
    yield* sql.unsafe("DELETE FROM effect_sql_migrations WHERE migration_id > 4")
    yield* sql.unsafe("PRAGMA user_version = 4")
  }).pipe(Effect.provide(connection(path)))

describe("migration of a state DB of version 4", () => {
  it.scoped("a migrated state DB has every thread and memory, and withheld threads in a column of their own", () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryFolder, "state.sqlite")
      const threads = [
        makeThread(1),
        withheld(makeThread(2), "ignored"),
        withheld(makeThread(3), "memory-disabled"),
        makeThread(4, { source: safe`withheld` })
      ]
      const before = yield* Effect.scoped(
        Effect.gen(function* () {
          const db = yield* open(path)
          yield* db.threadIndex.change(changesOf({ threads, listing: "as it was" }))
          yield* learn(db, makeThread(1))
          return yield* db.consolidations.state(ferry, 10)
        })
      )
      yield* backToVersion4(path)
      const db = yield* open(path)
      assert.deepStrictEqual(yield* db.consolidations.state(ferry, 10), before)
      for (const thread of threads) {
        const record = yield* Effect.flatten(db.threadIndex.get(thread.id))
        assert.deepStrictEqual({ ...record.thread }, { ...thread })
      }
      assert.deepStrictEqual(yield* db.threadIndex.memoryDisabled, [idOf(3)])
      assert.deepStrictEqual(yield* db.integrity.damage, [])
    })
  )

  it.scoped("a session that is no longer withheld has the values of its rollout again", () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryFolder, "state.sqlite")
      yield* Effect.scoped(
        Effect.flatMap(open(path), (db) =>
          db.threadIndex.change(changesOf({ threads: [withheld(makeThread(1), "ignored")] }))
        )
      )
      yield* backToVersion4(path)
      const db = yield* open(path)
      yield* db.threadIndex.change(changesOf({ threads: [makeThread(1, { source: safe`vscode` })] }))
      const { thread } = yield* Effect.flatten(db.threadIndex.get(idOf(1)))
      assert.deepStrictEqual({ ...thread }, { ...makeThread(1, { source: safe`vscode` }) })
    })
  )
})

describe("migration of a state DB of version 5", () => {
  const query = queryOf(["what", "did"])

  it.scoped("a migrated memory stays in its thread's directory, unchanged, in searches too", () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryFolder, "state.sqlite")
      const look = Effect.fnUntraced(function* (db: Db) {
        return [
          yield* db.consolidations.state(ferry, 1),
          yield* db.consolidations.dirty(1),
          yield* db.threadMemories.list(undefined, 10),
          yield* db.threadMemories.search(query, ferry, 10)
        ]
      })
      const before = yield* Effect.scoped(
        Effect.gen(function* () {
          const db = yield* open(path)
          for (const number of [1, 2, 3]) {
            yield* learn(db, makeThread(number), { traceSummary: safe`# What number ${number} did` })
          }
          const { fingerprint } = yield* db.consolidations.state(ferry, 1)
          yield* db.consolidations.recordPublished(ferry, fingerprint)
          return yield* look(db)
        })
      )
      yield* backToVersion5(path)
      const db = yield* open(path)
      assert.deepStrictEqual(yield* look(db), before)
      assert.deepStrictEqual(yield* db.consolidations.dirty(1), [])
      yield* db.threadIndex.delete(idOf(2))
      assert.strictEqual((yield* db.threadMemories.search(query, ferry, 10)).total, 2)
      assert.deepStrictEqual((yield* db.consolidations.state(ferry, 1)).removals, [idOf(2)])
      assert.deepStrictEqual(yield* db.integrity.damage, [])
    })
  )

  it.scoped("a migrated memory is there again when its session is no longer withheld", () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryFolder, "state.sqlite")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const db = yield* open(path)
          yield* learn(db, makeThread(1))
          yield* db.threadIndex.change(changesOf({ threads: [withheld(makeThread(1), "ignored")] }))
        })
      )
      yield* backToVersion5(path)
      const db = yield* open(path)
      assert.deepStrictEqual(yield* db.threadMemories.last(ferry, 10), [])
      yield* db.threadIndex.change(changesOf({ threads: [makeThread(1)] }))
      assert.lengthOf(yield* db.threadMemories.last(ferry, 10), 1)
    })
  )
})
