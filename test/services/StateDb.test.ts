import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Duration, Effect, FastCheck, Layer, Option, Schema, TestClock } from "effect"
import { fingerprintOf } from "../../src/domain/memory/Consolidation.js"
import { notTried } from "../../src/domain/thread/Extraction.js"
import { Thread } from "../../src/domain/thread/Thread.js"
import * as StateDbMemory from "../../src/layers/StateDbMemory.js"
import * as StateDbSqlite from "../../src/layers/state/StateDb.js"
import type { ProcessTable } from "../../src/services/ProcessTable.js"
import {
  type Claim,
  ClaimLost,
  StateDb,
  type StateDbFailure,
  type StateDbUnavailable,
  type ThreadQuery
} from "../../src/services/StateDb.js"
import type { WorkingDirectories } from "../../src/services/WorkingDirectories.js"
import { temporaryFolder } from "../support/program.js"
import { startOfFixtures } from "../../src/testing/RolloutBuilder.js"
import {
  changesOf,
  ferry,
  HandClock,
  idOf,
  learn,
  linkedDirectories,
  makeMemory,
  makeThread,
  OneProcess
} from "../support/rows.js"

type Db = StateDb["Type"]
type MakeLayer = () => Layer.Layer<StateDb, StateDbUnavailable, ProcessTable | WorkingDirectories>

const lease = Duration.seconds(600)

const everything: ThreadQuery = {
  pageSize: 200,
  after: undefined,
  sources: undefined,
  archived: false,
  unlearned: false
}

const index = (db: Db, ...threads: ReadonlyArray<Thread>) => db.changeIndex(changesOf({ threads }))

const listed = (db: Db, query: Partial<ThreadQuery> = {}) =>
  Effect.map(db.listThreads({ ...everything, ...query }), (records) => records.map(({ thread }) => thread.id))

const recordOf = (db: Db, number: number) => Effect.flatten(db.getThread(idOf(number)))

const take = (db: Db, number: number, owner: string, duration: Duration.Duration = lease) =>
  Effect.flatten(db.claim(idOf(number), owner, duration))

const failure = {
  errorTag: "MalformedAnswer",
  errorMessage: "no JSON",
  content: { size: 4_001, hash: "cd".repeat(32) },
  modifiedAt: startOfFixtures,
  retryAt: startOfFixtures + 600_000,
  attempts: 1
}

const isDirty = (db: Db, cwd: string, traces = 10) =>
  Effect.map(db.dirtyDirectories(traces), (directories) => directories.some((directory) => directory.cwd === cwd))

/** Publishes what a directory holds now. */
const publish = (db: Db, cwd: string, traces = 10) =>
  Effect.flatMap(db.consolidationState(cwd, traces), ({ fingerprint }) => db.recordPublished(cwd, fingerprint))

/** That a claim was lost is told by a typed error. */
const isLost = Effect.fnUntraced(function* (
  use: Effect.Effect<Thread | void, ClaimLost | StateDbFailure>,
  claim: Claim
) {
  const error = yield* Effect.flip(use)
  assert.instanceOf(error, ClaimLost)
  assert.strictEqual(error.threadId, claim.threadId)
})

const suite = (name: string, makeLayer: MakeLayer, numRuns: number) => {
  const provided = <A, E>(body: (db: Db, process: OneProcess) => Effect.Effect<A, E>) => {
    const process = new OneProcess()
    const layer = Layer.provide(makeLayer(), Layer.merge(process.layer, linkedDirectories))
    return Effect.provide(
      Effect.flatMap(StateDb, (db) => body(db, process)),
      layer
    )
  }

  const test = <E>(title: string, body: (db: Db, process: OneProcess) => Effect.Effect<void, E>) =>
    it.effect(title, () => provided(body))

  describe(`${name}: threads`, () => {
    test("are listed newest first, ties by id, both descending", (db) =>
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
        assert.strictEqual(yield* db.countThreads, 4)
      }))

    test("are listed page by page, also where times are equal across the edge of a page", (db) =>
      Effect.gen(function* () {
        const threads = [1, 2, 3, 4, 5, 6, 7].map((number) =>
          makeThread(number, number > 2 && number < 6 ? { updatedAt: startOfFixtures + 300_000 } : {})
        )
        yield* index(db, ...threads)
        const pages: Array<ReadonlyArray<string>> = []
        let after: Thread | undefined
        do {
          const page = yield* db.listThreads({ ...everything, pageSize: 2, after })
          pages.push(page.map(({ thread }) => thread.id))
          after = page.at(-1)?.thread
        } while (after !== undefined)
        assert.deepStrictEqual(pages, [[7, 6].map(idOf), [5, 4].map(idOf), [3, 2].map(idOf), [idOf(1)], []])
      }))

    test("are listed of the sources that are allowed, or of all", (db) =>
      Effect.gen(function* () {
        yield* index(
          db,
          makeThread(1, { source: "cli" }),
          makeThread(2, { source: "vscode" }),
          makeThread(3, { source: "exec" })
        )
        assert.deepStrictEqual(yield* listed(db, { sources: ["cli", "vscode"] }), [2, 1].map(idOf))
        assert.deepStrictEqual(yield* listed(db, { sources: ["exec"] }), [idOf(3)])
        assert.deepStrictEqual(yield* listed(db, { sources: [] }), [])
        assert.deepStrictEqual(yield* listed(db), [3, 2, 1].map(idOf))
      }))

    test("of sub-agents are never listed, even when they are asked for by name", (db) =>
      Effect.gen(function* () {
        const sources = ["subagent:review", "subagent:memory_consolidation", "memory_consolidation"]
        yield* index(db, makeThread(1), ...sources.map((source, at) => makeThread(2 + at, { source })))
        assert.deepStrictEqual(yield* listed(db), [idOf(1)])
        assert.deepStrictEqual(yield* listed(db, { sources }), [])
        assert.strictEqual(yield* db.countThreads, 4)
      }))

    test("that are archived are listed apart", (db) =>
      Effect.gen(function* () {
        yield* index(db, makeThread(1), makeThread(2, { archivedAt: startOfFixtures }))
        assert.deepStrictEqual(yield* listed(db), [idOf(1)])
        assert.deepStrictEqual(yield* listed(db, { archived: true }), [idOf(2)])
        yield* index(db, makeThread(2))
        assert.deepStrictEqual(yield* listed(db), [2, 1].map(idOf))
      }))

    test("are unlearned until what was learned is as young as they are and of the same size", (db) =>
      Effect.gen(function* () {
        yield* index(db, makeThread(5))
        yield* learn(db, makeThread(1))
        yield* learn(db, makeThread(2), { updatedAt: makeThread(2).updatedAt - 1 })
        yield* learn(db, makeThread(3), { content: { size: 1, hash: null } })
        const nothing = makeThread(4)
        yield* index(db, nothing)
        yield* db.storeNothing(yield* take(db, 4, "me"), makeMemory(nothing))
        assert.deepStrictEqual(yield* listed(db, { unlearned: true }), [5, 3, 2].map(idOf))
        assert.deepStrictEqual(yield* listed(db), [5, 4, 3, 2, 1].map(idOf))

        yield* index(db, makeThread(1, { rolloutSize: 9_000 }), makeThread(4, { updatedAt: nothing.updatedAt + 1 }))
        assert.deepStrictEqual(yield* listed(db, { unlearned: true }), [5, 4, 3, 2, 1].map(idOf))
      }))

    test("keep what an index did not see, and lose what it saw to be gone", (db) =>
      Effect.gen(function* () {
        const whole = makeThread(1, { archivedAt: startOfFixtures, source: "exec" })
        yield* index(db, whole)
        const seen = new Thread({
          ...whole,
          source: "vscode",
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

        yield* index(db, makeThread(1, { source: "cli", title: "another" }))
        assert.strictEqual((yield* recordOf(db, 1)).thread.source, "cli")
        assert.strictEqual((yield* recordOf(db, 1)).thread.title, "another")
      }))

    test("have their cwd normalised on its way in and in every look-up", (db) =>
      Effect.gen(function* () {
        const linked = "/link/ada/projects/ferry"
        yield* learn(db, makeThread(1, { cwd: linked }))
        assert.strictEqual((yield* recordOf(db, 1)).thread.cwd, ferry)
        assert.deepStrictEqual(yield* db.listProjects, [{ cwd: ferry, memories: 1 }])
        assert.lengthOf(yield* db.lastMemories(linked, 10), 1)
        assert.strictEqual((yield* db.consolidationState(linked, 10)).memories[0]?.cwd, ferry)

        yield* db.recordUnpublished(linked, "f", { errorTag: "E", errorMessage: "e", retryAt: 1 })
        yield* publish(db, linked)
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [])

        assert.isTrue(yield* db.acquireLock(linked, "one", lease))
        assert.isFalse(yield* db.acquireLock(ferry, "two", lease))
        assert.deepStrictEqual(yield* db.lockedDirectories, [ferry])
        assert.isTrue(yield* db.renewLock(linked, "one"))
        assert.isTrue(yield* db.releaseLock(linked, "one"))

        const claim = yield* take(db, 1, "one")
        const completed = yield* db.completeThread(claim, makeThread(1, { cwd: "/link/ada/projects/tram" }))
        assert.strictEqual(completed.cwd, "/home/ada/projects/tram")
        assert.strictEqual((yield* recordOf(db, 1)).thread.cwd, "/home/ada/projects/tram")

        const [known] = yield* db.lastMemories("/home/ada/projects/tram", 1)
        assert.isDefined(known)
        if (known !== undefined) {
          yield* db.importMemory({ ...known, threadId: idOf(2), cwd: linked })
          assert.strictEqual((yield* recordOf(db, 2)).thread.cwd, ferry)
        }
      }))

    test("whose file is gone are missing until it comes back, and keep what was learned", (db) =>
      Effect.gen(function* () {
        const thread = makeThread(1)
        const { id: threadId, rolloutModifiedAt: modifiedAt, rolloutPath: path, rolloutSize: size } = thread
        yield* learn(db, thread)
        yield* db.changeIndex(
          changesOf({ known: [{ path, size, modifiedAt, threadId, lastRecordAt: thread.updatedAt }], listing: "one" })
        )
        assert.deepStrictEqual(yield* db.knownRollouts, [
          { path, size, modifiedAt, threadId, lastRecordAt: thread.updatedAt }
        ])

        yield* db.changeIndex(changesOf({ gone: [path, "/never/known"], now: 5_000 }))
        yield* db.changeIndex(changesOf({ gone: [path], now: 6_000 }))
        assert.strictEqual((yield* recordOf(db, 1)).thread.missingSince, 5_000)
        assert.deepStrictEqual(yield* db.knownRollouts, [])
        assert.deepStrictEqual(yield* listed(db), [threadId])
        yield* index(db, makeThread(2))
        assert.deepStrictEqual(yield* listed(db, { unlearned: true }), [idOf(2)])
        assert.lengthOf(yield* db.lastMemories(ferry, 10), 1)

        yield* index(db, makeThread(1, { updatedAt: thread.updatedAt + 1 }))
        assert.isNull((yield* recordOf(db, 1)).thread.missingSince)
        assert.deepStrictEqual(yield* listed(db, { unlearned: true }), [2, 1].map(idOf))
      }))

    test("are recorded by the files that are known of them, in the order of their paths", (db) =>
      Effect.gen(function* () {
        const known = (path: string, number: number) => ({
          path,
          size: 5,
          modifiedAt: 6,
          threadId: idOf(number),
          lastRecordAt: 7
        })
        const threads = [makeThread(1), makeThread(2)]
        yield* db.changeIndex(changesOf({ threads, known: [known("/b", 1), known("/c", 2), known("/a", 1)] }))
        assert.deepStrictEqual(yield* db.rolloutsOf(idOf(1)), [known("/a", 1), known("/b", 1)])
        yield* db.changeIndex(changesOf({ gone: ["/a"] }))
        assert.deepStrictEqual(yield* db.rolloutsOf(idOf(1)), [known("/b", 1)])
        assert.deepStrictEqual(yield* db.rolloutsOf(idOf(3)), [])
      }))

    test("are not missing when another of their files is indexed in the same look", (db) =>
      Effect.gen(function* () {
        const before = makeThread(1)
        yield* index(db, before)
        const after = makeThread(1, { rolloutPath: "/codex/archived_sessions/a.jsonl", archivedAt: 7 })
        yield* db.changeIndex(changesOf({ threads: [after], gone: [before.rolloutPath], now: 5_000 }))
        assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).thread }, { ...after })
      }))

    test("are indexed up to a listing, until the index changes again", (db) =>
      Effect.gen(function* () {
        assert.isTrue(Option.isNone(yield* db.indexedListing))
        yield* db.changeIndex(changesOf({ listing: "one" }))
        assert.deepStrictEqual(yield* db.indexedListing, Option.some("one"))
        yield* db.changeIndex(changesOf({ threads: [makeThread(1)] }))
        assert.isTrue(Option.isNone(yield* db.indexedListing))
        yield* db.changeIndex(changesOf({ listing: "two" }))
        assert.deepStrictEqual(yield* db.indexedListing, Option.some("two"))
      }))

    test("are indexed a thousand at a time", (db) =>
      Effect.gen(function* () {
        const threads = Array.from({ length: 1_203 }, (_, number) => makeThread(number))
        yield* db.changeIndex(
          changesOf({
            threads,
            known: threads.map((thread) => ({
              path: thread.rolloutPath,
              size: thread.rolloutSize,
              modifiedAt: thread.rolloutModifiedAt,
              threadId: thread.id,
              lastRecordAt: thread.updatedAt
            }))
          })
        )
        assert.strictEqual(yield* db.countThreads, 1_203)
        assert.lengthOf(yield* db.knownRollouts, 1_203)
        assert.deepStrictEqual(yield* listed(db, { pageSize: 2 }), [1_202, 1_201].map(idOf))
      }))

    test("that are deleted take everything with them, on record", (db) =>
      Effect.gen(function* () {
        yield* learn(db, makeThread(1))
        yield* learn(db, makeThread(2))
        const claim = yield* take(db, 1, "one")
        assert.isTrue(yield* db.deleteThread(idOf(1)))
        assert.isFalse(yield* db.deleteThread(idOf(1)))
        assert.isTrue(Option.isNone(yield* db.getThread(idOf(1))))
        assert.isTrue(Option.isNone(yield* db.getMemory(idOf(1))))
        assert.isTrue(Option.isNone(yield* db.claim(idOf(1), "two", lease)))
        yield* isLost(db.renewClaim(claim, lease), claim)
        const state = yield* db.consolidationState(ferry, 10)
        assert.deepStrictEqual(state.removals, [idOf(1)])
        assert.deepStrictEqual(
          state.memories.map(({ threadId }) => threadId),
          [idOf(2)]
        )

        yield* index(db, makeThread(1))
        assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).extraction }, { ...notTried })
        assert.isTrue(Option.isNone(yield* db.getMemory(idOf(1))))
      }))

    test("that are deleted before anything was learned leave nothing on record", (db) =>
      Effect.gen(function* () {
        yield* index(db, makeThread(1))
        assert.isTrue(yield* db.deleteThread(idOf(1)))
        assert.deepStrictEqual((yield* db.consolidationState(ferry, 10)).removals, [])
      }))
  })

  describe(`${name}: claims`, () => {
    test("are one owner's at a time, who may claim again", (db) =>
      Effect.gen(function* () {
        yield* index(db, makeThread(1), makeThread(2))
        const claim = { threadId: idOf(1), owner: "one" }
        assert.deepStrictEqual(yield* db.claim(idOf(1), "one", lease), Option.some(claim))
        assert.isTrue(Option.isNone(yield* db.claim(idOf(1), "two", lease)))
        assert.deepStrictEqual(yield* db.claim(idOf(1), "one", lease), Option.some(claim))
        assert.isTrue(Option.isSome(yield* db.claim(idOf(2), "two", lease)))
        assert.isTrue(Option.isNone(yield* db.claim(idOf(3), "one", lease)))
        const { extraction } = yield* recordOf(db, 1)
        assert.strictEqual(extraction.claimOwner, "one")
        assert.strictEqual(extraction.claimExpiresAt, 600_000)
      }))

    test("are one owner's, however many ask at the same moment", (db) =>
      Effect.gen(function* () {
        const numbers = Array.from({ length: 20 }, (_, number) => number)
        yield* index(db, ...numbers.map((number) => makeThread(number)))
        const taken = yield* Effect.forEach(
          numbers.flatMap((number) => ["one", "two", "three"].map((owner) => ({ number, owner }))),
          ({ number, owner }) => db.claim(idOf(number), owner, lease),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(
          taken.flatMap(Option.toArray).map(({ threadId }) => threadId),
          numbers.map(idOf)
        )
      }).pipe(new HandClock().provide))

    test("end at the very instant their lease does", (db) =>
      Effect.gen(function* () {
        yield* index(db, makeThread(1))
        yield* take(db, 1, "one")
        yield* TestClock.setTime(599_999)
        assert.isTrue(Option.isNone(yield* db.claim(idOf(1), "two", lease)))
        yield* TestClock.setTime(600_000)
        assert.isTrue(Option.isSome(yield* db.claim(idOf(1), "two", lease)))
      }))

    test("last from their renewal on", (db) =>
      Effect.gen(function* () {
        yield* index(db, makeThread(1))
        const claim = yield* take(db, 1, "one")
        yield* TestClock.setTime(500_000)
        yield* db.renewClaim(claim, lease)
        yield* TestClock.setTime(1_099_999)
        assert.isTrue(Option.isNone(yield* db.claim(idOf(1), "two", lease)))
        yield* TestClock.setTime(1_100_000)
        yield* take(db, 1, "two")
        yield* isLost(db.renewClaim(claim, lease), claim)
      }))

    test("of no length hold nobody off", (db) =>
      Effect.gen(function* () {
        yield* index(db, makeThread(1))
        yield* take(db, 1, "one", Duration.zero)
        yield* take(db, 1, "two", Duration.millis(-5))
        yield* take(db, 1, "three")
        assert.isTrue(Option.isNone(yield* db.claim(idOf(1), "one", Duration.zero)))
      }))

    test("are given back untried, by their owner alone", (db) =>
      Effect.gen(function* () {
        yield* index(db, makeThread(1))
        const claim = yield* take(db, 1, "one")
        assert.isFalse(yield* db.releaseClaim({ ...claim, owner: "two" }))
        assert.isTrue(Option.isNone(yield* db.claim(idOf(1), "two", lease)))
        assert.isTrue(yield* db.releaseClaim(claim))
        assert.isFalse(yield* db.releaseClaim(claim))
        assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).extraction }, { ...notTried })
        yield* take(db, 1, "two")
      }))

    test("whose process is gone hold nobody off, and are shown as none", (db, process) =>
      Effect.gen(function* () {
        yield* index(db, makeThread(1), makeThread(2))
        const claim = yield* take(db, 1, "one")
        yield* take(db, 2, "one")
        process.isGone = true
        assert.isNull((yield* recordOf(db, 1)).extraction.claimOwner)
        assert.isTrue((yield* db.listThreads(everything)).every(({ extraction }) => extraction.claimExpiresAt === null))
        assert.isTrue(Option.isSome(yield* db.claim(idOf(1), "two", lease)))
        process.isGone = false
        assert.isTrue(Option.isNone(yield* db.claim(idOf(1), "three", lease)))
        assert.isTrue(Option.isNone(yield* db.claim(idOf(2), "three", lease)))
        yield* isLost(db.renewClaim(claim, lease), claim)
      }))

    const losers: ReadonlyArray<
      readonly [
        string,
        (db: Db, claim: Claim, thread: Thread) => Effect.Effect<Thread | void, ClaimLost | StateDbFailure>
      ]
    > = [
      ["renewing", (db, claim) => db.renewClaim(claim, lease)],
      ["completing its thread", (db, claim, thread) => db.completeThread(claim, thread)],
      ["storing a memory", (db, claim, thread) => db.storeMemory(claim, makeMemory(thread))],
      ["storing that there is nothing", (db, claim, thread) => db.storeNothing(claim, makeMemory(thread))],
      ["storing a failure", (db, claim) => db.storeFailure(claim, failure)]
    ]
    for (const [what, use] of losers) {
      test(`that are lost fail ${what} with a typed error, and nothing of it is stored`, (db) =>
        Effect.gen(function* () {
          yield* learn(db, makeThread(1))
          const lost = yield* take(db, 1, "one")
          const later = makeThread(1, { title: "another", updatedAt: startOfFixtures + 1e9, cwd: "/home/ada/tram" })
          const unused: Claim = { threadId: idOf(1), owner: "never" }
          const unknown: Claim = { threadId: idOf(9), owner: "one" }
          yield* TestClock.setTime(600_000)
          yield* take(db, 1, "two")
          const before = [yield* recordOf(db, 1), yield* db.getMemory(idOf(1)), yield* db.dirtyDirectories(10)]
          for (const claim of [lost, unused, unknown]) {
            yield* isLost(use(db, claim, later), claim)
          }
          const after = [yield* recordOf(db, 1), yield* db.getMemory(idOf(1)), yield* db.dirtyDirectories(10)]
          assert.deepStrictEqual(after, before)
          assert.deepStrictEqual((yield* db.consolidationState(ferry, 10)).removals, [])

          const used: Claim = { threadId: idOf(1), owner: "two" }
          yield* db.storeNothing(used, makeMemory(later))
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
      "are believed in by one owner at most, whatever two of them do",
      [FastCheck.array(Arbitrary.make(Act), { maxLength: 40, size: "max" })],
      ([acts]) => {
        const clock = new HandClock()
        return provided((db) =>
          Effect.gen(function* () {
            const length = 10
            const duration = Duration.millis(length)
            yield* index(db, makeThread(1))
            let held: { readonly owner: string; readonly until: number } | undefined
            const believed = new Map<string, number>()
            for (const action of acts) {
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
                assert.strictEqual(Option.isSome(yield* db.claim(claim.threadId, owner, duration)), isFree)
                held = isFree ? { owner, until: now + length } : held
              } else if (act === "renew") {
                assert.strictEqual(yield* Effect.isSuccess(db.renewClaim(claim, duration)), isOurs)
                held = isOurs ? { owner, until: now + length } : held
              } else {
                const end =
                  act === "release"
                    ? db.releaseClaim(claim)
                    : Effect.isSuccess(db.storeFailure(claim, { ...failure, retryAt: 0 }))
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
  })

  describe(`${name}: memories`, () => {
    test("says how much of what a model quoted was found, and nothing where nobody looked", (db) =>
      Effect.gen(function* () {
        const grounding = { items: 7, grounded: 5 }
        yield* learn(db, makeThread(1), { grounding })
        yield* learn(db, makeThread(2))
        assert.deepStrictEqual((yield* Effect.flatten(db.getMemory(idOf(1)))).grounding, grounding)
        assert.isFalse("grounding" in (yield* Effect.flatten(db.getMemory(idOf(2)))))
      }))

    test("are stored by the claim's owner, which ends the claim and forgets failures", (db) =>
      Effect.gen(function* () {
        const thread = makeThread(1)
        yield* index(db, thread)
        yield* db.storeFailure(yield* take(db, 1, "one"), failure)
        const memory = makeMemory(thread)
        yield* db.storeMemory(yield* take(db, 1, "one"), memory)
        const { extraction } = yield* recordOf(db, 1)
        assert.deepStrictEqual(
          { ...extraction },
          { ...notTried, outcome: "memory", learnedUpdatedAt: thread.updatedAt, learnedSize: thread.rolloutSize }
        )
        const stored = yield* Effect.flatten(db.getMemory(idOf(1)))
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
        assert.isTrue(Option.isSome(yield* db.claim(idOf(1), "two", lease)))
      }))

    test("replace the one before, and are another version only where they say something else", (db) =>
      Effect.gen(function* () {
        const thread = makeThread(1)
        yield* learn(db, thread)
        const first = yield* Effect.flatten(db.getMemory(idOf(1)))
        yield* learn(db, thread, { updatedAt: thread.updatedAt + 9, slug: "renamed" })
        const restamped = yield* Effect.flatten(db.getMemory(idOf(1)))
        assert.deepStrictEqual(restamped, { ...first, updatedAt: thread.updatedAt + 9, slug: "renamed" })
        yield* learn(db, thread, { memorySummary: "something else" })
        const second = yield* Effect.flatten(db.getMemory(idOf(1)))
        assert.notStrictEqual(second.version, first.version)
        assert.deepStrictEqual(yield* db.lastMemories(ferry, 10), [second])
        assert.deepStrictEqual((yield* db.consolidationState(ferry, 10)).removals, [])
      }))

    test("that are nothing end the claim, and take an earlier memory away on record", (db) =>
      Effect.gen(function* () {
        const thread = makeThread(1)
        yield* index(db, thread)
        yield* db.storeNothing(yield* take(db, 1, "one"), makeMemory(thread))
        assert.deepStrictEqual((yield* db.consolidationState(ferry, 10)).removals, [])
        yield* learn(db, thread)
        yield* db.storeNothing(yield* take(db, 1, "one"), makeMemory(thread))
        assert.deepStrictEqual(
          { ...(yield* recordOf(db, 1)).extraction },
          { ...notTried, outcome: "nothing", learnedUpdatedAt: thread.updatedAt, learnedSize: thread.rolloutSize }
        )
        assert.isTrue(Option.isNone(yield* db.getMemory(idOf(1))))
        assert.deepStrictEqual((yield* db.consolidationState(ferry, 10)).removals, [idOf(1)])
      }))

    test("that failed leave what was learned before, and say when to try again", (db) =>
      Effect.gen(function* () {
        const thread = makeThread(1)
        yield* learn(db, thread)
        yield* db.storeFailure(yield* take(db, 1, "one"), failure)
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
        assert.isTrue(Option.isSome(yield* db.getMemory(idOf(1))))

        yield* db.keepFailure(idOf(1), failure.modifiedAt + 7)
        assert.strictEqual((yield* recordOf(db, 1)).extraction.failedModifiedAt, failure.modifiedAt + 7)

        yield* db.storeFailure(yield* take(db, 1, "one"), {
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
        yield* db.keepFailure(idOf(1), 7)
        yield* db.keepFailure(idOf(2), 7)
        assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).extraction }, { ...notTried })
      }))

    test("are of the thread as a whole read completed it", (db) =>
      Effect.gen(function* () {
        yield* index(db, makeThread(1, { title: null, tokensUsed: null, cwd: null, archivedAt: 5 }))
        const claim = yield* take(db, 1, "one")
        const whole = makeThread(1, { source: "vscode", sandboxPolicy: null })
        const completed = yield* db.completeThread(claim, makeThread(2, { source: "vscode", sandboxPolicy: null }))
        assert.strictEqual(completed.id, idOf(1))
        yield* db.completeThread(claim, whole)
        assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).thread }, { ...whole })
        assert.isTrue(Option.isNone(yield* db.getThread(idOf(2))))
        assert.isTrue(Option.isNone(yield* db.claim(idOf(1), "two", lease)))
      }))

    test("are listed newest first, ties by id, both descending, of one directory", (db) =>
      Effect.gen(function* () {
        const same = { updatedAt: startOfFixtures + 1 }
        yield* learn(db, makeThread(1), same)
        yield* learn(db, makeThread(2), same)
        yield* learn(db, makeThread(3), { updatedAt: startOfFixtures })
        yield* learn(db, makeThread(4), { updatedAt: startOfFixtures + 2 })
        yield* learn(db, makeThread(5, { cwd: "/home/ada/tram" }))
        yield* learn(db, makeThread(6, { cwd: null }))
        const ids = (cwd: string, count: number) =>
          Effect.map(db.lastMemories(cwd, count), (memories) => memories.map(({ threadId }) => threadId))
        assert.deepStrictEqual(yield* ids(ferry, 10), [4, 2, 1, 3].map(idOf))
        assert.deepStrictEqual(yield* ids(ferry, 2), [4, 2].map(idOf))
        assert.deepStrictEqual(yield* ids(ferry, 0), [])
        assert.deepStrictEqual(yield* ids("/home/ada/tram", 10), [idOf(5)])
        assert.deepStrictEqual(yield* ids("/nowhere", 10), [])
        assert.isTrue(Option.isNone(yield* db.getMemory(idOf(6))))
        assert.deepStrictEqual(yield* db.listProjects, [
          { cwd: ferry, memories: 4 },
          { cwd: "/home/ada/tram", memories: 1 }
        ])
      }))

    test("move with their thread, on record where they were", (db) =>
      Effect.gen(function* () {
        yield* learn(db, makeThread(1))
        yield* publish(db, ferry)
        yield* index(db, makeThread(1, { cwd: "/home/ada/tram" }))
        assert.deepStrictEqual((yield* db.consolidationState(ferry, 10)).removals, [idOf(1)])
        assert.lengthOf(yield* db.lastMemories("/home/ada/tram", 10), 1)
        assert.deepStrictEqual(
          (yield* db.dirtyDirectories(10)).map(({ cwd }) => cwd),
          [ferry, "/home/ada/tram"]
        )
      }))

    test("that leave a directory again and again are on record there once", (db) =>
      Effect.gen(function* () {
        const tram = "/home/ada/tram"
        for (const _ of [1, 2]) {
          yield* learn(db, makeThread(1))
          yield* index(db, makeThread(1, { cwd: tram }))
          yield* index(db, makeThread(1))
          yield* db.completeThread(yield* take(db, 1, "one"), makeThread(1, { cwd: tram }))
          yield* db.completeThread(yield* take(db, 1, "one"), makeThread(1))
          yield* db.storeNothing(yield* take(db, 1, "one"), makeMemory(makeThread(1)))
          yield* learn(db, makeThread(1))
          yield* db.deleteThread(idOf(1))
        }
        for (const cwd of [ferry, tram]) {
          assert.deepStrictEqual((yield* db.consolidationState(cwd, 10)).removals, [idOf(1)])
        }
      }))

    test("are imported from their files, with a row where there is no rollout", (db) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(77_000)
        const memory = {
          threadId: idOf(1),
          cwd: ferry,
          rolloutPath: "/codex/gone.jsonl",
          traceSummary: "# It was so",
          memorySummary: "so it was",
          slug: "so",
          updatedAt: startOfFixtures
        }
        assert.isTrue(yield* db.importMemory(memory))
        assert.isFalse(yield* db.importMemory({ ...memory, memorySummary: "it was not" }))
        const { version, ...imported } = yield* Effect.flatten(db.getMemory(idOf(1)))
        assert.deepStrictEqual(imported, memory)
        const { extraction, thread } = yield* recordOf(db, 1)
        assert.strictEqual(thread.missingSince, 77_000)
        assert.strictEqual(thread.updatedAt, startOfFixtures)
        assert.strictEqual(extraction.outcome, "memory")
        assert.deepStrictEqual(yield* listed(db, { unlearned: true }), [])

        yield* learn(db, makeThread(3), {
          traceSummary: memory.traceSummary,
          memorySummary: memory.memorySummary,
          slug: "so"
        })
        assert.strictEqual((yield* Effect.flatten(db.getMemory(idOf(3)))).version, version)
      }))

    test("that were taken away are not imported again from the files that they left", (db) =>
      Effect.gen(function* () {
        yield* learn(db, makeThread(1))
        yield* learn(db, makeThread(2))
        const [two, one] = yield* db.lastMemories(ferry, 2)
        yield* db.storeNothing(yield* take(db, 1, "me"), makeMemory(makeThread(1)))
        yield* db.deleteThread(idOf(2))
        for (const memory of [one, two]) {
          assert.isDefined(memory)
          if (memory !== undefined) {
            assert.isFalse(yield* db.importMemory(memory))
          }
        }
        assert.isTrue(Option.isNone(yield* db.getThread(idOf(2))))
        assert.deepStrictEqual(yield* db.lastMemories(ferry, 2), [])
      }))

    test("that are imported leave a claim with its owner, and failures as they are", (db) =>
      Effect.gen(function* () {
        const thread = makeThread(1)
        yield* index(db, thread)
        yield* db.storeFailure(yield* take(db, 1, "one"), failure)
        const claim = yield* take(db, 1, "one")
        const before = (yield* recordOf(db, 1)).extraction
        const memory = {
          threadId: idOf(1),
          cwd: ferry,
          rolloutPath: thread.rolloutPath,
          traceSummary: "# It was so",
          memorySummary: "so it was",
          slug: "so",
          updatedAt: thread.updatedAt
        }
        assert.isTrue(yield* db.importMemory(memory))
        const after = (yield* recordOf(db, 1)).extraction
        const learned = {
          outcome: "memory" as const,
          learnedUpdatedAt: thread.updatedAt,
          learnedSize: thread.rolloutSize
        }
        assert.deepStrictEqual({ ...after }, { ...before, ...learned })
        yield* db.storeMemory(claim, makeMemory(thread))
        assert.strictEqual((yield* Effect.flatten(db.getMemory(idOf(1)))).slug, makeMemory(thread).slug)
      }))

    test("that are imported belong to the thread that is indexed, and are fresh as it was then", (db) =>
      Effect.gen(function* () {
        const thread = makeThread(1)
        yield* index(db, thread, makeThread(2))
        const memory = {
          threadId: idOf(1),
          cwd: "/somewhere/else",
          rolloutPath: "/codex/old.jsonl",
          traceSummary: "# It was so",
          memorySummary: "so it was",
          slug: "so",
          updatedAt: thread.updatedAt
        }
        assert.isTrue(yield* db.importMemory(memory))
        const older = makeThread(2).updatedAt - 1
        assert.isTrue(yield* db.importMemory({ ...memory, threadId: idOf(2), updatedAt: older }))
        assert.deepStrictEqual({ ...(yield* recordOf(db, 1)).thread }, { ...thread })
        assert.strictEqual((yield* Effect.flatten(db.getMemory(idOf(1)))).cwd, ferry)
        assert.deepStrictEqual(yield* listed(db, { unlearned: true }), [idOf(2)])
        assert.isTrue(yield* isDirty(db, ferry))
      }))
  })

  describe(`${name}: locks`, () => {
    test("are one owner's at a time, who may acquire again", (db) =>
      Effect.gen(function* () {
        assert.isTrue(yield* db.acquireLock(ferry, "one", lease))
        assert.isFalse(yield* db.acquireLock(ferry, "two", lease))
        assert.isTrue(yield* db.acquireLock(ferry, "one", lease))
        assert.isTrue(yield* db.acquireLock("/home/ada/tram", "two", lease))
        assert.deepStrictEqual(yield* db.lockedDirectories, [ferry, "/home/ada/tram"])
      }))

    test("are one owner's, however many ask at the same moment", (db) =>
      Effect.gen(function* () {
        const taken = yield* Effect.forEach(["one", "two", "three"], (owner) => db.acquireLock(ferry, owner, lease), {
          concurrency: "unbounded"
        })
        assert.lengthOf(taken.filter(Boolean), 1)
      }).pipe(new HandClock().provide))

    test("are stale exactly when their lease is over", (db) =>
      Effect.gen(function* () {
        assert.isTrue(yield* db.acquireLock(ferry, "one", lease))
        yield* TestClock.setTime(599_999)
        assert.isFalse(yield* db.acquireLock(ferry, "two", lease))
        yield* TestClock.setTime(600_000)
        assert.isTrue(yield* db.acquireLock(ferry, "two", lease))
        assert.isFalse(yield* db.acquireLock(ferry, "one", lease))
      }))

    test("last from their renewal on, by acquiring and by renewing", (db) =>
      Effect.gen(function* () {
        assert.isTrue(yield* db.acquireLock(ferry, "one", lease))
        yield* TestClock.setTime(400_000)
        assert.isTrue(yield* db.acquireLock(ferry, "one", lease))
        yield* TestClock.setTime(800_000)
        assert.isFalse(yield* db.acquireLock(ferry, "two", lease))
        assert.isTrue(yield* db.renewLock(ferry, "one"))
        yield* TestClock.setTime(1_399_000)
        assert.isFalse(yield* db.acquireLock(ferry, "two", lease))
        yield* TestClock.setTime(1_400_000)
        assert.isTrue(yield* db.acquireLock(ferry, "two", lease))
      }))

    test("are stolen by a lease of nothing, or of less", (db) =>
      Effect.gen(function* () {
        assert.isTrue(yield* db.acquireLock(ferry, "one", lease))
        assert.isTrue(yield* db.acquireLock(ferry, "two", Duration.zero))
        assert.isTrue(yield* db.acquireLock(ferry, "three", Duration.seconds(-600)))
        assert.isFalse(yield* db.acquireLock(ferry, "one", lease))
        assert.isFalse(yield* db.releaseLock(ferry, "two"))
        assert.isTrue(yield* db.releaseLock(ferry, "three"))
      }))

    test("are released by their owner alone", (db) =>
      Effect.gen(function* () {
        assert.isFalse(yield* db.releaseLock(ferry, "one"))
        assert.isTrue(yield* db.acquireLock(ferry, "one", lease))
        assert.isFalse(yield* db.releaseLock(ferry, "two"))
        assert.isFalse(yield* db.acquireLock(ferry, "two", lease))
        assert.isTrue(yield* db.releaseLock(ferry, "one"))
        assert.isFalse(yield* db.releaseLock(ferry, "one"))
        assert.deepStrictEqual(yield* db.lockedDirectories, [])
        assert.isTrue(yield* db.acquireLock(ferry, "two", lease))
      }))

    test("are never taken by a renewal, whether free or another's", (db) =>
      Effect.gen(function* () {
        assert.isFalse(yield* db.renewLock(ferry, "one"))
        assert.deepStrictEqual(yield* db.lockedDirectories, [])
        assert.isTrue(yield* db.acquireLock(ferry, "one", lease))
        yield* TestClock.setTime(600_000)
        assert.isFalse(yield* db.renewLock(ferry, "two"))
        assert.isTrue(yield* db.acquireLock(ferry, "two", lease))
        assert.isFalse(yield* db.renewLock(ferry, "one"))
        assert.isTrue(yield* db.renewLock(ferry, "two"))
      }))

    test("whose process is gone are taken over at once", (db, process) =>
      Effect.gen(function* () {
        assert.isTrue(yield* db.acquireLock(ferry, "one", lease))
        process.isGone = true
        assert.deepStrictEqual(yield* db.lockedDirectories, [ferry])
        assert.isTrue(yield* db.acquireLock(ferry, "two", lease))
        process.isGone = false
        assert.isFalse(yield* db.acquireLock(ferry, "three", lease))
        assert.isFalse(yield* db.renewLock(ferry, "one"))
        assert.isFalse(yield* db.releaseLock(ferry, "one"))
        assert.isTrue(yield* db.renewLock(ferry, "two"))
      }))

    const Act = Schema.Union(
      Schema.Struct({ act: Schema.Literal("acquire", "renew", "release"), owner: Schema.Literal("one", "two") }),
      Schema.Struct({ act: Schema.Literal("wait"), time: Schema.Int.pipe(Schema.between(0, 12)) })
    )

    it.effect.prop(
      "are believed in by one owner at most, whatever two of them do",
      [FastCheck.array(Arbitrary.make(Act), { maxLength: 40, size: "max" })],
      ([acts]) => {
        const clock = new HandClock()
        return provided((db) =>
          Effect.gen(function* () {
            const length = 10
            let held: { readonly owner: string; readonly since: number } | undefined
            const believed = new Map<string, number>()
            for (const action of acts) {
              if (action.act === "wait") {
                clock.now += action.time * 1_000
                continue
              }
              const now = clock.now / 1_000
              const { act, owner } = action
              const isOurs = held?.owner === owner
              if (act === "acquire") {
                const isFree = held === undefined || isOurs || held.since <= now - length
                assert.strictEqual(yield* db.acquireLock(ferry, owner, Duration.seconds(length)), isFree)
                held = isFree ? { owner, since: now } : held
              } else if (act === "renew") {
                assert.strictEqual(yield* db.renewLock(ferry, owner), isOurs)
                held = isOurs ? { owner, since: now } : held
              } else {
                assert.strictEqual(yield* db.releaseLock(ferry, owner), isOurs)
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
  })

  describe(`${name}: directories`, () => {
    test("are dirty until exactly what they hold was published", (db) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [])
        yield* index(db, makeThread(1))
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [])
        yield* learn(db, makeThread(1))
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [{ cwd: ferry, attempts: 0, retryAt: undefined }])
        const state = yield* db.consolidationState(ferry, 10)
        assert.deepStrictEqual(state, {
          memories: yield* db.lastMemories(ferry, 10),
          earlier: [],
          notes: [],
          fingerprint: fingerprintOf(state.memories),
          published: undefined,
          attempts: 0,
          removals: []
        })

        yield* learn(db, makeThread(2))
        yield* db.recordPublished(ferry, state.fingerprint)
        assert.isTrue(yield* isDirty(db, ferry))
        assert.strictEqual((yield* db.consolidationState(ferry, 10)).published, state.fingerprint)
        yield* publish(db, ferry)
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [])

        yield* learn(db, makeThread(2), { updatedAt: makeThread(2).updatedAt + 1, slug: "renamed" })
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [])
        yield* learn(db, makeThread(2), { traceSummary: "# Another" })
        assert.isTrue(yield* isDirty(db, ferry))
      }))

    test("are dirty when the same memories come in another order", (db) =>
      Effect.gen(function* () {
        yield* learn(db, makeThread(1))
        yield* learn(db, makeThread(2))
        yield* publish(db, ferry)
        yield* learn(db, makeThread(1), { updatedAt: makeThread(2).updatedAt + 1 })
        assert.isTrue(yield* isDirty(db, ferry))
      }))

    test("are made from their newest memories, and from what the earlier ones leave", (db) =>
      Effect.gen(function* () {
        yield* learn(db, makeThread(2))
        yield* learn(db, makeThread(3))
        yield* publish(db, ferry, 2)
        assert.isFalse(yield* isDirty(db, ferry, 2))
        assert.isFalse(yield* isDirty(db, ferry, 3))
        assert.isTrue(yield* isDirty(db, ferry, 1))
        yield* learn(db, makeThread(1))
        assert.isTrue(yield* isDirty(db, ferry, 2))
        const state = yield* db.consolidationState(ferry, 2)
        assert.deepStrictEqual(
          state.memories.map(({ threadId }) => threadId),
          [idOf(3), idOf(2)]
        )
        const all = yield* db.lastMemories(ferry, 10)
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

    test("count the failures of exactly these inputs, until they are published", (db) =>
      Effect.gen(function* () {
        const failed = (retryAt: number) => ({ errorTag: "PublishRefused", errorMessage: "no", retryAt })
        yield* learn(db, makeThread(1))
        const { fingerprint } = yield* db.consolidationState(ferry, 10)
        yield* db.recordUnpublished(ferry, fingerprint, failed(1_000))
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [{ cwd: ferry, attempts: 1, retryAt: 1_000 }])
        yield* db.recordUnpublished(ferry, fingerprint, failed(5_000))
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [{ cwd: ferry, attempts: 2, retryAt: 5_000 }])
        assert.strictEqual((yield* db.consolidationState(ferry, 10)).attempts, 2)

        yield* learn(db, makeThread(2))
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [{ cwd: ferry, attempts: 0, retryAt: undefined }])
        const state = yield* db.consolidationState(ferry, 10)
        assert.strictEqual(state.attempts, 0)
        yield* db.recordUnpublished(ferry, state.fingerprint, failed(9_000))
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [{ cwd: ferry, attempts: 1, retryAt: 9_000 }])
        assert.isUndefined((yield* db.consolidationState(ferry, 10)).published)

        yield* db.recordPublished(ferry, state.fingerprint)
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [])
        yield* db.recordUnpublished(ferry, "later", failed(9_000))
        assert.strictEqual((yield* db.consolidationState(ferry, 10)).published, state.fingerprint)
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [])
      }))

    test("that were emptied are dirty until that is published, and what was removed is on record till then", (db) =>
      Effect.gen(function* () {
        yield* learn(db, makeThread(1))
        yield* learn(db, makeThread(2))
        yield* publish(db, ferry)
        yield* db.deleteThread(idOf(1))
        yield* db.storeNothing(yield* take(db, 2, "one"), makeMemory(makeThread(2)))
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [{ cwd: ferry, attempts: 0, retryAt: undefined }])
        const state = yield* db.consolidationState(ferry, 10)
        assert.strictEqual(state.fingerprint, "")
        assert.deepStrictEqual(state.memories, [])
        assert.deepStrictEqual([...state.removals].sort(), [1, 2].map(idOf))
        yield* db.recordPublished(ferry, state.fingerprint)
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [])
        assert.deepStrictEqual((yield* db.consolidationState(ferry, 10)).removals, [])
      }))

    test("that were emptied before anything was published are dirty too: their files are still there", (db) =>
      Effect.gen(function* () {
        yield* learn(db, makeThread(1))
        yield* learn(db, makeThread(2, { cwd: "/home/ada/tram" }))
        yield* db.storeNothing(yield* take(db, 1, "one"), makeMemory(makeThread(1)))
        yield* db.deleteThread(idOf(2))
        const dirty = yield* db.dirtyDirectories(10)
        assert.deepStrictEqual(
          dirty.map(({ cwd }) => cwd),
          [ferry, "/home/ada/tram"]
        )
        yield* db.recordPublished(ferry, "")
        yield* db.recordPublished("/home/ada/tram", "")
        assert.deepStrictEqual(yield* db.dirtyDirectories(10), [])
      }))

    test("are listed in the order of their paths, each by itself", (db) =>
      Effect.gen(function* () {
        const cwds = ["/c", "/a", "/b"]
        for (const [at, cwd] of cwds.entries()) {
          yield* learn(db, makeThread(at + 1, { cwd }))
        }
        assert.deepStrictEqual(
          (yield* db.dirtyDirectories(10)).map(({ cwd }) => cwd),
          ["/a", "/b", "/c"]
        )
        yield* publish(db, "/b")
        assert.deepStrictEqual(
          (yield* db.dirtyDirectories(10)).map(({ cwd }) => cwd),
          ["/a", "/c"]
        )
        assert.deepStrictEqual((yield* db.consolidationState("/nowhere", 10)).memories, [])
      }))

    const Act = Schema.Struct({
      act: Schema.Literal("learn", "learn", "forget", "delete", "move", "publish", "fail"),
      number: Schema.Int.pipe(Schema.between(1, 4)),
      cwd: Schema.Literal("/a", "/b"),
      says: Schema.Literal("one thing", "another")
    })

    it.effect.prop(
      "are dirty exactly when what they hold differs from what was published of them",
      [FastCheck.array(Arbitrary.make(Act), { maxLength: 20, size: "max" })],
      ([acts]) =>
        provided((db) =>
          Effect.gen(function* () {
            for (const { act, cwd, number, says } of acts) {
              const thread = makeThread(number, { cwd })
              const { fingerprint } = yield* db.consolidationState(cwd, 2)
              if (act === "learn") {
                yield* learn(db, thread, { memorySummary: says })
              } else if (act === "forget") {
                yield* index(db, thread)
                yield* db.storeNothing(yield* take(db, number, "one"), makeMemory(thread))
              } else if (act === "delete") {
                yield* db.deleteThread(thread.id)
              } else if (act === "move") {
                yield* index(db, thread)
              } else if (act === "publish") {
                yield* db.recordPublished(cwd, fingerprint)
              } else {
                yield* db.recordUnpublished(cwd, fingerprint, { errorTag: "E", errorMessage: says, retryAt: number })
              }
              const dirty: Array<string> = []
              for (const each of ["/a", "/b"]) {
                const state = yield* db.consolidationState(each, 2)
                assert.strictEqual(state.fingerprint, fingerprintOf(state.memories, state.earlier))
                const isEmptied = state.memories.length === 0 && state.removals.length > 0
                if (state.fingerprint !== (state.published ?? "") || isEmptied) {
                  dirty.push(each)
                }
              }
              assert.deepStrictEqual(
                (yield* db.dirtyDirectories(2)).map((directory) => directory.cwd),
                dirty
              )
            }
          })
        ),
      { fastCheck: { numRuns } }
    )
  })
}

suite("the state DB in memory", () => StateDbMemory.layer, 100)

suite(
  "the state DB in SQLite",
  () =>
    Layer.unwrapScoped(
      Effect.map(temporaryFolder, (folder) =>
        StateDbSqlite.layer(join(folder, "state.sqlite"), { replaceCorrupt: false })
      )
    ),
  25
)
