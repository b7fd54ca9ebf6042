import { assert } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { ThreadsClaimed } from "../../../src/services/state/Forgetting.js"
import { changesOf, type Db, ferry, idOf, learn, makeMemory, makeThread } from "../../support/rows.js"
import { contract } from "../../support/stateDb.js"

const dirty = (db: Db) => Effect.map(db.consolidations.dirty(10), (all) => all.map(({ cwd }) => cwd))

const publish = (db: Db) =>
  Effect.flatMap(db.consolidations.state(ferry, 10), ({ fingerprint }) =>
    db.consolidations.recordPublished(ferry, fingerprint)
  )

contract("forgetting", ({ test }) => {
  test("a forgotten thread is gone with its memory, on record, and no index or import restores it", (db) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(1))
      yield* learn(db, makeThread(2))
      yield* publish(db)
      yield* db.forgetting.forget([idOf(1)])
      yield* db.forgetting.eraseRemains
      assert.deepStrictEqual((yield* db.consolidations.state(ferry, 10)).removals, [idOf(1)])
      assert.deepStrictEqual(yield* dirty(db), [ferry])
      yield* db.threadIndex.change(changesOf({ threads: [makeThread(1), makeThread(3)] }))
      const { content: _, ...memory } = makeMemory(makeThread(1))
      const imported = { ...memory, threadId: idOf(1), cwd: ferry, rolloutPath: "/x" }
      assert.isFalse(yield* db.threadMemories.import([imported]))
      assert.isTrue(Option.isNone(yield* db.threadIndex.get(idOf(1))))
      assert.isTrue(Option.isNone(yield* db.threadMemories.get({ threadId: idOf(1), cwd: ferry })))
      assert.strictEqual(yield* db.threadIndex.count, 2)
      assert.isTrue(Option.isNone(yield* db.claims.acquire(idOf(1), "a pass", Duration.minutes(10))))
    }))

  test("threads are forgotten all or none: none while a live pass has claimed one of them", (db, process) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(1))
      yield* learn(db, makeThread(2))
      yield* db.claims.acquire(idOf(2), "a pass", Duration.minutes(10))
      const error = yield* Effect.flip(db.forgetting.forget([idOf(1), idOf(2)]))
      assert.instanceOf(error, ThreadsClaimed)
      assert.isTrue(Option.isSome(yield* db.threadMemories.get({ threadId: idOf(1), cwd: ferry })))
      process.isGone = true
      yield* db.forgetting.forget([idOf(1), idOf(2)])
      assert.strictEqual(yield* db.threadIndex.count, 0)
    }))
})
