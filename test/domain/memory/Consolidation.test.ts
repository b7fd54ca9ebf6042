import { assert, describe, it } from "@effect/vitest"
import {
  failuresOf,
  fingerprintOf,
  fingerprintOfContent,
  isDirty,
  neverConsolidated
} from "../../../src/domain/memory/Consolidation.js"

const input = (threadId: string, version: string) => ({ threadId, version })

describe("the fingerprint of a consolidation's inputs", () => {
  const inputs = [input("a", "1"), input("b", "2")]

  it("the fingerprint of a directory without memories is empty", () => {
    assert.strictEqual(fingerprintOf([]), "")
  })

  it("the fingerprint of the same memories of the same threads stays the same across releases", () => {
    assert.strictEqual(fingerprintOf(inputs), "2bc11e86e8348c7c62f11e681435b5d013a262e5a9f3b8ce61c25831a516a45e")
  })

  it("the fingerprint changes when a memory is added, removed, changed or moved", () => {
    const others = [
      [...inputs, input("c", "3")],
      inputs.slice(1),
      [input("a", "1"), input("b", "3")],
      [input("b", "2"), input("a", "1")]
    ].map((others) => fingerprintOf(others))
    assert.strictEqual(new Set([fingerprintOf(inputs), ...others]).size, 5)
  })

  it("the fingerprint covers the earlier memories and the number kept as traces", () => {
    const third = input("c", "3")
    const all = [
      fingerprintOf(inputs),
      fingerprintOf(inputs, [third]),
      fingerprintOf(inputs, [input("c", "4")]),
      fingerprintOf([...inputs, third]),
      fingerprintOf(inputs.slice(0, 1), [...inputs.slice(1), third])
    ]
    assert.strictEqual(new Set(all).size, 5)
  })

  it("the fingerprint by content is that of the traces alone if earlier memories contribute nothing", () => {
    const own = fingerprintOf(inputs)
    assert.strictEqual(fingerprintOfContent(own, ""), own)
    assert.notStrictEqual(fingerprintOfContent(own, "a"), own)
    assert.notStrictEqual(fingerprintOfContent(own, "a"), fingerprintOfContent(own, "b"))
  })
})

describe("consolidations that are due", () => {
  const failed = { published: "before", failed: "now", attempts: 2, retryAt: 5 }

  it("a consolidation is due when its inputs differ from the published ones", () => {
    assert.isTrue(isDirty(neverConsolidated, { fingerprint: "now", hasRemovals: false }))
    assert.isTrue(isDirty(failed, { fingerprint: "now", hasRemovals: false }))
    assert.isFalse(isDirty(failed, { fingerprint: "before", hasRemovals: false }))
  })

  it("a consolidation of an emptied directory is due while files of deleted memories remain", () => {
    assert.isFalse(isDirty(neverConsolidated, { fingerprint: "", hasRemovals: false }))
    assert.isTrue(isDirty(neverConsolidated, { fingerprint: "", hasRemovals: true }))
    assert.isTrue(isDirty({ ...failed, published: "" }, { fingerprint: "", hasRemovals: true }))
    assert.isFalse(isDirty(failed, { fingerprint: "before", hasRemovals: true }))
  })

  it("a consolidation's failures count only with exactly the same inputs", () => {
    assert.deepStrictEqual(failuresOf(failed, "now"), { attempts: 2, retryAt: 5 })
    assert.deepStrictEqual(failuresOf(failed, "later"), { attempts: 0, retryAt: undefined })
  })
})
