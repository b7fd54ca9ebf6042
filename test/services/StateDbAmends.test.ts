import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option } from "effect"
import * as StateDbMemory from "../../src/layers/StateDbMemory.js"
import * as StateDbSqlite from "../../src/layers/state/StateDb.js"
import type { ProcessTable } from "../../src/services/ProcessTable.js"
import { StateDb, type StateDbUnavailable, ThreadsClaimed } from "../../src/services/StateDb.js"
import type { WorkingDirectories } from "../../src/services/WorkingDirectories.js"
import { temporaryFolder } from "../support/program.js"
import { startOfFixtures } from "../../src/testing/RolloutBuilder.js"
import {
  changesOf,
  ferry,
  idOf,
  learn,
  linkedDirectories,
  makeMemory,
  makeThread,
  OneProcess
} from "../support/rows.js"

type Db = StateDb["Type"]

const suite = (
  name: string,
  makeLayer: () => Layer.Layer<StateDb, StateDbUnavailable, ProcessTable | WorkingDirectories>
) => {
  const test = <E>(title: string, body: (db: Db, process: OneProcess) => Effect.Effect<void, E>) =>
    it.effect(title, () => {
      const process = new OneProcess()
      return Effect.flatMap(StateDb, (db) => body(db, process)).pipe(
        Effect.provide(Layer.provide(makeLayer(), Layer.merge(process.layer, linkedDirectories)))
      )
    })

  const dirty = (db: Db) => Effect.map(db.dirtyDirectories(10), (all) => all.map(({ cwd }) => cwd))
  const publish = (db: Db) =>
    Effect.flatMap(db.consolidationState(ferry, 10), ({ fingerprint }) => db.recordPublished(ferry, fingerprint))

  describe(`${name}: what people ask for`, () => {
    test("a forgotten thread is gone with its memory, on record, and neither an index nor an import brings it back", (db) =>
      Effect.gen(function* () {
        yield* learn(db, makeThread(1))
        yield* learn(db, makeThread(2))
        yield* publish(db)
        yield* db.forgetThreads([idOf(1)])
        yield* db.eraseRemains
        assert.deepStrictEqual((yield* db.consolidationState(ferry, 10)).removals, [idOf(1)])
        assert.deepStrictEqual(yield* dirty(db), [ferry])
        yield* db.changeIndex(changesOf({ threads: [makeThread(1), makeThread(3)] }))
        const { content: _, ...memory } = makeMemory(makeThread(1))
        const imported = { ...memory, threadId: idOf(1), cwd: ferry, rolloutPath: "/x" }
        assert.isFalse(yield* db.importMemory(imported))
        assert.isTrue(Option.isNone(yield* db.getThread(idOf(1))))
        assert.isTrue(Option.isNone(yield* db.getMemory(idOf(1))))
        assert.strictEqual(yield* db.countThreads, 2)
        assert.isTrue(Option.isNone(yield* db.claim(idOf(1), "a pass", Duration.minutes(10))))
      }))

    test("threads are forgotten all or none: none while a pass is at one of them, unless its process is gone", (db, process) =>
      Effect.gen(function* () {
        yield* learn(db, makeThread(1))
        yield* learn(db, makeThread(2))
        yield* db.claim(idOf(2), "a pass", Duration.minutes(10))
        const error = yield* Effect.flip(db.forgetThreads([idOf(1), idOf(2)]))
        assert.instanceOf(error, ThreadsClaimed)
        assert.isTrue(Option.isSome(yield* db.getMemory(idOf(1))))
        process.isGone = true
        yield* db.forgetThreads([idOf(1), idOf(2)])
        assert.strictEqual(yield* db.countThreads, 0)
      }))

    test("a note makes its directory dirty until it is published, and again when it is removed", (db) =>
      Effect.gen(function* () {
        yield* learn(db, makeThread(1))
        yield* publish(db)
        yield* db.addNote(ferry, "one")
        yield* db.addNote("/link/ada/projects/ferry", "two")
        yield* db.addNote(ferry, "one")
        assert.deepStrictEqual((yield* db.consolidationState(ferry, 10)).notes, ["one", "two"])
        assert.deepStrictEqual(yield* dirty(db), [ferry])
        yield* publish(db)
        assert.deepStrictEqual(yield* dirty(db), [])
        yield* db.removeNotes([1])
        assert.deepStrictEqual((yield* db.consolidationState(ferry, 10)).notes, ["two"])
        assert.deepStrictEqual(yield* dirty(db), [ferry])
      }))

    test("a note for a directory without any session makes it dirty", (db) =>
      Effect.gen(function* () {
        yield* db.addNote(ferry, "one")
        assert.deepStrictEqual(yield* dirty(db), [ferry])
        yield* publish(db)
        assert.deepStrictEqual(yield* dirty(db), [])
        yield* db.removeNotes([1])
        assert.deepStrictEqual(yield* dirty(db), [ferry])
      }))

    test("a retried thread has no failures; one that never failed is left alone", (db) =>
      Effect.gen(function* () {
        yield* db.changeIndex(changesOf({ threads: [makeThread(1)] }))
        assert.isFalse(yield* db.retryThread(idOf(1)))
        const claim = yield* Effect.flatten(db.claim(idOf(1), "a pass", Duration.minutes(10)))
        yield* db.storeFailure(claim, {
          errorTag: "MalformedAnswer",
          errorMessage: "no JSON",
          content: { size: 4_001, hash: "cd".repeat(32) },
          modifiedAt: startOfFixtures,
          retryAt: undefined,
          attempts: 5
        })
        assert.isTrue(yield* db.retryThread(idOf(1)))
        const { extraction } = yield* Effect.flatten(db.getThread(idOf(1)))
        assert.deepInclude({ ...extraction }, { attempts: 0, isQuarantined: false, errorTag: null, retryAt: null })
        assert.isFalse(yield* db.retryThread(idOf(1)))
      }))

    test("a directory whose consolidation was forgotten is dirty while it has memories", (db) =>
      Effect.gen(function* () {
        yield* learn(db, makeThread(1))
        yield* publish(db)
        yield* db.forgetConsolidation(ferry)
        assert.deepStrictEqual(yield* dirty(db), [ferry])
      }))
  })
}

suite("the state DB in memory", () => StateDbMemory.layer)

suite("the state DB in SQLite", () =>
  Layer.unwrapScoped(
    Effect.map(temporaryFolder, (folder) =>
      StateDbSqlite.layer(join(folder, "state.sqlite"), { replaceCorrupt: false })
    )
  )
)
