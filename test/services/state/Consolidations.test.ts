import { redact } from "../../../src/domain/privacy/Redaction.js"
import { safe } from "../../../src/domain/privacy/SafeText.js"
import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { assert, it } from "@effect/vitest"
import { Arbitrary, Duration, Effect, FastCheck, Schema } from "effect"
import { fingerprintOf } from "../../../src/domain/memory/Consolidation.js"
import type { Thread } from "../../../src/domain/thread/Thread.js"
import { changesOf, type Db, ferry, idOf, learn, makeMemory, makeThread } from "../../support/rows.js"
import { contract } from "../../support/stateDb.js"
import { nonEmpty } from "../../support/nonEmpty.js"

const lease = Duration.seconds(600)

const index = (db: Db, ...threads: ReadonlyArray<Thread>) => db.threadIndex.change(changesOf({ threads }))

const take = (db: Db, number: number, owner: string, duration: Duration.Duration = lease) =>
  Effect.flatten(db.claims.acquire(idOf(number), owner, duration))

const isDirty = (db: Db, cwd: Directory, traces = 10) =>
  Effect.map(db.consolidations.dirty(traces), (directories) => directories.some((directory) => directory.cwd === cwd))

/** Publishes what a directory holds now. */
const publish = (db: Db, cwd: Directory, traces = 10) =>
  Effect.flatMap(db.consolidations.state(cwd, traces), ({ fingerprint }) =>
    db.consolidations.recordPublished(cwd, fingerprint)
  )

contract("directories", ({ numRuns, provided, test }) => {
  test("a directory is due until exactly its memories were published", (db) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* db.consolidations.dirty(10), [])
      yield* index(db, makeThread(1))
      assert.deepStrictEqual(yield* db.consolidations.dirty(10), [])
      yield* learn(db, makeThread(1))
      assert.deepStrictEqual(yield* db.consolidations.dirty(10), [{ cwd: ferry, attempts: 0, retryAt: undefined }])
      const state = yield* db.consolidations.state(ferry, 10)
      assert.deepStrictEqual(state, {
        memories: yield* db.threadMemories.last(ferry, 10),
        earlier: [],
        notes: [],
        fingerprint: fingerprintOf(state.memories),
        published: undefined,
        attempts: 0,
        removals: []
      })

      yield* learn(db, makeThread(2))
      yield* db.consolidations.recordPublished(ferry, state.fingerprint)
      assert.isTrue(yield* isDirty(db, ferry))
      assert.strictEqual((yield* db.consolidations.state(ferry, 10)).published, state.fingerprint)
      yield* publish(db, ferry)
      assert.deepStrictEqual(yield* db.consolidations.dirty(10), [])

      yield* learn(db, makeThread(2), { updatedAt: makeThread(2).updatedAt + 1, slug: "renamed" })
      assert.deepStrictEqual(yield* db.consolidations.dirty(10), [])
      yield* learn(db, makeThread(2), { traceSummary: safe`# Another` })
      assert.isTrue(yield* isDirty(db, ferry))
    }))

  test("a directory is due when the same memories come in another order", (db) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(1))
      yield* learn(db, makeThread(2))
      yield* publish(db, ferry)
      yield* learn(db, makeThread(1), { updatedAt: makeThread(2).updatedAt + 1 })
      assert.isTrue(yield* isDirty(db, ferry))
    }))

  test("a directory's consolidation covers its newest memories, and the lines of earlier ones", (db) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(2))
      yield* learn(db, makeThread(3))
      yield* publish(db, ferry, 2)
      assert.isFalse(yield* isDirty(db, ferry, 2))
      assert.isFalse(yield* isDirty(db, ferry, 3))
      assert.isTrue(yield* isDirty(db, ferry, 1))
      yield* learn(db, makeThread(1))
      assert.isTrue(yield* isDirty(db, ferry, 2))
      const state = yield* db.consolidations.state(ferry, 2)
      assert.deepStrictEqual(
        state.memories.map(({ threadId }) => threadId),
        [idOf(3), idOf(2)]
      )
      const all = yield* db.threadMemories.last(ferry, 10)
      assert.deepStrictEqual(
        state.earlier,
        all.slice(2).map(({ threadId, version }) => ({ threadId, version }))
      )
      assert.lengthOf(state.earlier, 1)
      yield* publish(db, ferry, 2)
      assert.isFalse(yield* isDirty(db, ferry, 2))
      assert.isTrue(yield* isDirty(db, ferry, 3))
      yield* learn(db, makeThread(4))
      assert.isTrue(yield* isDirty(db, ferry, 2))
    }))

  test("a directory counts the failures of exactly these inputs, until they are published", (db) =>
    Effect.gen(function* () {
      const failed = (retryAt: number) => ({ errorTag: "PublishRefused", errorMessage: safe`no`, retryAt })
      yield* learn(db, makeThread(1))
      const { fingerprint } = yield* db.consolidations.state(ferry, 10)
      yield* db.consolidations.recordFailure(ferry, fingerprint, failed(1_000))
      assert.deepStrictEqual(yield* db.consolidations.dirty(10), [{ cwd: ferry, attempts: 1, retryAt: 1_000 }])
      yield* db.consolidations.recordFailure(ferry, fingerprint, failed(5_000))
      assert.deepStrictEqual(yield* db.consolidations.dirty(10), [{ cwd: ferry, attempts: 2, retryAt: 5_000 }])
      assert.strictEqual((yield* db.consolidations.state(ferry, 10)).attempts, 2)

      yield* learn(db, makeThread(2))
      assert.deepStrictEqual(yield* db.consolidations.dirty(10), [{ cwd: ferry, attempts: 0, retryAt: undefined }])
      const state = yield* db.consolidations.state(ferry, 10)
      assert.strictEqual(state.attempts, 0)
      yield* db.consolidations.recordFailure(ferry, state.fingerprint, failed(9_000))
      assert.deepStrictEqual(yield* db.consolidations.dirty(10), [{ cwd: ferry, attempts: 1, retryAt: 9_000 }])
      assert.isUndefined((yield* db.consolidations.state(ferry, 10)).published)

      yield* db.consolidations.recordPublished(ferry, state.fingerprint)
      assert.deepStrictEqual(yield* db.consolidations.dirty(10), [])
      yield* db.consolidations.recordFailure(ferry, "later", failed(9_000))
      assert.strictEqual((yield* db.consolidations.state(ferry, 10)).published, state.fingerprint)
      assert.deepStrictEqual(yield* db.consolidations.dirty(10), [])
    }))

  test("an emptied directory is due until that is published, and its removals are recorded until then", (db) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(1))
      yield* learn(db, makeThread(2))
      yield* publish(db, ferry)
      yield* db.threadIndex.delete(idOf(1))
      yield* db.threadMemories.storeNothing(yield* take(db, 2, "one"), makeMemory(makeThread(2)))
      assert.deepStrictEqual(yield* db.consolidations.dirty(10), [{ cwd: ferry, attempts: 0, retryAt: undefined }])
      const state = yield* db.consolidations.state(ferry, 10)
      assert.strictEqual(state.fingerprint, "")
      assert.deepStrictEqual(state.memories, [])
      assert.deepStrictEqual([...state.removals].sort(), [1, 2].map(idOf))
      yield* db.consolidations.recordPublished(ferry, state.fingerprint)
      assert.deepStrictEqual(yield* db.consolidations.dirty(10), [])
      assert.deepStrictEqual((yield* db.consolidations.state(ferry, 10)).removals, [])
    }))

  test("a directory emptied before any publication is due too, because of its files", (db) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(1))
      yield* learn(db, makeThread(2, { cwd: Directory.make("/home/ada/tram") }))
      yield* db.threadMemories.storeNothing(yield* take(db, 1, "one"), makeMemory(makeThread(1)))
      yield* db.threadIndex.delete(idOf(2))
      const dirty = yield* db.consolidations.dirty(10)
      assert.deepStrictEqual(
        dirty.map(({ cwd }) => cwd),
        [ferry, "/home/ada/tram"]
      )
      yield* db.consolidations.recordPublished(ferry, "")
      yield* db.consolidations.recordPublished(Directory.make("/home/ada/tram"), "")
      assert.deepStrictEqual(yield* db.consolidations.dirty(10), [])
    }))

  test("due directories are listed in the order of their paths, each with its own state", (db) =>
    Effect.gen(function* () {
      const cwds = ["/c", "/a", "/b"].map((cwd) => Directory.make(cwd))
      for (const [at, cwd] of cwds.entries()) {
        yield* learn(db, makeThread(at + 1, { cwd }))
      }
      assert.deepStrictEqual(
        (yield* db.consolidations.dirty(10)).map(({ cwd }) => cwd),
        ["/a", "/b", "/c"]
      )
      yield* publish(db, Directory.make("/b"))
      assert.deepStrictEqual(
        (yield* db.consolidations.dirty(10)).map(({ cwd }) => cwd),
        ["/a", "/c"]
      )
      assert.deepStrictEqual((yield* db.consolidations.state(Directory.make("/nowhere"), 10)).memories, [])
    }))

  const Act = Schema.Struct({
    act: Schema.Literal("learn", "learn", "forget", "delete", "move", "publish", "fail"),
    number: Schema.Int.pipe(Schema.between(1, 4)),
    cwd: Schema.Literal("/a", "/b").pipe(Schema.brand("Directory")),
    says: Schema.Literal("one thing", "another")
  })

  it.effect.prop(
    "a directory is due exactly when its memories differ from those published",
    [FastCheck.array(Arbitrary.make(Act), { minLength: 1, maxLength: 20, size: "max" })],
    ([acts]) =>
      provided((db) =>
        Effect.gen(function* () {
          for (const { act, cwd, number, says } of nonEmpty(acts)) {
            const thread = makeThread(number, { cwd })
            const { fingerprint } = yield* db.consolidations.state(cwd, 2)
            if (act === "learn") {
              yield* learn(db, thread, { memorySummary: redact(says) })
            } else if (act === "forget") {
              yield* index(db, thread)
              yield* db.threadMemories.storeNothing(yield* take(db, number, "one"), makeMemory(thread))
            } else if (act === "delete") {
              yield* db.threadIndex.delete(thread.id)
            } else if (act === "move") {
              yield* index(db, thread)
            } else if (act === "publish") {
              yield* db.consolidations.recordPublished(cwd, fingerprint)
            } else {
              yield* db.consolidations.recordFailure(cwd, fingerprint, {
                errorTag: "E",
                errorMessage: redact(says),
                retryAt: number
              })
            }
            const dirty: Array<string> = []
            for (const each of [Directory.make("/a"), Directory.make("/b")]) {
              const state = yield* db.consolidations.state(each, 2)
              assert.strictEqual(state.fingerprint, fingerprintOf(state.memories, state.earlier))
              const isEmptied = state.memories.length === 0 && state.removals.length > 0
              if (state.fingerprint !== (state.published ?? "") || isEmptied) {
                dirty.push(each)
              }
            }
            assert.deepStrictEqual(
              (yield* db.consolidations.dirty(2)).map((directory) => directory.cwd),
              dirty
            )
          }
        })
      ),
    { fastCheck: { numRuns } }
  )

  test("a directory whose consolidation was forgotten is due while it has memories", (db) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(1))
      yield* publish(db, ferry)
      yield* db.consolidations.forget(ferry)
      assert.deepStrictEqual(
        (yield* db.consolidations.dirty(10)).map(({ cwd }) => cwd),
        [ferry]
      )
    }))
})
