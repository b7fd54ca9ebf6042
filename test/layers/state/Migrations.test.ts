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
import { capabilities, changesOf, ferry, idOf, learn, makeThread } from "../../support/rows.js"

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
    yield* sql.unsafe("UPDATE threads SET source = 'withheld:' || withheld WHERE withheld IS NOT NULL")
    yield* sql.unsafe("DROP INDEX threads_withheld")
    yield* sql.unsafe("ALTER TABLE threads DROP COLUMN withheld")
    yield* sql.unsafe("DELETE FROM effect_sql_migrations WHERE migration_id > 4")
    yield* sql.unsafe("PRAGMA user_version = 4")
  }).pipe(Effect.provide(connection(path)))

describe("a state DB of version 4", () => {
  it.scoped("keeps every thread and memory, and tells withheld threads by their column", () =>
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

  it.scoped("lets a session go that is no longer to be withheld, with what its rollout says", () =>
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
