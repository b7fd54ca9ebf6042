import { assert, describe, it } from "@effect/vitest"
import { FactId } from "../../../src/domain/facts/Fact.js"
import { type DecisionEntry, marksAfter, takenBack } from "../../../src/domain/facts/FactDecisions.js"

const [first, second] = [FactId.make("00000000000a"), FactId.make("00000000000b")]

const none = new Set<FactId>()

const entry = (id: FactId, event: string, at: number, text: string | null = null): DecisionEntry => ({
  id,
  event,
  at,
  text
})

describe("decisions of people, from their history", () => {
  const decisions = [
    entry(first, "corrected", 1, "one"),
    entry(second, "pinned", 2),
    entry(first, "corrected", 3, "two"),
    entry(second, "removed", 4),
    entry(second, "unpinned", 5),
    entry(first, "uncorrected", 6),
    entry(second, "restored", 7)
  ]
  const marksAt = (time: number) => marksAfter(decisions.filter(({ at }) => at <= time))

  it("each is in force from its time until it is taken back or replaced", () => {
    assert.deepStrictEqual([...marksAt(2).corrected.values()], ["one"])
    assert.deepStrictEqual([...marksAt(3).corrected.values()], ["two"])
    assert.deepStrictEqual([[...marksAt(4).pinned], [...marksAt(4).removed]], [[second], [second]])
    assert.deepStrictEqual(marksAt(7), { pinned: none, corrected: new Map(), removed: none })
  })

  it("a correction whose words were forgotten is none", () => {
    assert.strictEqual(marksAfter([entry(first, "corrected", 1, null)]).corrected.size, 0)
  })

  it("the words of corrections that were taken back or replaced since a time are told apart from those that hold", () => {
    assert.deepStrictEqual(takenBack(decisions.slice(0, 3), 2), { ids: none, texts: new Set(["one"]) })
    assert.deepStrictEqual(takenBack(decisions, 4), { ids: new Set([first]), texts: new Set(["two"]) })
    assert.deepStrictEqual(takenBack(decisions, 7), { ids: new Set([first]), texts: new Set<string>() })
    const again = [...decisions, entry(second, "corrected", 8, "two")]
    assert.deepStrictEqual(takenBack(again, 4).texts, new Set<string>())
  })
})
