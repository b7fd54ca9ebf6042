import { safe } from "../../../src/domain/privacy/SafeText.js"
import { Directory } from "../../../src/domain/thread/WorkingDirectory.js"
import { assert } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { notTried, type ThreadRecord } from "../../../src/domain/thread/Extraction.js"
import { Thread } from "../../../src/domain/thread/Thread.js"
import { type Claim, ClaimLost } from "../../../src/services/state/Claims.js"
import type { StateDbFailure } from "../../../src/services/state/StateDbError.js"
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

/** That a claim was lost is told by a typed error. */
const isLost = Effect.fnUntraced(function* (
  use: Effect.Effect<Thread | void, ClaimLost | StateDbFailure>,
  claim: Claim
) {
  const error = yield* Effect.flip(use)
  assert.instanceOf(error, ClaimLost)
  assert.strictEqual(error.threadId, claim.threadId)
})

contract("threads", ({ test }) => {
  test("threads are listed newest first, ties by id, both descending", (db) =>
    Effect.gen(function* () {
      const same = startOfFixtures + 90_000
      yield* index(
        db,
        makeThread(2, { updatedAt: same }),
        makeThread(1),
        makeThread(4),
        makeThread(3, { updatedAt: same })
      )
      assert.deepStrictEqual(yield* listed(db), [4, 3, 2, 1].map(idOf))
      assert.strictEqual(yield* db.threadIndex.count, 4)
    }))

  test("unlearned threads are listed page by page, even if times are equal across the edge of a page", (db) =>
    Effect.gen(function* () {
      const threads = [1, 2, 3, 4, 5, 6, 7].map((number) =>
        makeThread(number, number > 2 && number < 6 ? { updatedAt: startOfFixtures + 300_000 } : {})
      )
      yield* index(db, ...threads)
      const pages: Array<ReadonlyArray<string>> = []
      let after: Thread | undefined
      do {
        const page: ReadonlyArray<ThreadRecord> = yield* db.threadIndex.unlearned({ ...everything, pageSize: 2, after })
        pages.push(page.map(({ thread }) => thread.id))
        after = page.at(-1)?.thread
      } while (after !== undefined)
      assert.deepStrictEqual(pages, [[7, 6].map(idOf), [5, 4].map(idOf), [3, 2].map(idOf), [idOf(1)], []])
    }))

  test("unlearned threads of every source are listed, archived or not", (db) =>
    Effect.gen(function* () {
      const sources = [safe`cli`, safe`exec`, safe`subagent:review`, safe`memory_consolidation`]
      yield* index(db, ...sources.map((source, number) => makeThread(number, { source })))
      yield* index(db, makeThread(4, { archivedAt: startOfFixtures }))
      assert.deepStrictEqual(yield* listed(db), [4, 3, 2, 1, 0].map(idOf))
    }))

  test("threads are unlearned until what was learned is as new as they are and of the same size", (db) =>
    Effect.gen(function* () {
      yield* index(db, makeThread(5))
      yield* learn(db, makeThread(1))
      yield* learn(db, makeThread(2), { updatedAt: makeThread(2).updatedAt - 1 })
      yield* learn(db, makeThread(3), { content: { size: 1, hash: null } })
      const nothing = makeThread(4)
      yield* index(db, nothing)
      yield* db.threadMemories.storeNothing(yield* take(db, 4, "me"), makeMemory(nothing))
      assert.deepStrictEqual(yield* listed(db), [5, 3, 2].map(idOf))
      assert.deepStrictEqual(yield* db.threadIndex.counts, { threads: 5, learned: 1, nothing: 1 })

      yield* index(db, makeThread(1, { rolloutSize: 9_000 }), makeThread(4, { updatedAt: nothing.updatedAt + 1 }))
      assert.deepStrictEqual(yield* listed(db), [5, 4, 3, 2, 1].map(idOf))
      assert.deepStrictEqual(yield* db.threadIndex.counts, { threads: 5, learned: 0, nothing: 0 })
    }))

  test("threads are found by the prefix of their id, their directory, and their text, in any case", (db) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(1), { traceSummary: safe`# All of 100_% was done` })
      yield* learn(db, makeThread(2, { title: safe`Ärger am Kai`, cwd: Directory.make("/home/ada/tram") }))
      yield* index(db, makeThread(3, { firstUserMessage: safe`the 100 x of it` }))
      const { threadIndex } = db
      assert.deepStrictEqual(yield* threadIndex.idsFrom(idOf(2)), [idOf(2)])
      assert.deepStrictEqual(yield* threadIndex.idsFrom(idOf(2).slice(0, 8)), [1, 2, 3].map(idOf))
      assert.deepStrictEqual(yield* threadIndex.idsOf(Directory.make("/home/ada/tram")), [idOf(2)])
      assert.deepStrictEqual(yield* threadIndex.idsOf(undefined), [1, 2, 3].map(idOf))
      assert.deepStrictEqual(yield* threadIndex.idsHolding("100_%"), [idOf(1)])
      assert.deepStrictEqual(yield* threadIndex.idsHolding("AM KAI"), [idOf(2)])
      assert.deepStrictEqual(yield* threadIndex.idsHolding("nowhere"), [])
    }))

  test("a thread keeps values that an index did not read, and loses those it saw removed", (db) =>
    Effect.gen(function* () {
      const whole = makeThread(1, { archivedAt: startOfFixtures, source: safe`exec` })
      yield* index(db, whole)
      const seen = new Thread({
        ...whole,
        source: safe`vscode`,
        modelProvider: null,
        cwd: null,
        cliVersion: null,
        title: null,
        sandboxPolicy: null,
        approvalMode: null,
        tokensUsed: null,
        firstUserMessage: null,
        archivedAt: null,
        gitSha: null,
        gitBranch: null,
        gitOriginUrl: null,
        rolloutPath: "/codex/sessions/elsewhere.jsonl",
        updatedAt: whole.updatedAt + 5,
        rolloutSize: 8_000,
        rolloutModifiedAt: whole.rolloutModifiedAt + 5
      })
      yield* index(db, seen)
      const { thread } = yield* recordOf(db, 1)
      const { archivedAt, rolloutModifiedAt, rolloutPath, rolloutSize, updatedAt } = seen
      assert.deepStrictEqual(
        { ...thread },
        { ...whole, archivedAt, rolloutModifiedAt, rolloutPath, rolloutSize, updatedAt }
      )

      yield* index(db, makeThread(1, { source: safe`cli`, title: safe`another` }))
      assert.strictEqual((yield* recordOf(db, 1)).thread.source, "cli")
      assert.strictEqual((yield* recordOf(db, 1)).thread.title, "another")
    }))

  test("a thread whose file is gone is missing until it returns, and keeps its memory", (db) =>
    Effect.gen(function* () {
      const thread = makeThread(1)
      const { id: threadId, rolloutModifiedAt: modifiedAt, rolloutPath: path, rolloutSize: size } = thread
      yield* learn(db, thread)
      yield* db.threadIndex.change(
        changesOf({
          known: [{ agent: "codex", path, size, modifiedAt, threadId, lastRecordAt: thread.updatedAt }],
          listing: "one"
        })
      )
      assert.deepStrictEqual(yield* db.threadIndex.rollouts, [
        { agent: "codex", path, size, modifiedAt, threadId, lastRecordAt: thread.updatedAt }
      ])

      yield* db.threadIndex.change(changesOf({ gone: [path, "/never/known"], now: 5_000 }))
      yield* db.threadIndex.change(changesOf({ gone: [path], now: 6_000 }))
      assert.strictEqual((yield* recordOf(db, 1)).thread.missingSince, 5_000)
      assert.deepStrictEqual(yield* db.threadIndex.rollouts, [])
      yield* index(db, makeThread(2))
      assert.deepStrictEqual(yield* listed(db), [idOf(2)])
      assert.lengthOf(yield* db.threadMemories.last(ferry, 10), 1)

      yield* index(db, makeThread(1, { updatedAt: thread.updatedAt + 1 }))
      assert.isNull((yield* recordOf(db, 1)).thread.missingSince)
      assert.deepStrictEqual(yield* listed(db), [2, 1].map(idOf))
      yield* db.threadIndex.change(changesOf({ gone: [path] }))
      assert.deepStrictEqual(yield* listed(db), [2, 1].map(idOf))
      assert.deepStrictEqual(yield* listed(db, { withMissing: false }), [idOf(2)])
    }))

  test("a thread's known files are listed in the order of their paths", (db) =>
    Effect.gen(function* () {
      const known = (path: string, number: number) => ({
        agent: "codex" as const,
        path,
        size: 5,
        modifiedAt: 6,
        threadId: idOf(number),
        lastRecordAt: 7
      })
      const threads = [makeThread(1), makeThread(2)]
      yield* db.threadIndex.change(changesOf({ threads, known: [known("/b", 1), known("/c", 2), known("/a", 1)] }))
      assert.deepStrictEqual(yield* db.threadIndex.rolloutsOf(idOf(1)), [known("/a", 1), known("/b", 1)])
      yield* db.threadIndex.change(changesOf({ gone: ["/a"] }))
      assert.deepStrictEqual(yield* db.threadIndex.rolloutsOf(idOf(1)), [known("/b", 1)])
      assert.deepStrictEqual(yield* db.threadIndex.rolloutsOf(idOf(3)), [])
    }))

  test("a thread is not missing if another of its files is indexed at the same time", (db) =>
    Effect.gen(function* () {
      const before = makeThread(1)
      yield* index(db, before)
      const after = makeThread(1, { rolloutPath: "/codex/archived_sessions/a.jsonl", archivedAt: 7 })
      yield* db.threadIndex.change(changesOf({ threads: [after], gone: [before.rolloutPath], now: 5_000 }))
      assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).thread }, { ...after })
    }))

  test("threads are indexed up to a listing, until the index changes again", (db) =>
    Effect.gen(function* () {
      assert.isTrue(Option.isNone(yield* db.threadIndex.listing))
      yield* db.threadIndex.change(changesOf({ listing: "one" }))
      assert.deepStrictEqual(yield* db.threadIndex.listing, Option.some("one"))
      yield* db.threadIndex.change(changesOf({ threads: [makeThread(1)] }))
      assert.isTrue(Option.isNone(yield* db.threadIndex.listing))
      yield* db.threadIndex.change(changesOf({ listing: "two" }))
      assert.deepStrictEqual(yield* db.threadIndex.listing, Option.some("two"))
    }))

  test("threads are indexed a thousand at a time", (db) =>
    Effect.gen(function* () {
      const threads = Array.from({ length: 1_203 }, (_, number) => makeThread(number))
      yield* db.threadIndex.change(
        changesOf({
          threads,
          known: threads.map((thread) => ({
            agent: "codex" as const,
            path: thread.rolloutPath,
            size: thread.rolloutSize,
            modifiedAt: thread.rolloutModifiedAt,
            threadId: thread.id,
            lastRecordAt: thread.updatedAt
          }))
        })
      )
      assert.strictEqual(yield* db.threadIndex.count, 1_203)
      assert.lengthOf(yield* db.threadIndex.rollouts, 1_203)
      assert.deepStrictEqual(yield* listed(db, { pageSize: 2 }), [1_202, 1_201].map(idOf))
    }))

  test("a deleted thread takes its memory and its claim with it, on record", (db) =>
    Effect.gen(function* () {
      yield* learn(db, makeThread(1))
      yield* learn(db, makeThread(2))
      const claim = yield* take(db, 1, "one")
      assert.isTrue(yield* db.threadIndex.delete(idOf(1)))
      assert.isFalse(yield* db.threadIndex.delete(idOf(1)))
      assert.isTrue(Option.isNone(yield* db.threadIndex.get(idOf(1))))
      assert.isTrue(Option.isNone(yield* db.threadMemories.get({ threadId: idOf(1), cwd: ferry })))
      assert.isTrue(Option.isNone(yield* db.claims.acquire(idOf(1), "two", lease)))
      yield* isLost(db.claims.renew(claim, lease), claim)
      const state = yield* db.consolidations.state(ferry, 10)
      assert.deepStrictEqual(state.removals, [idOf(1)])
      assert.deepStrictEqual(
        state.memories.map(({ threadId }) => threadId),
        [idOf(2)]
      )

      yield* index(db, makeThread(1))
      assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).extraction }, { ...notTried })
      assert.isTrue(Option.isNone(yield* db.threadMemories.get({ threadId: idOf(1), cwd: ferry })))
    }))

  test("a thread deleted before anything was learned leaves nothing on record", (db) =>
    Effect.gen(function* () {
      yield* index(db, makeThread(1))
      assert.isTrue(yield* db.threadIndex.delete(idOf(1)))
      assert.deepStrictEqual((yield* db.consolidations.state(ferry, 10)).removals, [])
    }))
})
