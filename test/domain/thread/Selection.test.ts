import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { safe } from "../../../src/domain/privacy/SafeText.js"
import { Extraction, notTried, type ThreadRecord } from "../../../src/domain/thread/Extraction.js"
import { judge, type RuleContext } from "../../../src/domain/thread/LearningRules.js"
import { select } from "../../../src/domain/thread/Selection.js"
import type { Thread } from "../../../src/domain/thread/Thread.js"
import { startOfFixtures } from "../../../src/testing/RolloutBuilder.js"
import { idOf, makeThread } from "../../support/rows.js"

const day = 86_400_000
const minute = 60_000
const now = startOfFixtures + 30 * day
const context: RuleContext = {
  now,
  minIdle: 10 * minute,
  currentThread: undefined,
  sources: "all",
  sentAgents: undefined,
  provider: undefined,
  ignore: { text: "", isIgnored: () => false }
}

const recordOf = (
  number: number,
  fields: Parameters<typeof makeThread>[1] = {},
  extraction: Partial<Extraction> = {}
): ThreadRecord => ({
  thread: makeThread(number, fields),
  extraction: new Extraction({ ...notTried, ...extraction })
})

/** One that failed on what its rollout still holds. */
const failedRecord = (number: number, extraction: Partial<Extraction> = {}): ThreadRecord => {
  const { thread } = recordOf(number)
  return recordOf(
    number,
    {},
    {
      errorTag: "MalformedAnswer",
      attempts: 1,
      failedSize: thread.rolloutSize,
      failedHash: "ab".repeat(32),
      failedModifiedAt: thread.rolloutModifiedAt,
      ...extraction
    }
  )
}

const numbers = (count: number, from = 1): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, index) => from + index)

const idsOf = (threads: ReadonlyArray<Thread>): ReadonlyArray<string> => threads.map(({ id }) => id)

const taken = (records: ReadonlyArray<ThreadRecord>, limit: number, within = context): ReadonlyArray<string> =>
  idsOf(select(records, limit, within).candidates)

describe("judging a thread", () => {
  it("a thread without a reason against it is eligible", () => {
    assert.strictEqual(judge(recordOf(1), context), "eligible")
  })

  it("the current thread is neither taken nor reported", () => {
    const within = { ...context, currentThread: idOf(1) }
    assert.strictEqual(judge(recordOf(1), within), "current")
    assert.deepStrictEqual(select([recordOf(1)], 8, within), select([], 8, within))
  })

  it("a thread that was written to within the idle time is left for later", () => {
    const at = (age: number) => judge(recordOf(1, { updatedAt: now - age }), context)
    assert.deepStrictEqual([at(0), at(10 * minute - 1), at(10 * minute)], ["idle", "idle", "eligible"])
  })

  it("a thread is never too recent with an idle time of 0", () => {
    assert.strictEqual(judge(recordOf(1, { updatedAt: now }), { ...context, minIdle: 0 }), "eligible")
  })

  it("a thread whose last record is in the future is as idle as its file", () => {
    const at = (fileAge: number) =>
      judge(recordOf(1, { updatedAt: now + day, rolloutModifiedAt: now - fileAge }), context)
    assert.deepStrictEqual([at(minute), at(10 * minute)], ["idle", "eligible"])
  })

  it("a thread claimed by another pass is left alone until the claim expires", () => {
    const claimed = (claimExpiresAt: number | null, claimOwner: string | null = "other") =>
      judge(recordOf(1, {}, { claimOwner, claimExpiresAt }), context)
    assert.deepStrictEqual([claimed(now + 1), claimed(now), claimed(null)], ["claimed", "eligible", "eligible"])
    assert.strictEqual(claimed(now + 1, null), "eligible")
  })

  it("a thread that failed waits until its retry time", () => {
    const waiting = (retryAt: number | null) => judge(failedRecord(1, { retryAt }), context)
    assert.deepStrictEqual([waiting(now + 1), waiting(now), waiting(null)], ["backoff", "eligible", "eligible"])
  })

  it("a thread that failed too often is quarantined", () => {
    assert.strictEqual(judge(failedRecord(1, { isQuarantined: true }), context), "quarantined")
    assert.strictEqual(judge(failedRecord(1, { isQuarantined: true, retryAt: now - 1 }), context), "quarantined")
  })

  it("a thread with new content is eligible again, quarantined or not", () => {
    for (const fields of [{ isQuarantined: true }, { retryAt: now + day }]) {
      assert.strictEqual(judge(failedRecord(1, { ...fields, failedSize: 1 }), context), "eligible")
    }
  })

  it("a thread is eligible if only reading it shows whether its content is new", () => {
    assert.strictEqual(judge(failedRecord(1, { isQuarantined: true, failedModifiedAt: 1 }), context), "eligible")
  })
})

describe("selection", () => {
  it("selection takes all eligible threads, newest first, up to the limit", () => {
    assert.deepStrictEqual(
      taken(
        [1, 3, 2].map((number) => recordOf(number)),
        8
      ),
      [3, 2, 1].map(idOf)
    )
    assert.deepStrictEqual(taken([], 8), [])
  })

  it("selection orders threads of the same time by id, descending", () => {
    const records = [2, 1, 3].map((number) => recordOf(number, { updatedAt: startOfFixtures }))
    assert.deepStrictEqual(taken(records, 8), [3, 2, 1].map(idOf))
  })

  it("selection with a limit of 0 takes no thread", () => {
    assert.deepStrictEqual(
      taken(
        numbers(20).map((number) => recordOf(number)),
        0
      ),
      []
    )
  })

  it("selection gives half of the places, rounded up, to the newest, and the rest to the oldest", () => {
    const records = numbers(20).map((number) => recordOf(number))
    assert.deepStrictEqual(taken(records, 8), [20, 19, 18, 17, 4, 3, 2, 1].map(idOf))
    assert.deepStrictEqual(taken(records, 5), [20, 19, 18, 2, 1].map(idOf))
    assert.deepStrictEqual(taken(records, 1), [20].map(idOf))
  })

  it("selection prefers threads that were never tried to those that failed, whatever their age", () => {
    const retries = numbers(10, 11).map((number) => failedRecord(number))
    const firstTries = numbers(5).map((number) => recordOf(number))
    assert.deepStrictEqual(taken([...retries, ...firstTries], 5), [5, 4, 3, 2, 1].map(idOf))
    assert.deepStrictEqual(taken([...retries, ...firstTries], 8), [20, 19, 11, 5, 4, 3, 2, 1].map(idOf))
  })

  it("selection reports why other threads are left for later", () => {
    const records = [
      recordOf(1),
      recordOf(2, { updatedAt: now }),
      recordOf(3, {}, { claimOwner: "other", claimExpiresAt: now + 1 }),
      failedRecord(4, { retryAt: now + 1 }),
      failedRecord(5, { isQuarantined: true })
    ]
    const { candidates, skipped } = select(records, 8, context)
    assert.deepStrictEqual(idsOf(candidates), [idOf(1)])
    assert.deepStrictEqual(
      skipped.map(({ reason, thread }) => [thread.id, reason]),
      [
        [idOf(2), "idle"],
        [idOf(3), "claimed"],
        [idOf(4), "backoff"],
        [idOf(5), "quarantined"]
      ]
    )
  })

  it("selection does not report archived, missing and sub-agent sessions", () => {
    const records = [
      recordOf(1, { archivedAt: 1 }),
      recordOf(2, { source: safe`subagent:review` }),
      recordOf(3, { missingSince: 1 })
    ]
    assert.deepStrictEqual(select(records, 8, context), { candidates: [], skipped: [] })
  })

  it("selection takes a quarantined thread again if its rollout could not be read", () => {
    const unreadable = failedRecord(1, { isQuarantined: true, failedHash: null })
    assert.strictEqual(judge(unreadable, context), "quarantined")
    assert.deepStrictEqual(taken([unreadable], 8), [idOf(1)])
  })

  it("selection does not report an eligible thread that is over the limit", () => {
    const { skipped } = select(
      numbers(20).map((number) => recordOf(number)),
      8,
      context
    )
    assert.deepStrictEqual(skipped, [])
  })
})

describe("a backlog of 1,000 threads", () => {
  it.prop(
    "a backlog is drained in the fewest passes that the limit allows",
    [fc.integer({ min: 1, max: 1_200 })],
    ([limit]) => {
      let waiting = numbers(1_000).map((number) => recordOf(number))
      let passes = 0
      while (waiting.length > 0) {
        const ids = new Set(taken(waiting, limit))
        waiting = waiting.filter(({ thread }) => !ids.has(thread.id))
        passes++
        assert.isTrue(ids.size === limit || waiting.length === 0)
      }
      assert.strictEqual(passes, Math.ceil(1_000 / limit))
    },
    { fastCheck: { numRuns: 30 } }
  )

  it.prop(
    "a backlog is drained within twice that while fewer than half the limit arrive per pass",
    [fc.integer({ min: 3, max: 200 }), fc.nat()],
    ([limit, seed]) => {
      const arriving = seed % Math.ceil(limit / 2)
      const old = new Set<string>(numbers(1_000).map(idOf))
      let waiting = numbers(1_000).map((number) => recordOf(number))
      let arrived = 1_000
      let passes = 0
      while (waiting.some(({ thread }) => old.has(thread.id))) {
        waiting = [...waiting, ...numbers(arriving, arrived + 1).map((number) => recordOf(number))]
        arrived += arriving
        const ids = new Set(taken(waiting, limit))
        waiting = waiting.filter(({ thread }) => !ids.has(thread.id))
        passes++
        assert.isAtMost(passes, Math.ceil(2_000 / limit))
      }
    },
    { fastCheck: { numRuns: 15 } }
  )
})
