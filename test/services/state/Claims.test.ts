import { safe } from "../../../src/domain/privacy/SafeText.js"
import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { assert, it } from "@effect/vitest"
import { Arbitrary, Duration, Effect, FastCheck, Option, Schema, TestClock } from "effect"
import { notTried } from "../../../src/domain/thread/Extraction.js"
import type { Thread } from "../../../src/domain/thread/Thread.js"
import { type Claim, ClaimLost } from "../../../src/services/state/Claims.js"
import type { FactsForgotten } from "../../../src/services/state/ThreadMemories.js"
import type { StateDbFailure } from "../../../src/services/state/StateDbError.js"
import type { ThreadPage } from "../../../src/services/state/ThreadIndex.js"
import { startOfFixtures } from "../../../src/testing/RolloutBuilder.js"
import {
  changesOf,
  type Db,
  ferry,
  HandClock,
  idOf,
  learn,
  makeMemory,
  makeThread,
  storedAlone
} from "../../support/rows.js"
import { contract } from "../../support/stateDb.js"
import { nonEmpty } from "../../support/nonEmpty.js"

const lease = Duration.seconds(600)

const index = (db: Db, ...threads: ReadonlyArray<Thread>) => db.threadIndex.change(changesOf({ threads }))

const everything: ThreadPage = { pageSize: 200, after: undefined, withMissing: true }

const recordOf = (db: Db, number: number) => Effect.flatten(db.threadIndex.get(idOf(number)))

const take = (db: Db, number: number, owner: string, duration: Duration.Duration = lease) =>
  Effect.flatten(db.claims.acquire(idOf(number), owner, duration))

const failure = {
  errorTag: "MalformedAnswer",
  errorMessage: safe`no JSON`,
  content: { size: 4_001, hash: "cd".repeat(32) },
  modifiedAt: startOfFixtures,
  retryAt: startOfFixtures + 600_000,
  attempts: 1
}

/** That a claim was lost is told by a typed error. */
const isLost = Effect.fnUntraced(function* (
  use: Effect.Effect<Thread | void, ClaimLost | FactsForgotten | StateDbFailure>,
  claim: Claim
) {
  const error = yield* Effect.flip(use)
  assert.instanceOf(error, ClaimLost)
  assert.strictEqual(error.threadId, claim.threadId)
})

contract("claims", ({ numRuns, provided, test }) => {
  test("a claim has one owner at a time, who may claim again", (db) =>
    Effect.gen(function* () {
      yield* index(db, makeThread(1), makeThread(2))
      const claim = { threadId: idOf(1), owner: "one" }
      assert.deepStrictEqual(yield* db.claims.acquire(idOf(1), "one", lease), Option.some(claim))
      assert.isTrue(Option.isNone(yield* db.claims.acquire(idOf(1), "two", lease)))
      assert.deepStrictEqual(yield* db.claims.acquire(idOf(1), "one", lease), Option.some(claim))
      assert.isTrue(Option.isSome(yield* db.claims.acquire(idOf(2), "two", lease)))
      assert.isTrue(Option.isNone(yield* db.claims.acquire(idOf(3), "one", lease)))
      const { extraction } = yield* recordOf(db, 1)
      assert.strictEqual(extraction.claimOwner, "one")
      assert.strictEqual(extraction.claimExpiresAt, 600_000)
    }))

  test("a claim has one owner, however many ask at the same moment", (db) =>
    Effect.gen(function* () {
      const numbers = Array.from({ length: 20 }, (_, number) => number)
      yield* index(db, ...numbers.map((number) => makeThread(number)))
      const taken = yield* Effect.forEach(
        numbers.flatMap((number) => ["one", "two", "three"].map((owner) => ({ number, owner }))),
        ({ number, owner }) => db.claims.acquire(idOf(number), owner, lease),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        taken.flatMap(Option.toArray).map(({ threadId }) => threadId),
        numbers.map(idOf)
      )
    }).pipe(new HandClock().provide))

  test("a claim ends at the very instant its lease does", (db) =>
    Effect.gen(function* () {
      yield* index(db, makeThread(1))
      yield* take(db, 1, "one")
      yield* TestClock.setTime(599_999)
      assert.isTrue(Option.isNone(yield* db.claims.acquire(idOf(1), "two", lease)))
      yield* TestClock.setTime(600_000)
      assert.isTrue(Option.isSome(yield* db.claims.acquire(idOf(1), "two", lease)))
    }))

  test("a claim's lease starts anew when it is renewed", (db) =>
    Effect.gen(function* () {
      yield* index(db, makeThread(1))
      const claim = yield* take(db, 1, "one")
      yield* TestClock.setTime(500_000)
      yield* db.claims.renew(claim, lease)
      yield* TestClock.setTime(1_099_999)
      assert.isTrue(Option.isNone(yield* db.claims.acquire(idOf(1), "two", lease)))
      yield* TestClock.setTime(1_100_000)
      yield* take(db, 1, "two")
      yield* isLost(db.claims.renew(claim, lease), claim)
    }))

  test("a claim without duration excludes nobody", (db) =>
    Effect.gen(function* () {
      yield* index(db, makeThread(1))
      yield* take(db, 1, "one", Duration.zero)
      yield* take(db, 1, "two", Duration.millis(-5))
      yield* take(db, 1, "three")
      assert.isTrue(Option.isNone(yield* db.claims.acquire(idOf(1), "one", Duration.zero)))
    }))

  test("a claim can be released without an attempt, by its owner alone", (db) =>
    Effect.gen(function* () {
      yield* index(db, makeThread(1))
      const claim = yield* take(db, 1, "one")
      assert.isFalse(yield* db.claims.release({ ...claim, owner: "two" }))
      assert.isTrue(Option.isNone(yield* db.claims.acquire(idOf(1), "two", lease)))
      assert.isTrue(yield* db.claims.release(claim))
      assert.isFalse(yield* db.claims.release(claim))
      assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).extraction }, { ...notTried })
      yield* take(db, 1, "two")
    }))

  test("a claim whose process is gone excludes nobody, and is not shown", (db, process) =>
    Effect.gen(function* () {
      yield* index(db, makeThread(1), makeThread(2))
      const claim = yield* take(db, 1, "one")
      yield* take(db, 2, "one")
      process.isGone = true
      assert.isNull((yield* recordOf(db, 1)).extraction.claimOwner)
      assert.deepStrictEqual(
        (yield* db.threadIndex.unlearned(everything)).map(({ extraction }) => extraction.claimExpiresAt),
        [null, null]
      )
      assert.deepStrictEqual(
        (yield* db.claims.holders).map(({ isAbandoned, of, owner }) => [of, owner, isAbandoned]),
        [
          [idOf(1), "one", true],
          [idOf(2), "one", true]
        ]
      )
      assert.isTrue(Option.isSome(yield* db.claims.acquire(idOf(1), "two", lease)))
      process.isGone = false
      assert.isTrue(Option.isNone(yield* db.claims.acquire(idOf(1), "three", lease)))
      assert.isTrue(Option.isNone(yield* db.claims.acquire(idOf(2), "three", lease)))
      yield* isLost(db.claims.renew(claim, lease), claim)
    }))

  const losers: ReadonlyArray<
    readonly [
      string,
      (
        db: Db,
        claim: Claim,
        thread: Thread
      ) => Effect.Effect<Thread | void, ClaimLost | FactsForgotten | StateDbFailure>
    ]
  > = [
    ["renewing", (db, claim) => db.claims.renew(claim, lease)],
    ["completing its thread", (db, claim, thread) => db.threadIndex.complete(claim, thread)],
    ["storing a memory", (db, claim, thread) => db.threadMemories.store(claim, ...storedAlone(makeMemory(thread)))],
    ["storing that there is nothing", (db, claim, thread) => db.threadMemories.storeNothing(claim, makeMemory(thread))],
    ["storing a failure", (db, claim) => db.claims.recordFailure(claim, failure)]
  ]
  for (const [what, use] of losers) {
    test(`a lost claim fails ${what} with a typed error, and nothing of it is stored`, (db) =>
      Effect.gen(function* () {
        yield* learn(db, makeThread(1))
        const lost = yield* take(db, 1, "one")
        const later = makeThread(1, {
          title: safe`another`,
          updatedAt: startOfFixtures + 1e9,
          cwd: Directory.make("/home/ada/tram")
        })
        const unused: Claim = { threadId: idOf(1), owner: "never" }
        const unknown: Claim = { threadId: idOf(9), owner: "one" }
        yield* TestClock.setTime(600_000)
        yield* take(db, 1, "two")
        const before = [
          yield* recordOf(db, 1),
          yield* db.threadMemories.get({ threadId: idOf(1), cwd: ferry }),
          yield* db.consolidations.dirty(10)
        ]
        for (const claim of [lost, unused, unknown]) {
          yield* isLost(use(db, claim, later), claim)
        }
        const after = [
          yield* recordOf(db, 1),
          yield* db.threadMemories.get({ threadId: idOf(1), cwd: ferry }),
          yield* db.consolidations.dirty(10)
        ]
        assert.deepStrictEqual(after, before)
        assert.deepStrictEqual((yield* db.consolidations.state(ferry, 10)).removals, [])

        const used: Claim = { threadId: idOf(1), owner: "two" }
        yield* db.threadMemories.storeNothing(used, makeMemory(later))
        yield* isLost(use(db, used, later), used)
      }))
  }

  const Act = Schema.Union(
    Schema.Struct({
      act: Schema.Literal("claim", "renew", "release", "store"),
      owner: Schema.Literal("one", "two")
    }),
    Schema.Struct({ act: Schema.Literal("wait"), time: Schema.Int.pipe(Schema.between(0, 12)) })
  )

  it.effect.prop(
    "a claim is believed in by one owner at most, whatever two of them do",
    [FastCheck.array(Arbitrary.make(Act), { minLength: 1, maxLength: 40, size: "max" })],
    ([acts]) => {
      const clock = new HandClock()
      return provided((db) =>
        Effect.gen(function* () {
          const length = 10
          const duration = Duration.millis(length)
          yield* index(db, makeThread(1))
          let held: { readonly owner: string; readonly until: number } | undefined
          const believed = new Map<string, number>()
          for (const action of nonEmpty(acts)) {
            if (action.act === "wait") {
              clock.now += action.time
              continue
            }
            const { now } = clock
            const { act, owner } = action
            const claim = { threadId: idOf(1), owner }
            const isOurs = held?.owner === owner
            if (act === "claim") {
              const isFree = held === undefined || isOurs || held.until <= now
              assert.strictEqual(Option.isSome(yield* db.claims.acquire(claim.threadId, owner, duration)), isFree)
              held = isFree ? { owner, until: now + length } : held
            } else if (act === "renew") {
              assert.strictEqual(yield* Effect.isSuccess(db.claims.renew(claim, duration)), isOurs)
              held = isOurs ? { owner, until: now + length } : held
            } else {
              const end =
                act === "release"
                  ? db.claims.release(claim)
                  : Effect.isSuccess(db.claims.recordFailure(claim, { ...failure, retryAt: 0 }))
              assert.strictEqual(yield* end, isOurs)
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
    { fastCheck: { numRuns } }
  )

  test("a retried thread has no failures, and one that never failed stays unchanged", (db) =>
    Effect.gen(function* () {
      yield* db.threadIndex.change(changesOf({ threads: [makeThread(1)] }))
      assert.isFalse(yield* db.claims.retry(idOf(1)))
      const claim = yield* Effect.flatten(db.claims.acquire(idOf(1), "a pass", Duration.minutes(10)))
      yield* db.claims.recordFailure(claim, {
        errorTag: "MalformedAnswer",
        errorMessage: safe`no JSON`,
        content: { size: 4_001, hash: "cd".repeat(32) },
        modifiedAt: startOfFixtures,
        retryAt: undefined,
        attempts: 5
      })
      assert.isTrue(yield* db.claims.retry(idOf(1)))
      const { extraction } = yield* Effect.flatten(db.threadIndex.get(idOf(1)))
      assert.deepInclude({ ...extraction }, { attempts: 0, isQuarantined: false, errorTag: null, retryAt: null })
      assert.isFalse(yield* db.claims.retry(idOf(1)))
    }))
})
