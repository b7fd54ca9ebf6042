import { assert, describe, it } from "@effect/vitest"
import { ForkCopyReader } from "../../../../src/domain/session/codex/ForkCopy.js"
import { RolloutBuilder, startOfFixtures, threadIdOf } from "../../../../src/testing/RolloutBuilder.js"
import { rolloutLines } from "../../../support/reading.js"

const hour = 3_600_000
const forkedAt = startOfFixtures
const parent = { id: threadIdOf(1), timestamp: new Date(forkedAt - hour).toISOString() }
const child = { id: threadIdOf(2), timestamp: new Date(forkedAt).toISOString() }
const forked = { ...child, forked_from_id: parent.id }

/** A turn id that is dated, as UUIDv7s are. */
const turnIdAt = (milliseconds: number): string => {
  const time = milliseconds.toString(16).padStart(12, "0")
  return `${time.slice(0, 8)}-${time.slice(8)}-7abc-8def-0123456789ab`
}

/** The texts of the lines that are the thread's own. */
const own = (rollout: RolloutBuilder): ReadonlyArray<string> => {
  const reader = new ForkCopyReader()
  return rolloutLines(rollout.text())
    .filter((line) => !reader.isCopied(line))
    .flatMap((line) => (line._tag === "ResponseItem" ? [JSON.stringify(line.item["content"])] : []))
    .flatMap((content) => Array.from(content.matchAll(/"text":"([^"]*)"/g), ([, text = ""]) => text))
}

/** Adds lines that are all stamped in one burst. */
const burst = (rollout: RolloutBuilder, at: number, add: (rollout: RolloutBuilder) => unknown): RolloutBuilder => {
  const copied = new RolloutBuilder()
  add(copied)
  copied.lines.forEach((line, index) => {
    const stamped: object = JSON.parse(line)
    rollout.raw(JSON.stringify({ ...stamped, timestamp: new Date(at + index).toISOString() }))
  })
  return rollout
}

describe("lines of a fork copied from its parent", () => {
  it("copied lines are recognised by the parent's timestamps", () => {
    const rollout = new RolloutBuilder(forkedAt)
      .meta(forked)
      .at(forkedAt - hour)
      .meta(parent)
      .user("the parent's request")
      .assistant("the parent's answer")
      .at(forkedAt + 60_000)
      .user("the child's request")
      .assistant("the child's answer")
    assert.deepStrictEqual(own(rollout), ["the child's request", "the child's answer"])
  })

  it("copied lines are recognised by one burst that gave them new timestamps", () => {
    const rollout = new RolloutBuilder(forkedAt).meta(forked)
    burst(rollout, forkedAt + 20, (copy) => copy.meta(parent).user("the parent's request").assistant("its answer"))
    rollout
      .at(forkedAt + 30_000)
      .user("the child's request")
      .assistant("the child's answer")
    assert.deepStrictEqual(own(rollout), ["the child's request", "the child's answer"])
  })

  it("copied lines are recognised by a burst long after the fork too", () => {
    const rollout = new RolloutBuilder(forkedAt).meta(child)
    burst(rollout, forkedAt + hour, (copy) => copy.meta(parent).user("the parent's request").assistant("its answer"))
    rollout.at(forkedAt + hour + 30_000).user("the child's request")
    assert.deepStrictEqual(own(rollout), ["the child's request"])
  })

  it("copied lines are recognised by turn ids older than the fork, until the child's own turn begins", () => {
    const rollout = new RolloutBuilder(forkedAt).meta(forked)
    burst(rollout, forkedAt + 5, (copy) =>
      copy
        .meta(parent)
        .event({ type: "task_started", turn_id: turnIdAt(forkedAt - hour) })
        .turnContext({ turn_id: turnIdAt(forkedAt - hour) })
        .user("the parent's request")
        .turnEnd()
        .event({ type: "task_started", turn_id: turnIdAt(forkedAt + 10) })
        .user("the child's request")
    )
    assert.deepStrictEqual(own(rollout), ["the child's request"])
  })

  it("a copy with turn ids goes on across gaps in time until a newer turn begins", () => {
    const old = turnIdAt(forkedAt - hour)
    const rollout = new RolloutBuilder(forkedAt).meta(forked)
    burst(rollout, forkedAt + 5, (copy) => copy.meta(parent).event({ type: "task_started", turn_id: old }))
    burst(rollout, forkedAt + 9_000, (copy) => copy.user("the parent's request").assistant("its answer"))
    burst(rollout, forkedAt + 60_000, (copy) =>
      copy
        .event({ type: "task_started", turn_id: turnIdAt(forkedAt + 59_000) })
        .user("the child's request")
        .assistant("the child's answer")
    )
    assert.deepStrictEqual(own(rollout), ["the child's request", "the child's answer"])
  })

  it("a copy begins again at an older turn id, if a gap in time was before the first one", () => {
    const rollout = new RolloutBuilder(forkedAt).meta(forked).meta(parent)
    burst(rollout, forkedAt + 9_000, (copy) =>
      copy
        .event({ type: "task_complete" })
        .turnContext({ turn_id: turnIdAt(forkedAt - hour) })
        .user("the parent's request")
    )
    burst(rollout, forkedAt + 30_000, (copy) =>
      copy.turnContext({ turn_id: turnIdAt(forkedAt + 29_000) }).user("the child's request")
    )
    assert.deepStrictEqual(own(rollout), ["the child's request"])
  })

  it("copied lines include lines without a time and lines of the grandparent", () => {
    const rollout = new RolloutBuilder(forkedAt)
      .meta(forked)
      .at(forkedAt - hour)
      .meta(parent)
      .raw('{"type":"response_item","payload":{"type":"message","role":"user","content":[{"text":"undated"}]}}')
      .meta({ id: threadIdOf(7) })
      .user("the grandparent's request")
      .at(forkedAt + 60_000)
      .user("the child's request")
    assert.deepStrictEqual(own(rollout), ["the child's request"])
  })

  it("copied lines are recognised by the parent's session_meta if the child's does not name the parent", () => {
    const rollout = new RolloutBuilder(forkedAt)
      .meta(child)
      .at(forkedAt - hour)
      .meta(parent)
      .user("the parent's request")
      .at(forkedAt + 60_000)
      .user("the child's request")
    assert.deepStrictEqual(own(rollout), ["the child's request"])
  })

  it("the parent's session_meta is a copied line, and the child's own is not", () => {
    const reader = new ForkCopyReader()
    const rollout = new RolloutBuilder(forkedAt).meta(forked).meta(parent).meta(forked)
    assert.deepStrictEqual(
      rolloutLines(rollout.text()).map((line) => reader.isCopied(line)),
      [false, true, false]
    )
  })

  it("copied lines do not begin again once they have ended", () => {
    const rollout = new RolloutBuilder(forkedAt)
      .meta(forked)
      .at(forkedAt - hour)
      .meta(parent)
      .user("the parent's request")
      .at(forkedAt + 60_000)
      .user("the child's request")
      .at(forkedAt - 2 * hour)
      .assistant("an answer whose time goes backwards")
      .meta(parent)
      .user("another of the child's requests")
    assert.deepStrictEqual(own(rollout), [
      "the child's request",
      "an answer whose time goes backwards",
      "another of the child's requests"
    ])
  })
})

describe("sessions that are not forks", () => {
  it("a session that is not a fork has no copied lines, whatever its timestamps", () => {
    const rollout = new RolloutBuilder(forkedAt)
      .meta(child)
      .user("first")
      .at(forkedAt - hour)
      .user("second")
      .meta(child)
      .user("after the session_meta came again")
    assert.deepStrictEqual(own(rollout), ["first", "second", "after the session_meta came again"])
  })

  it("a session without session_meta has no copied lines", () => {
    assert.deepStrictEqual(own(new RolloutBuilder().user("first")), ["first"])
  })

  it("a session whose session_meta is not its first line has no copied lines", () => {
    assert.deepStrictEqual(own(new RolloutBuilder().user("first").meta(child).user("second")), ["first", "second"])
  })
})
