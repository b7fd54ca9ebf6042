import { assert, describe, it } from "@effect/vitest"
import { asked, edited, ended, type Part, ran, said, traceOf } from "../MadeSession.js"

const push = ran("git push origin berths", 0, "berths -> berths")
const rows = (...states: ReadonlyArray<string>): string =>
  states.map((state, index) => `check ${index}\t${state}\t1m2s\thttps://ci.test/${index}`).join("\n")
const checks = (exitCode: number, ...states: ReadonlyArray<string>): Part =>
  ran("gh pr checks 12", exitCode, rows(...states))

const memoryOf = (...parts: ReadonlyArray<Part>): string =>
  traceOf(asked("Sort the berths"), edited("src/berths.ts"), ...parts, said("Done."), ended).traceMemory

const isVerified = (...parts: ReadonlyArray<Part>): boolean => {
  const memory = memoryOf(...parts)
  assert.notStrictEqual(memory.includes("not verified"), memory.includes("CI passes"))
  return memory.includes("CI passes")
}

describe("a verification by a hosted CI", () => {
  it("a hosted check that passed for what was pushed verifies the task", () => {
    assert.isTrue(isVerified(push, checks(0, "pass", "pass", "skipping")))
    assert.isTrue(isVerified(push, ran("gh pr checks 12 --watch", 0, `${rows("pending")}\n${rows("pass")}`)))
    assert.isTrue(isVerified(push, ran("gh run watch 345", 0, "Run CI (345) has already completed with 'success'")))
    assert.isTrue(isVerified(push, ran("gh run view 345", 0, "✓ berths CI · 345\nTriggered via push")))
    assert.isTrue(isVerified(push, ran("glab ci status", 0, "Pipeline state: success")))
    assert.include(memoryOf(push, checks(0, "pass")), "Outcome: success")
    assert.notInclude(memoryOf(push, checks(0, "pass")), "worked here: `gh")
  })

  it("a hosted check in a later task verifies what was pushed before it", () => {
    const first = memoryOf(said("Sorted."), ended, asked("push it and watch CI"), push, checks(0, "pass"))
    assert.include(first, "CI passes")
    assert.notInclude(first, "not verified")
  })

  it("a hosted check verifies nothing when it failed, has not ended, or ran on older code", () => {
    assert.isFalse(isVerified(push, checks(1, "pass", "fail")))
    assert.isFalse(isVerified(push, checks(8, "pass", "pending")))
    assert.isFalse(isVerified(push, checks(0, "pass"), checks(1, "fail")))
    assert.isFalse(isVerified(checks(0, "pass")))
    assert.isFalse(isVerified(push, ran("gh run view 345", 0, "X berths CI · 345\nTriggered via push")))
    assert.isFalse(isVerified(push, ran("gh run view 345", 0, "* berths CI · 345\nTriggered via push")))
    assert.isFalse(isVerified(push, ran("gh pr view 12", 0, "all checks pass")))
    assert.isFalse(isVerified(ran("git push origin berths", 1, "! [rejected] berths -> berths"), checks(0, "pass")))
  })

  it("a change after the push is not verified by it", () => {
    assert.isFalse(isVerified(push, checks(0, "pass"), edited("src/tides.ts")))
  })
})
