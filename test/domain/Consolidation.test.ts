import { assert, describe, it } from "@effect/vitest"
import { fingerprintOf } from "../../src/domain/Consolidation.js"

const input = (threadId: string, version: string) => ({ threadId, version })

describe("the fingerprint of what a consolidation consumes", () => {
  const inputs = [input("a", "1"), input("b", "2")]

  it("is empty for a directory without memories", () => {
    assert.strictEqual(fingerprintOf([]), "")
  })

  it("is the same for the same memories of the same threads, from one release to the next", () => {
    assert.strictEqual(fingerprintOf(inputs), "2bc11e86e8348c7c62f11e681435b5d013a262e5a9f3b8ce61c25831a516a45e")
  })

  it("is another when one is new, gone, another, or in another place", () => {
    const others = [
      [...inputs, input("c", "3")],
      inputs.slice(1),
      [input("a", "1"), input("b", "3")],
      [input("b", "2"), input("a", "1")]
    ].map(fingerprintOf)
    assert.strictEqual(new Set([fingerprintOf(inputs), ...others]).size, 5)
  })
})
