import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { safe } from "../../../src/domain/privacy/SafeText.js"
import { type Db, ferry, learn, makeThread } from "../../support/rows.js"
import { contract } from "../../support/stateDb.js"

const dirty = (db: Db) => Effect.map(db.consolidations.dirty(10), (all) => all.map(({ cwd }) => cwd))

const publish = (db: Db) =>
  Effect.flatMap(db.consolidations.state(ferry, 10), ({ fingerprint }) =>
    db.consolidations.recordPublished(ferry, fingerprint)
  )

contract("notes", ({ test }) => {
  test("a note makes its directory due until it is published, and again when it is removed", (db) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(1))
      yield* publish(db)
      yield* db.notes.add(ferry, safe`one`)
      yield* db.notes.add(ferry, safe`two`)
      yield* db.notes.add(ferry, safe`one`)
      assert.deepStrictEqual((yield* db.consolidations.state(ferry, 10)).notes, [safe`one`, safe`two`])
      assert.deepStrictEqual(yield* dirty(db), [ferry])
      yield* publish(db)
      assert.deepStrictEqual(yield* dirty(db), [])
      yield* db.notes.remove([1])
      assert.deepStrictEqual((yield* db.consolidations.state(ferry, 10)).notes, [safe`two`])
      assert.deepStrictEqual(yield* dirty(db), [ferry])
    }))

  test("a note for a directory without any session makes it due", (db) =>
    Effect.gen(function* () {
      yield* db.notes.add(ferry, safe`one`)
      assert.deepStrictEqual(yield* dirty(db), [ferry])
      yield* publish(db)
      assert.deepStrictEqual(yield* dirty(db), [])
      yield* db.notes.remove([1])
      assert.deepStrictEqual(yield* dirty(db), [ferry])
    }))
})
