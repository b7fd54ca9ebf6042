import { assert, describe, it } from "@effect/vitest"
import { Extraction, notTried, type ThreadRecord } from "../../../src/domain/thread/Extraction.js"
import { judge } from "../../../src/domain/thread/Selection.js"
import { askedRules, stateOf } from "../../../src/domain/thread/ThreadState.js"
import { withheld } from "../../../src/domain/thread/Withheld.js"
import { startOfFixtures } from "../../../src/testing/RolloutBuilder.js"
import { makeThread } from "../../support/rows.js"
import { nonEmpty } from "../../support/nonEmpty.js"

const thread = makeThread(1)
const context = {
  now: startOfFixtures + 86_400_000,
  minIdle: 600_000,
  currentThread: undefined,
  sources: ["cli", "vscode"]
}

const record = (
  fields: Parameters<typeof makeThread>[1] = {},
  extraction: Partial<ConstructorParameters<typeof Extraction>[0]> = {}
): ThreadRecord => ({ thread: makeThread(1, fields), extraction: new Extraction({ ...notTried, ...extraction }) })

const learned = { learnedUpdatedAt: thread.updatedAt, learnedSize: thread.rolloutSize }
const failed = {
  errorTag: "ModelFailure",
  errorMessage: "busy",
  attempts: 1,
  failedSize: thread.rolloutSize,
  failedHash: "ab",
  failedModifiedAt: thread.rolloutModifiedAt
}

const states: ReadonlyArray<readonly [string, ThreadRecord, object]> = [
  ["learned", record({}, { ...learned, outcome: "memory" }), { _tag: "Learned" }],
  ["nothing", record({}, { ...learned, outcome: "nothing" }), { _tag: "Nothing" }],
  ["never tried", record(), { _tag: "Waiting", reason: "eligible" }],
  ["idle", record({ updatedAt: context.now - 1 }), { _tag: "Waiting", reason: "idle" }],
  ["claimed", record({}, { claimOwner: "x", claimExpiresAt: context.now + 1 }), { _tag: "Waiting", reason: "claimed" }],
  [
    "backing off",
    record({}, { ...failed, retryAt: context.now + 1 }),
    { _tag: "BackingOff", until: context.now + 1, error: "busy" }
  ],
  ["quarantined", record({}, { ...failed, isQuarantined: true }), { _tag: "Quarantined", error: "busy" }],
  [
    "quarantined, as it could not be read",
    record({}, { ...failed, failedHash: null, isQuarantined: true }),
    { _tag: "Quarantined", error: "busy" }
  ],
  [
    "quarantined, but with new content",
    record({ rolloutSize: 1 }, { ...failed, isQuarantined: true }),
    { _tag: "Waiting", reason: "eligible" }
  ],
  ["archived", record({ archivedAt: 1 }), { _tag: "Outside", reason: "archived" }],
  ["a sub-agent's", record({ source: "subagent_review" }), { _tag: "Outside", reason: "sub-agent" }],
  ["of another source", record({ source: "exec" }), { _tag: "Outside", reason: "source" }],
  ["missing", record({ missingSince: 1 }), { _tag: "Outside", reason: "missing" }]
]

describe("the state of a thread", () => {
  it.each(states)("%s", (_, record, state) => assert.deepStrictEqual({ ...stateOf(record, context) }, state))

  it("is decided by the rule that is told last, and by those of selection as a pass applies them", () => {
    for (const [name, record] of states) {
      const asked = askedRules(record, context)
      assert.deepStrictEqual(
        asked.map(({ applies }) => applies),
        [...asked.slice(1).map(() => false), true],
        name
      )
    }
    const decidedBySelection = states.filter(
      ([, , state]) => "reason" in state && !("_tag" in state && state._tag === "Outside")
    )
    for (const [name, record] of nonEmpty(decidedBySelection)) {
      assert.strictEqual(askedRules(record, context).at(-1)?.verdict, judge(record, context), name)
    }
  })

  it("is told by rules that are each asked once", () => {
    const names = askedRules(record(), context).map(({ verdict }) => verdict)
    assert.strictEqual(new Set(names).size, names.length, names.join(", "))
  })

  it("of a withheld thread is outside, for the reason that it is withheld", () => {
    for (const reason of ["ignored", "memory-disabled"] as const) {
      const one = { ...record(), thread: withheld(thread, reason) }
      assert.deepStrictEqual(stateOf(one, context), { _tag: "Outside", reason })
      assert.strictEqual(askedRules(one, context).at(-1)?.verdict, reason)
    }
  })
})
