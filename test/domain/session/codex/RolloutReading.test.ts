import { assert, describe, it } from "@effect/vitest"
import { evidenceFilter, keepAll, type RolloutFilter } from "../../../../src/domain/session/codex/RolloutFilter.js"
import { RolloutReader } from "../../../../src/domain/session/codex/RolloutReading.js"
import type { SessionReading } from "../../../../src/domain/session/SessionReading.js"
import { redact } from "../../../../src/domain/privacy/Redaction.js"
import { RolloutBuilder, simpleSession, startOfFixtures, threadIdOf } from "../../../../src/testing/RolloutBuilder.js"
import { decodeAll, outline } from "../../../support/reading.js"

const read = (content: string, filter: RolloutFilter = evidenceFilter): SessionReading => {
  const reader = new RolloutReader(filter, 100_000, redact, "/home/ada/.codex/memories")
  decodeAll(content).forEach((line) => reader.add(line))
  return reader.result()
}

const fork = new RolloutBuilder()
  .meta({ id: threadIdOf(2), forked_from_id: threadIdOf(1) })
  .at(startOfFixtures - 3_600_000)
  .meta({ id: threadIdOf(1) })
  .user("the parent's request")
  .assistant("the parent's answer")
  .at(startOfFixtures + 60_000)
  .user("the child's request")
  .text()

describe("reading a rollout once", () => {
  it("a reading gives the facts, the evidence and the rendering of the same lines", () => {
    const { evidence, facts, malformedLines, rendering } = read(simpleSession())
    assert.isTrue(facts.isRollout)
    assert.strictEqual(facts.firstRequest, "the timetable test fails, please fix it")
    assert.lengthOf(evidence.events, 6)
    assert.strictEqual(rendering.items, 8)
    assert.strictEqual(malformedLines, 0)
  })

  it("a reading counts lines that do not parse and continues; unknown lines are not counted", () => {
    const broken = `${simpleSession().replace("\n", '\n{"cut":\n{"type":"hologram","payload":{}}\n\n')}{"timestamp":"20`
    const { evidence, malformedLines } = read(broken)
    assert.strictEqual(malformedLines, 2)
    assert.deepStrictEqual(outline(evidence.events), outline(read(simpleSession()).evidence.events))
  })

  it("a file without any rollout line is not a rollout", () => {
    const { evidence, facts, malformedLines, rendering } = read("# Notes\n\nnothing here\n")
    assert.deepStrictEqual([facts.isRollout, evidence.events, malformedLines, rendering.text], [false, [], 2, "[]"])
  })
})

describe("lines of a fork copied from its parent", () => {
  it("copied lines are neither evidence nor rendered", () => {
    const { evidence, rendering } = read(fork)
    assert.deepStrictEqual(outline(evidence.events), ["user: the child's request"])
    assert.notInclude(rendering.text, "parent")
  })

  it("copied lines are rendered with the filter keep-all, and are still not evidence", () => {
    const { evidence, rendering } = read(fork, keepAll)
    assert.deepStrictEqual(outline(evidence.events), ["user: the child's request"])
    assert.include(rendering.text, "the parent's answer")
  })

  it("a fork with copied lines keeps its own thread id", () => {
    assert.strictEqual(read(fork).facts.meta?.id, threadIdOf(2))
  })
})
