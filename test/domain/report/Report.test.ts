import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { safe } from "../../../src/domain/privacy/SafeText.js"
import { hasFailures, PassReport, reportError } from "../../../src/domain/report/Report.js"

const [threadId, cwd, memoryRoot] = ["0195", "/home/ada/ferry", "/memories/ab/memory"]
const error = { _tag: "LeaseLost", message: safe`the lock was lost` }

const report: PassReport = {
  threads: 3,
  candidates: 2,
  waiting: 0,
  subAgents: 1,
  extracted: [{ threadId, cwd, memoryRoot, traceFile: `${memoryRoot}/trace_summaries/a.md` }],
  noOutput: [{ threadId, cwd }],
  skipped: [{ threadId, rolloutPath: "/codex/a.jsonl", reason: "idle" }],
  failed: [],
  consolidated: [{ cwd, memoryRoot, outcome: "published" }],
  unknownLines: [{ type: "response_item/hologram", lines: 2 }],
  model: { name: "offline", calls: 2, inputTokens: 10, outputTokens: 5, cachedTokens: 0 },
  durationMs: 12
}

describe("the report of a pass", () => {
  it("the report is the object that --json prints", () => {
    assert.deepStrictEqual(Schema.decodeUnknownSync(PassReport)(JSON.parse(JSON.stringify(report))), report)
  })

  it("the report accepts only the documented reasons and outcomes", () => {
    const isReport = Schema.is(PassReport)
    const reasons = ["idle", "claimed", "backoff", "quarantined", "budget", "ignored", "memory-disabled", "provider"]
    const withReason = (reason: string) => ({ ...report, skipped: [{ threadId, rolloutPath: "/x", reason }] })
    assert.isTrue(reasons.every((reason) => isReport(withReason(reason))))
    assert.isFalse(isReport(withReason("tired")))
    const withOutcome = (outcome: string) => ({ ...report, consolidated: [{ cwd, memoryRoot, outcome }] })
    assert.isTrue(["published", "unchanged", "locked", "failed"].every((outcome) => isReport(withOutcome(outcome))))
    assert.isFalse(isReport(withOutcome("forgotten")))
  })

  it("the report accepts a failure without a thread", () => {
    const failed = [{ threadId: null, rolloutPath: "/codex/a.jsonl", error }]
    assert.isTrue(Schema.is(PassReport)({ ...report, failed }))
  })

  it("the report gives exit code 1 for a failure, but not for skipped or locked work", () => {
    assert.isFalse(hasFailures(report))
    assert.isFalse(hasFailures({ ...report, consolidated: [{ cwd, memoryRoot, outcome: "locked" }] }))
    assert.isTrue(hasFailures({ ...report, failed: [{ threadId, rolloutPath: "/codex/a.jsonl", error }] }))
    const consolidated: PassReport["consolidated"] = [
      ...report.consolidated,
      { cwd: "/home/ada/tides", memoryRoot, outcome: "failed", error }
    ]
    assert.isTrue(hasFailures({ ...report, consolidated }))
  })

  it("the report shows only the tag and the message of an error", () => {
    const whole = { ...error, cwd, cause: new Error("no pier") }
    assert.deepStrictEqual(reportError(whole), error)
  })
})
