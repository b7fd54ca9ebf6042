import { safe } from "../../../src/domain/privacy/SafeText.js"
import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { assert } from "@effect/vitest"
import { Duration, Effect, Option, TestClock } from "effect"
import { notTried } from "../../../src/domain/thread/Extraction.js"
import type { Thread } from "../../../src/domain/thread/Thread.js"
import type { ThreadPage } from "../../../src/services/state/ThreadIndex.js"
import { startOfFixtures } from "../../../src/testing/RolloutBuilder.js"
import { changesOf, type Db, ferry, idOf, learn, makeMemory, makeThread } from "../../support/rows.js"
import { contract } from "../../support/stateDb.js"

const lease = Duration.seconds(600)

const index = (db: Db, ...threads: ReadonlyArray<Thread>) => db.threadIndex.change(changesOf({ threads }))

const everything: ThreadPage = { pageSize: 200, after: undefined, withMissing: true }

const listed = (db: Db, page: Partial<ThreadPage> = {}) =>
  Effect.map(db.threadIndex.unlearned({ ...everything, ...page }), (records) => records.map(({ thread }) => thread.id))

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

const isDirty = (db: Db, cwd: Directory, traces = 10) =>
  Effect.map(db.consolidations.dirty(traces), (directories) => directories.some((directory) => directory.cwd === cwd))

/** Publishes what a directory holds now. */
const publish = (db: Db, cwd: Directory, traces = 10) =>
  Effect.flatMap(db.consolidations.state(cwd, traces), ({ fingerprint }) =>
    db.consolidations.recordPublished(cwd, fingerprint)
  )

contract("memories", ({ test }) => {
  test("says how much of what a model quoted was found, and nothing where nobody looked", (db) =>
    Effect.gen(function* () {
      const grounding = { items: 7, grounded: 5 }
      yield* learn(db, makeThread(1), { grounding })
      yield* learn(db, makeThread(2))
      assert.deepStrictEqual((yield* Effect.flatten(db.threadMemories.get(idOf(1)))).grounding, grounding)
      assert.isFalse("grounding" in (yield* Effect.flatten(db.threadMemories.get(idOf(2)))))
    }))

  test("are stored by the claim's owner, which ends the claim and forgets failures", (db) =>
    Effect.gen(function* () {
      const thread = makeThread(1)
      yield* index(db, thread)
      yield* db.claims.recordFailure(yield* take(db, 1, "one"), failure)
      const memory = makeMemory(thread)
      yield* db.threadMemories.store(yield* take(db, 1, "one"), memory)
      const { extraction } = yield* recordOf(db, 1)
      assert.deepStrictEqual(
        { ...extraction },
        { ...notTried, outcome: "memory", learnedUpdatedAt: thread.updatedAt, learnedSize: thread.rolloutSize }
      )
      const stored = yield* Effect.flatten(db.threadMemories.get(idOf(1)))
      assert.match(stored.version, /^[0-9a-f]{64}$/)
      assert.deepStrictEqual(stored, {
        threadId: idOf(1),
        cwd: ferry,
        rolloutPath: thread.rolloutPath,
        traceSummary: memory.traceSummary,
        memorySummary: memory.memorySummary,
        slug: memory.slug,
        updatedAt: thread.updatedAt,
        version: stored.version
      })
      assert.isTrue(Option.isSome(yield* db.claims.acquire(idOf(1), "two", lease)))
    }))

  test("replace the one before, and are another version only where they say something else", (db) =>
    Effect.gen(function* () {
      const thread = makeThread(1)
      yield* learn(db, thread)
      const first = yield* Effect.flatten(db.threadMemories.get(idOf(1)))
      yield* learn(db, thread, { updatedAt: thread.updatedAt + 9, slug: "renamed" })
      const restamped = yield* Effect.flatten(db.threadMemories.get(idOf(1)))
      assert.deepStrictEqual(restamped, { ...first, updatedAt: thread.updatedAt + 9, slug: "renamed" })
      yield* learn(db, thread, { memorySummary: safe`something else` })
      const second = yield* Effect.flatten(db.threadMemories.get(idOf(1)))
      assert.notStrictEqual(second.version, first.version)
      assert.deepStrictEqual(yield* db.threadMemories.last(ferry, 10), [second])
      assert.deepStrictEqual((yield* db.consolidations.state(ferry, 10)).removals, [])
    }))

  test("that are nothing end the claim, and take an earlier memory away on record", (db) =>
    Effect.gen(function* () {
      const thread = makeThread(1)
      yield* index(db, thread)
      yield* db.threadMemories.storeNothing(yield* take(db, 1, "one"), makeMemory(thread))
      assert.deepStrictEqual((yield* db.consolidations.state(ferry, 10)).removals, [])
      yield* learn(db, thread)
      yield* db.threadMemories.storeNothing(yield* take(db, 1, "one"), makeMemory(thread))
      assert.deepStrictEqual(
        { ...(yield* recordOf(db, 1)).extraction },
        { ...notTried, outcome: "nothing", learnedUpdatedAt: thread.updatedAt, learnedSize: thread.rolloutSize }
      )
      assert.isTrue(Option.isNone(yield* db.threadMemories.get(idOf(1))))
      assert.deepStrictEqual((yield* db.consolidations.state(ferry, 10)).removals, [idOf(1)])
    }))

  test("that failed leave what was learned before, and say when to try again", (db) =>
    Effect.gen(function* () {
      const thread = makeThread(1)
      yield* learn(db, thread)
      yield* db.claims.recordFailure(yield* take(db, 1, "one"), failure)
      const failed = {
        ...notTried,
        outcome: "memory" as const,
        learnedUpdatedAt: thread.updatedAt,
        learnedSize: thread.rolloutSize,
        attempts: 1,
        retryAt: failure.retryAt,
        errorTag: failure.errorTag,
        errorMessage: failure.errorMessage,
        failedSize: failure.content.size,
        failedHash: failure.content.hash,
        failedModifiedAt: failure.modifiedAt
      }
      assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).extraction }, failed)
      assert.isTrue(Option.isSome(yield* db.threadMemories.get(idOf(1))))

      yield* db.claims.keepFailure(idOf(1), failure.modifiedAt + 7)
      assert.strictEqual((yield* recordOf(db, 1)).extraction.failedModifiedAt, failure.modifiedAt + 7)

      yield* db.claims.recordFailure(yield* take(db, 1, "one"), {
        ...failure,
        content: { size: 4_001, hash: null },
        retryAt: undefined,
        attempts: 2
      })
      assert.deepStrictEqual(
        { ...(yield* recordOf(db, 1)).extraction },
        { ...failed, attempts: 2, retryAt: null, isQuarantined: true, failedHash: null }
      )
    }))

  test("that never failed have no failure to keep", (db) =>
    Effect.gen(function* () {
      yield* index(db, makeThread(1))
      yield* db.claims.keepFailure(idOf(1), 7)
      yield* db.claims.keepFailure(idOf(2), 7)
      assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).extraction }, { ...notTried })
    }))

  test("are of the thread as a whole read completed it", (db) =>
    Effect.gen(function* () {
      yield* index(db, makeThread(1, { title: null, tokensUsed: null, cwd: null, archivedAt: 5 }))
      const claim = yield* take(db, 1, "one")
      const whole = makeThread(1, { source: safe`vscode`, sandboxPolicy: null })
      const completed = yield* db.threadIndex.complete(
        claim,
        makeThread(2, { source: safe`vscode`, sandboxPolicy: null })
      )
      assert.strictEqual(completed.id, idOf(1))
      yield* db.threadIndex.complete(claim, whole)
      assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).thread }, { ...whole })
      assert.isTrue(Option.isNone(yield* db.threadIndex.get(idOf(2))))
      assert.isTrue(Option.isNone(yield* db.claims.acquire(idOf(1), "two", lease)))
    }))

  test("are listed newest first, ties by id, both descending, of one directory", (db) =>
    Effect.gen(function* () {
      const same = { updatedAt: startOfFixtures + 1 }
      yield* learn(db, makeThread(1), same)
      yield* learn(db, makeThread(2), same)
      yield* learn(db, makeThread(3), { updatedAt: startOfFixtures })
      yield* learn(db, makeThread(4), { updatedAt: startOfFixtures + 2 })
      yield* learn(db, makeThread(5, { cwd: Directory.make("/home/ada/tram") }))
      yield* learn(db, makeThread(6, { cwd: null }))
      const ids = (cwd: Directory, count: number) =>
        Effect.map(db.threadMemories.last(cwd, count), (memories) => memories.map(({ threadId }) => threadId))
      assert.deepStrictEqual(yield* ids(ferry, 10), [4, 2, 1, 3].map(idOf))
      assert.deepStrictEqual(yield* ids(ferry, 2), [4, 2].map(idOf))
      assert.deepStrictEqual(yield* ids(ferry, 0), [])
      assert.deepStrictEqual(yield* ids(Directory.make("/home/ada/tram"), 10), [idOf(5)])
      assert.deepStrictEqual(yield* ids(Directory.make("/nowhere"), 10), [])
      assert.isTrue(Option.isNone(yield* db.threadMemories.get(idOf(6))))
      assert.deepStrictEqual(yield* db.threadMemories.projects, [
        { cwd: ferry, memories: 4 },
        { cwd: Directory.make("/home/ada/tram"), memories: 1 }
      ])
    }))

  test("move with their thread, on record where they were", (db) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(1))
      yield* publish(db, ferry)
      yield* index(db, makeThread(1, { cwd: Directory.make("/home/ada/tram") }))
      assert.deepStrictEqual((yield* db.consolidations.state(ferry, 10)).removals, [idOf(1)])
      assert.lengthOf(yield* db.threadMemories.last(Directory.make("/home/ada/tram"), 10), 1)
      assert.deepStrictEqual(
        (yield* db.consolidations.dirty(10)).map(({ cwd }) => cwd),
        [ferry, "/home/ada/tram"]
      )
    }))

  test("that leave a directory again and again are on record there once", (db) =>
    Effect.gen(function* () {
      const tram = Directory.make("/home/ada/tram")
      for (const _ of [1, 2]) {
        yield* learn(db, makeThread(1))
        yield* index(db, makeThread(1, { cwd: tram }))
        yield* index(db, makeThread(1))
        yield* db.threadIndex.complete(yield* take(db, 1, "one"), makeThread(1, { cwd: tram }))
        yield* db.threadIndex.complete(yield* take(db, 1, "one"), makeThread(1))
        yield* db.threadMemories.storeNothing(yield* take(db, 1, "one"), makeMemory(makeThread(1)))
        yield* learn(db, makeThread(1))
        yield* db.threadIndex.delete(idOf(1))
      }
      for (const cwd of [ferry, tram]) {
        assert.deepStrictEqual((yield* db.consolidations.state(cwd, 10)).removals, [idOf(1)])
      }
    }))

  test("are imported from their files, with a row where there is no rollout", (db) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(77_000)
      const memory = {
        threadId: idOf(1),
        cwd: ferry,
        rolloutPath: "/codex/gone.jsonl",
        traceSummary: safe`# It was so`,
        memorySummary: safe`so it was`,
        slug: "so",
        updatedAt: startOfFixtures
      }
      assert.isTrue(yield* db.threadMemories.import(memory))
      assert.isFalse(yield* db.threadMemories.import({ ...memory, memorySummary: safe`it was not` }))
      const { version, ...imported } = yield* Effect.flatten(db.threadMemories.get(idOf(1)))
      assert.deepStrictEqual(imported, memory)
      const { extraction, thread } = yield* recordOf(db, 1)
      assert.strictEqual(thread.missingSince, 77_000)
      assert.strictEqual(thread.updatedAt, startOfFixtures)
      assert.strictEqual(extraction.outcome, "memory")
      assert.deepStrictEqual(yield* listed(db), [])

      yield* learn(db, makeThread(3), {
        traceSummary: memory.traceSummary,
        memorySummary: memory.memorySummary,
        slug: "so"
      })
      assert.strictEqual((yield* Effect.flatten(db.threadMemories.get(idOf(3)))).version, version)
    }))

  test("that were taken away are not imported again from the files that they left", (db) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(1))
      yield* learn(db, makeThread(2))
      const [two, one] = yield* db.threadMemories.last(ferry, 2)
      yield* db.threadMemories.storeNothing(yield* take(db, 1, "me"), makeMemory(makeThread(1)))
      yield* db.threadIndex.delete(idOf(2))
      for (const memory of [one, two]) {
        assert.isDefined(memory)
        assert.isFalse(yield* db.threadMemories.import(memory))
      }
      assert.isTrue(Option.isNone(yield* db.threadIndex.get(idOf(2))))
      assert.deepStrictEqual(yield* db.threadMemories.last(ferry, 2), [])
    }))

  test("that are imported leave a claim with its owner, and failures as they are", (db) =>
    Effect.gen(function* () {
      const thread = makeThread(1)
      yield* index(db, thread)
      yield* db.claims.recordFailure(yield* take(db, 1, "one"), failure)
      const claim = yield* take(db, 1, "one")
      const before = (yield* recordOf(db, 1)).extraction
      const memory = {
        threadId: idOf(1),
        cwd: ferry,
        rolloutPath: thread.rolloutPath,
        traceSummary: safe`# It was so`,
        memorySummary: safe`so it was`,
        slug: "so",
        updatedAt: thread.updatedAt
      }
      assert.isTrue(yield* db.threadMemories.import(memory))
      const after = (yield* recordOf(db, 1)).extraction
      const learned = {
        outcome: "memory" as const,
        learnedUpdatedAt: thread.updatedAt,
        learnedSize: thread.rolloutSize
      }
      assert.deepStrictEqual({ ...after }, { ...before, ...learned })
      yield* db.threadMemories.store(claim, makeMemory(thread))
      assert.strictEqual((yield* Effect.flatten(db.threadMemories.get(idOf(1)))).slug, makeMemory(thread).slug)
    }))

  test("that are imported belong to the thread that is indexed, and are fresh as it was then", (db) =>
    Effect.gen(function* () {
      const thread = makeThread(1)
      yield* index(db, thread, makeThread(2))
      const memory = {
        threadId: idOf(1),
        cwd: Directory.make("/somewhere/else"),
        rolloutPath: "/codex/old.jsonl",
        traceSummary: safe`# It was so`,
        memorySummary: safe`so it was`,
        slug: "so",
        updatedAt: thread.updatedAt
      }
      assert.isTrue(yield* db.threadMemories.import(memory))
      const older = makeThread(2).updatedAt - 1
      assert.isTrue(yield* db.threadMemories.import({ ...memory, threadId: idOf(2), updatedAt: older }))
      assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).thread }, { ...thread })
      assert.strictEqual((yield* Effect.flatten(db.threadMemories.get(idOf(1)))).cwd, ferry)
      assert.deepStrictEqual(yield* listed(db), [idOf(2)])
      assert.isTrue(yield* isDirty(db, ferry))
    }))
})
