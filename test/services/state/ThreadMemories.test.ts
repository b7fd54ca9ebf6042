import { safe } from "../../../src/domain/privacy/SafeText.js"
import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { assert } from "@effect/vitest"
import { Duration, Effect, Option, TestClock } from "effect"
import { notTried } from "../../../src/domain/thread/Extraction.js"
import { type Thread, withheld } from "../../../src/domain/thread/Thread.js"
import { queryOf } from "../../../src/domain/memory/Search.js"
import type { NewMemory } from "../../../src/services/state/ThreadMemories.js"
import type { ThreadPage } from "../../../src/services/state/ThreadIndex.js"
import { startOfFixtures } from "../../../src/testing/RolloutBuilder.js"
import { changesOf, type Db, ferry, idOf, learn, makeMemory, makeThread, storedAlone } from "../../support/rows.js"
import { contract } from "../../support/stateDb.js"

const tram = Directory.make("/home/ada/tram")

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
  test("a memory has the share of its quotations that were found, and none if nobody looked", (db) =>
    Effect.gen(function* () {
      const grounding = { items: 7, grounded: 5 }
      yield* learn(db, makeThread(1), { grounding })
      yield* learn(db, makeThread(2))
      assert.deepStrictEqual(
        (yield* Effect.flatten(db.threadMemories.get({ threadId: idOf(1), cwd: ferry }))).grounding,
        grounding
      )
      assert.isFalse("grounding" in (yield* Effect.flatten(db.threadMemories.get({ threadId: idOf(2), cwd: ferry }))))
    }))

  test("a memory is stored by the claim's owner, which ends the claim and clears failures", (db) =>
    Effect.gen(function* () {
      const thread = makeThread(1)
      yield* index(db, thread)
      yield* db.claims.recordFailure(yield* take(db, 1, "one"), failure)
      const memory = makeMemory(thread)
      yield* db.threadMemories.store(yield* take(db, 1, "one"), ...storedAlone(memory))
      const { extraction } = yield* recordOf(db, 1)
      assert.deepStrictEqual(
        { ...extraction },
        { ...notTried, outcome: "memory", learnedUpdatedAt: thread.updatedAt, learnedSize: thread.rolloutSize }
      )
      const stored = yield* Effect.flatten(db.threadMemories.get({ threadId: idOf(1), cwd: ferry }))
      assert.match(stored.version, /^[0-9a-f]{64}$/)
      assert.deepStrictEqual(stored, {
        threadId: idOf(1),
        agent: "codex",
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

  test("a memory replaces the earlier one, and is a new version only if its text differs", (db) =>
    Effect.gen(function* () {
      const thread = makeThread(1)
      yield* learn(db, thread)
      const first = yield* Effect.flatten(db.threadMemories.get({ threadId: idOf(1), cwd: ferry }))
      yield* learn(db, thread, { updatedAt: thread.updatedAt + 9, slug: "renamed" })
      const restamped = yield* Effect.flatten(db.threadMemories.get({ threadId: idOf(1), cwd: ferry }))
      assert.deepStrictEqual(restamped, { ...first, updatedAt: thread.updatedAt + 9, slug: "renamed" })
      yield* learn(db, thread, { memorySummary: safe`something else` })
      const second = yield* Effect.flatten(db.threadMemories.get({ threadId: idOf(1), cwd: ferry }))
      assert.notStrictEqual(second.version, first.version)
      assert.deepStrictEqual(yield* db.threadMemories.last(ferry, 10), [second])
      assert.deepStrictEqual((yield* db.consolidations.state(ferry, 10)).removals, [])
    }))

  test("an empty memory ends the claim, and removes an earlier memory on record", (db) =>
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
      assert.isTrue(Option.isNone(yield* db.threadMemories.get({ threadId: idOf(1), cwd: ferry })))
      assert.deepStrictEqual((yield* db.consolidations.state(ferry, 10)).removals, [idOf(1)])
    }))

  test("a failed extraction leaves the earlier memory, and says when to try again", (db) =>
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
      assert.isTrue(Option.isSome(yield* db.threadMemories.get({ threadId: idOf(1), cwd: ferry })))

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

  test("a thread that never failed has no failure to keep", (db) =>
    Effect.gen(function* () {
      yield* index(db, makeThread(1))
      yield* db.claims.keepFailure(idOf(1), 7)
      yield* db.claims.keepFailure(idOf(2), 7)
      assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).extraction }, { ...notTried })
    }))

  test("a whole reading completes the thread's row, whose claim stays", (db) =>
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

  test("memories of one directory are listed newest first, ties by id, both descending", (db) =>
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
      assert.isTrue(Option.isNone(yield* db.threadMemories.get({ threadId: idOf(6), cwd: ferry })))
      assert.deepStrictEqual(yield* db.threadMemories.projects, [
        { cwd: ferry, memories: 4 },
        { cwd: Directory.make("/home/ada/tram"), memories: 1 }
      ])
    }))

  test("a memory moves with its thread, on record in its earlier directory", (db) =>
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

  test("a memory that leaves a directory repeatedly is on record there once", (db) =>
    Effect.gen(function* () {
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

  test("memories are imported from their files, with a row if there is no rollout", (db) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(77_000)
      const memory = {
        threadId: idOf(1),
        agent: "claude" as const,
        cwd: ferry,
        rolloutPath: "/codex/gone.jsonl",
        traceSummary: safe`# It was so`,
        memorySummary: safe`so it was`,
        slug: "so",
        updatedAt: startOfFixtures
      }
      assert.isTrue(yield* db.threadMemories.import([memory]))
      assert.isFalse(yield* db.threadMemories.import([{ ...memory, memorySummary: safe`it was not` }]))
      const { version, ...imported } = yield* Effect.flatten(db.threadMemories.get({ threadId: idOf(1), cwd: ferry }))
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
      assert.strictEqual(
        (yield* Effect.flatten(db.threadMemories.get({ threadId: idOf(3), cwd: ferry }))).version,
        version
      )
    }))

  test("a removed memory is not imported again from the files that it left", (db) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(1))
      yield* learn(db, makeThread(2))
      const [two, one] = yield* db.threadMemories.last(ferry, 2)
      yield* db.threadMemories.storeNothing(yield* take(db, 1, "me"), makeMemory(makeThread(1)))
      yield* db.threadIndex.delete(idOf(2))
      for (const memory of [one, two]) {
        assert.isDefined(memory)
        assert.isFalse(yield* db.threadMemories.import([memory]))
      }
      assert.isTrue(Option.isNone(yield* db.threadIndex.get(idOf(2))))
      assert.deepStrictEqual(yield* db.threadMemories.last(ferry, 2), [])
    }))

  test("an import leaves a claim with its owner, and failures unchanged", (db) =>
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
      assert.isTrue(yield* db.threadMemories.import([memory]))
      const after = (yield* recordOf(db, 1)).extraction
      const learned = {
        outcome: "memory" as const,
        learnedUpdatedAt: thread.updatedAt,
        learnedSize: thread.rolloutSize
      }
      assert.deepStrictEqual({ ...after }, { ...before, ...learned })
      yield* db.threadMemories.store(claim, ...storedAlone(makeMemory(thread)))
      assert.strictEqual(
        (yield* Effect.flatten(db.threadMemories.get({ threadId: idOf(1), cwd: ferry }))).slug,
        makeMemory(thread).slug
      )
    }))

  test("an imported memory stays in the directory of its file, and is fresh as of then", (db) =>
    Effect.gen(function* () {
      const thread = makeThread(1)
      yield* index(db, thread, makeThread(2))
      const memory = {
        threadId: idOf(1),
        cwd: tram,
        rolloutPath: "/codex/old.jsonl",
        traceSummary: safe`# It was so`,
        memorySummary: safe`so it was`,
        slug: "so",
        updatedAt: thread.updatedAt
      }
      assert.isTrue(yield* db.threadMemories.import([memory]))
      const older = makeThread(2).updatedAt - 1
      assert.isTrue(yield* db.threadMemories.import([{ ...memory, threadId: idOf(2), updatedAt: older }]))
      assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).thread }, { ...thread })
      assert.isTrue(Option.isSome(yield* db.threadMemories.get({ threadId: idOf(1), cwd: tram })))
      assert.deepStrictEqual(yield* db.threadMemories.last(ferry, 10), [])
      assert.deepStrictEqual(yield* listed(db), [idOf(2)])
      assert.isTrue(yield* isDirty(db, tram))
    }))

  test("a thread of two directories has one memory in each, stored and replaced together", (db) =>
    Effect.gen(function* () {
      const thread = makeThread(1)
      yield* index(db, thread)
      const memory = makeMemory(thread)
      const other = { ...memory, cwd: tram, traceSummary: safe`# What it did elsewhere` }
      yield* db.threadMemories.store(yield* take(db, 1, "one"), memory, [memory, other])
      const inDirectory = (cwd: Directory) =>
        Effect.map(db.threadMemories.last(cwd, 10), (all) => all.map(({ traceSummary }) => traceSummary))
      assert.deepStrictEqual(
        [yield* inDirectory(ferry), yield* inDirectory(tram)],
        [[memory.traceSummary], [other.traceSummary]]
      )
      assert.deepStrictEqual(
        (yield* db.threadMemories.sources(idOf(1))).map((source) => source.memory.cwd),
        [ferry, tram]
      )
      assert.deepStrictEqual(
        (yield* db.threadMemories.list(undefined, 10)).map(({ cwd, title }) => [cwd, title]),
        [
          [ferry, `What ${idOf(1)} did`],
          [tram, "What it did elsewhere"]
        ]
      )
      const found = yield* db.threadMemories.search(queryOf(["elsewhere"]), undefined, 10)
      assert.deepStrictEqual([found.total, found.documents, found.hits[0]?.cwd], [1, 2, tram])
      assert.deepStrictEqual(
        (yield* db.consolidations.dirty(10)).map(({ cwd }) => cwd),
        [ferry, tram]
      )
      yield* publish(db, ferry)
      yield* publish(db, tram)

      yield* db.threadMemories.store(yield* take(db, 1, "one"), memory, [other])
      assert.deepStrictEqual([yield* inDirectory(ferry), yield* inDirectory(tram)], [[], [other.traceSummary]])
      assert.deepStrictEqual((yield* db.consolidations.state(ferry, 10)).removals, [idOf(1)])
      assert.deepStrictEqual(
        (yield* db.consolidations.dirty(10)).map(({ cwd }) => cwd),
        [ferry]
      )
    }))

  test("memories of a thread in two directories are removed together, and hidden while it is withheld", (db) =>
    Effect.gen(function* () {
      const memory = makeMemory(makeThread(1))
      const both: [NewMemory, NewMemory] = [memory, { ...memory, cwd: tram }]
      yield* index(db, makeThread(1))
      yield* db.threadMemories.store(yield* take(db, 1, "one"), memory, both)
      yield* publish(db, ferry)
      yield* publish(db, tram)
      const removals = Effect.forEach([ferry, tram], (cwd) =>
        Effect.map(db.consolidations.state(cwd, 10), (state) => [state.memories.length, ...state.removals])
      )
      yield* index(db, withheld(makeThread(1), "ignored"))
      const gone = [
        [0, idOf(1)],
        [0, idOf(1)]
      ]
      assert.deepStrictEqual(yield* removals, gone)
      assert.deepStrictEqual(yield* db.threadMemories.sources(idOf(1)), [])
      assert.deepStrictEqual(yield* db.threadMemories.projects, [])
      yield* publish(db, ferry)
      yield* publish(db, tram)
      yield* index(db, makeThread(1))
      assert.deepStrictEqual(yield* removals, [[1], [1]])
      assert.deepStrictEqual(yield* db.forgetting.directoriesOf([idOf(1)]), [ferry, tram])
      assert.deepStrictEqual(yield* db.threadIndex.idsOf(tram), [idOf(1)])
      yield* db.threadIndex.delete(idOf(1))
      assert.deepStrictEqual(yield* removals, gone)
    }))

  test("memories of a thread in two directories are imported together from their files", (db) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(1))
      const [stored] = yield* db.threadMemories.last(ferry, 1)
      assert.isDefined(stored)
      const { version: _, ...file } = { ...stored, threadId: idOf(2) }
      assert.isTrue(yield* db.threadMemories.import([file, { ...file, cwd: tram }]))
      assert.deepStrictEqual(
        (yield* db.threadMemories.sources(idOf(2))).map((source) => source.memory.cwd),
        [ferry, tram]
      )
      assert.isFalse(yield* db.threadMemories.import([{ ...file, cwd: Directory.make("/home/ada/bus") }]))
    }))

  test("a memory in a newly ignored directory is removed, and its thread read again when the rules change", (db) =>
    Effect.gen(function* () {
      const memory = makeMemory(makeThread(1))
      yield* index(db, makeThread(1))
      yield* db.threadMemories.store(yield* take(db, 1, "one"), memory, [memory, { ...memory, cwd: tram }])
      yield* db.threadMemories.applyIgnored((cwd) => cwd === tram)
      assert.deepStrictEqual(
        (yield* db.threadMemories.sources(idOf(1))).map((source) => source.memory.cwd),
        [ferry]
      )
      assert.deepStrictEqual((yield* db.consolidations.state(tram, 10)).removals, [idOf(1)])
      assert.deepStrictEqual(yield* listed(db), [])
      yield* db.threadMemories.applyIgnored(() => false)
      assert.deepStrictEqual(yield* listed(db), [idOf(1)])
      yield* db.threadMemories.store(yield* take(db, 1, "one"), memory, [memory])
      yield* db.threadMemories.applyIgnored(() => false)
      assert.deepStrictEqual(yield* listed(db), [])
    }))
})
