import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import * as fc from "effect/FastCheck"
import {
  Extraction,
  isFresh,
  isSameFailedContent,
  notTried,
  retryDelay,
  type ThreadRecord
} from "../../../src/domain/thread/Extraction.js"
import { makeThread } from "../../support/rows.js"

const thread = makeThread(1)

const record = (fields: Partial<Extraction>): ThreadRecord => ({
  thread,
  extraction: new Extraction({ ...notTried, ...fields })
})

describe("a fresh thread", () => {
  const learned = { learnedUpdatedAt: thread.updatedAt, learnedSize: thread.rolloutSize }

  it("a thread is fresh if it was learned at or after its last update, and the size is the same", () => {
    for (const outcome of ["memory", "nothing"] as const) {
      assert.isTrue(isFresh(record({ outcome, ...learned })))
      assert.isTrue(isFresh(record({ outcome, ...learned, learnedUpdatedAt: thread.updatedAt + 1 })))
    }
  })

  it("a thread is not fresh if it was never learned", () => {
    assert.isFalse(isFresh(record({})))
  })

  it("a thread is not fresh if it was updated since", () => {
    assert.isFalse(isFresh(record({ outcome: "memory", ...learned, learnedUpdatedAt: thread.updatedAt - 1 })))
  })

  it("a thread is not fresh if its rollout grew or shrank, whatever its times", () => {
    for (const learnedSize of [thread.rolloutSize - 1, thread.rolloutSize + 1, null]) {
      assert.isFalse(isFresh(record({ outcome: "memory", ...learned, learnedSize })))
    }
  })
})

describe("the content that a thread failed on", () => {
  const failed = {
    errorTag: "MalformedAnswer",
    attempts: 1,
    failedSize: thread.rolloutSize,
    failedHash: "ab".repeat(32),
    failedModifiedAt: thread.rolloutModifiedAt
  }

  it("the failed content is the same if size and modification time are", () => {
    assert.strictEqual(isSameFailedContent(record(failed)), "yes")
  })

  it("the failed content is not the same if the size is another, or nothing failed", () => {
    assert.strictEqual(isSameFailedContent(record({ ...failed, failedSize: thread.rolloutSize - 1 })), "no")
    assert.strictEqual(isSameFailedContent(record({ ...failed, errorTag: null })), "no")
    assert.strictEqual(isSameFailedContent(record({})), "no")
  })

  it("the failed content is told by its hash where it was read, whatever the file's time", () => {
    const content = { size: thread.rolloutSize, hash: "ab".repeat(32) }
    const touched = record({ ...failed, failedModifiedAt: 0 })
    assert.strictEqual(isSameFailedContent(touched, content), "yes")
    assert.strictEqual(isSameFailedContent(touched, { ...content, hash: "cd".repeat(32) }), "no")
    assert.strictEqual(isSameFailedContent(touched, { ...content, size: 1 }), "no")
    assert.strictEqual(isSameFailedContent(record({ ...failed, failedHash: null }), { ...content, hash: null }), "yes")
  })

  it("the failed content is unknown if only the hash can tell: another time, or an unreadable file", () => {
    assert.strictEqual(isSameFailedContent(record({ ...failed, failedModifiedAt: 0 })), "unknown")
    assert.strictEqual(isSameFailedContent(record({ ...failed, failedHash: null })), "unknown")
    const setAside = { ...failed, failedHash: null, isQuarantined: true }
    assert.strictEqual(isSameFailedContent(record(setAside)), "yes", "as long as nothing of the file changes")
    assert.strictEqual(isSameFailedContent(record({ ...setAside, failedModifiedAt: 0 })), "unknown")
  })
})

describe("the wait before a retry", () => {
  const policy = { first: Duration.minutes(10), factor: 4, longest: Duration.hours(24) }

  it("the wait grows by its factor, up to the longest", () => {
    const minutes = [1, 2, 3, 4, 5, 6, 50, 5_000].map((attempts) => retryDelay(policy, attempts) / 60_000)
    assert.deepStrictEqual(minutes, [10, 40, 160, 640, 1_440, 1_440, 1_440, 1_440])
  })

  it("the wait before any failure is the first one", () => {
    assert.strictEqual(retryDelay(policy, 0), 600_000)
  })

  it.prop(
    "the wait is a whole number of milliseconds and never shrinks",
    [fc.integer({ min: 1, max: 200 }), fc.double({ min: 1, max: 10, noNaN: true })],
    ([attempts, factor]) => {
      const [delay, next] = [attempts, attempts + 1].map((count) => retryDelay({ ...policy, factor }, count))
      assert.isTrue(Number.isSafeInteger(delay) && delay !== undefined && next !== undefined && next >= delay)
    }
  )
})
