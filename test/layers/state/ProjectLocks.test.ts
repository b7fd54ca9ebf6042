import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Duration, Effect, FastCheck, Layer, Schema, TestClock } from "effect"
import { statements } from "../../../src/layers/state/ProjectLocks.js"
import { memoryConnection } from "../../../src/layers/state/sqlite/Connection.js"
import { migrate } from "../../../src/layers/state/sqlite/Migrations.js"
import { Queries } from "../../../src/layers/state/sqlite/Queries.js"
import type { StateDbUnavailable } from "../../../src/services/state/StateDbError.js"
import type { LockStatements } from "../../../src/services/state/ProjectLocks.js"
import { ferry, HandClock, OneProcess } from "../../support/rows.js"
import { nonEmpty } from "../../support/nonEmpty.js"

const lease = Duration.seconds(600)

const provided = <A, E>(
  body: (db: LockStatements, process: OneProcess) => Effect.Effect<A, E>
): Effect.Effect<A, E | StateDbUnavailable> => {
  const process = new OneProcess()
  const queries = Queries.layer({ access: "write", path: undefined }).pipe(
    Layer.provide(Layer.provideMerge(Layer.effectDiscard(migrate(undefined)), memoryConnection())),
    Layer.provide(process.layer)
  )
  return Effect.provide(
    Effect.flatMap(Queries, (queries) => body(statements(queries), process)),
    queries
  )
}

const test = <E>(title: string, body: (db: LockStatements, process: OneProcess) => Effect.Effect<void, E>) =>
  it.effect(title, () => provided(body))

describe("locks of projects", () => {
  test("a lock has one owner at a time, who may acquire it again", (db) =>
    Effect.gen(function* () {
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "one", lease }))
      assert.isFalse(yield* db.acquire({ cwd: ferry, owner: "two", lease }))
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "one", lease }))
      assert.isTrue(yield* db.acquire({ cwd: Directory.make("/home/ada/tram"), owner: "two", lease }))
    }))

  test("a lock has one owner, however many ask at the same moment", (db) =>
    Effect.gen(function* () {
      const taken = yield* Effect.forEach(
        ["one", "two", "three"],
        (owner) => db.acquire({ cwd: ferry, owner, lease }),
        {
          concurrency: "unbounded"
        }
      )
      assert.lengthOf(taken.filter(Boolean), 1)
    }).pipe(new HandClock().provide))

  test("a lock is stale exactly when its lease is over", (db) =>
    Effect.gen(function* () {
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "one", lease }))
      yield* TestClock.setTime(599_999)
      assert.isFalse(yield* db.acquire({ cwd: ferry, owner: "two", lease }))
      yield* TestClock.setTime(600_000)
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "two", lease }))
      assert.isFalse(yield* db.acquire({ cwd: ferry, owner: "one", lease }))
    }))

  test("a lock's lease starts anew when it is acquired again or renewed", (db) =>
    Effect.gen(function* () {
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "one", lease }))
      yield* TestClock.setTime(400_000)
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "one", lease }))
      yield* TestClock.setTime(800_000)
      assert.isFalse(yield* db.acquire({ cwd: ferry, owner: "two", lease }))
      assert.isTrue(yield* db.renew({ cwd: ferry, owner: "one", lease }))
      yield* TestClock.setTime(1_399_000)
      assert.isFalse(yield* db.acquire({ cwd: ferry, owner: "two", lease }))
      yield* TestClock.setTime(1_400_000)
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "two", lease }))
    }))

  test("a lock with a lease of zero or less excludes nobody", (db) =>
    Effect.gen(function* () {
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "one", lease }))
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "two", lease: Duration.zero }))
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "three", lease: Duration.seconds(-600) }))
      assert.isFalse(yield* db.acquire({ cwd: ferry, owner: "one", lease }))
      assert.isFalse(yield* db.release({ cwd: ferry, owner: "two", lease }))
      assert.isTrue(yield* db.release({ cwd: ferry, owner: "three", lease }))
    }))

  test("a lock is released by its owner alone", (db) =>
    Effect.gen(function* () {
      assert.isFalse(yield* db.release({ cwd: ferry, owner: "one", lease }))
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "one", lease }))
      assert.isFalse(yield* db.release({ cwd: ferry, owner: "two", lease }))
      assert.isFalse(yield* db.acquire({ cwd: ferry, owner: "two", lease }))
      assert.isTrue(yield* db.release({ cwd: ferry, owner: "one", lease }))
      assert.isFalse(yield* db.release({ cwd: ferry, owner: "one", lease }))
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "two", lease }))
    }))

  test("a lock is not acquired by a renewal, whether it is free or another's", (db) =>
    Effect.gen(function* () {
      assert.isFalse(yield* db.renew({ cwd: ferry, owner: "one", lease }))
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "one", lease }))
      yield* TestClock.setTime(600_000)
      assert.isFalse(yield* db.renew({ cwd: ferry, owner: "two", lease }))
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "two", lease }))
      assert.isFalse(yield* db.renew({ cwd: ferry, owner: "one", lease }))
      assert.isTrue(yield* db.renew({ cwd: ferry, owner: "two", lease }))
    }))

  test("a lock whose process is gone is taken over at once", (db, process) =>
    Effect.gen(function* () {
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "one", lease }))
      process.isGone = true
      assert.isTrue(yield* db.acquire({ cwd: ferry, owner: "two", lease }))
      process.isGone = false
      assert.isFalse(yield* db.acquire({ cwd: ferry, owner: "three", lease }))
      assert.isFalse(yield* db.renew({ cwd: ferry, owner: "one", lease }))
      assert.isFalse(yield* db.release({ cwd: ferry, owner: "one", lease }))
      assert.isTrue(yield* db.renew({ cwd: ferry, owner: "two", lease }))
    }))

  const Act = Schema.Union(
    Schema.Struct({ act: Schema.Literal("acquire", "renew", "release"), owner: Schema.Literal("one", "two") }),
    Schema.Struct({ act: Schema.Literal("wait"), time: Schema.Int.pipe(Schema.between(0, 12)) })
  )

  it.effect.prop(
    "a lock is believed in by one owner at most, whatever two of them do",
    [FastCheck.array(Arbitrary.make(Act), { minLength: 1, maxLength: 40, size: "max" })],
    ([acts]) => {
      const clock = new HandClock()
      return provided((db) =>
        Effect.gen(function* () {
          const length = 10
          let held: { readonly owner: string; readonly since: number } | undefined
          const believed = new Map<string, number>()
          for (const action of nonEmpty(acts)) {
            if (action.act === "wait") {
              clock.now += action.time * 1_000
              continue
            }
            const now = clock.now / 1_000
            const { act, owner } = action
            const isOurs = held?.owner === owner
            if (act === "acquire") {
              const isFree = held === undefined || isOurs || held.since <= now - length
              assert.strictEqual(yield* db.acquire({ cwd: ferry, owner, lease: Duration.seconds(length) }), isFree)
              held = isFree ? { owner, since: now } : held
            } else if (act === "renew") {
              assert.strictEqual(yield* db.renew({ cwd: ferry, owner, lease }), isOurs)
              held = isOurs ? { owner, since: now } : held
            } else {
              assert.strictEqual(yield* db.release({ cwd: ferry, owner, lease }), isOurs)
              held = isOurs ? undefined : held
            }
            if (held?.owner === owner) {
              believed.set(owner, now + length)
            } else {
              believed.delete(owner)
            }
            assert.isAtMost([...believed.values()].filter((until) => until > now).length, 1)
          }
        })
      ).pipe(clock.provide)
    },
    { fastCheck: { numRuns: 100 } }
  )
})
