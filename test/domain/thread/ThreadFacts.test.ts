import { assert, describe, it } from "@effect/vitest"
import {
  addLine,
  cwdOf,
  isSubAgent,
  joinFacts,
  noFacts,
  type ThreadFacts
} from "../../../src/domain/thread/ThreadFacts.js"
import { RolloutBuilder } from "../../../src/testing/RolloutBuilder.js"
import { rolloutLines } from "../../support/reading.js"

const factsOf = (rollout: RolloutBuilder): ThreadFacts => rolloutLines(rollout.text()).reduce(addLine, noFacts)

const builder = () => new RolloutBuilder()
const environment = (cwd: string) => `<environment_context>\n  <cwd>${cwd}</cwd>\n</environment_context>`

describe("a file is a rollout", () => {
  it("a line of any known form makes a file a rollout", () => {
    const known = [
      builder().meta(),
      builder().turnContext(),
      builder().assistant("hello"),
      builder().event({ type: "anything" }),
      builder().line("compacted", { message: "" }),
      builder().raw('{"type":"message","role":"assistant","content":[]}')
    ]
    for (const rollout of known) {
      assert.isTrue(factsOf(rollout).isRollout)
    }
  })

  it("other lines do not make a file a rollout", () => {
    const rollout = builder()
      .raw('{"type":"user","message":{"role":"user","content":"hi"},"timestamp":"2026-03-02T09:00:00Z"}')
      .raw('{"type":"summary","summary":"x"}')
      .raw("not json at all")
      .line("hologram", {})
    assert.isFalse(factsOf(rollout).isRollout)
    assert.isFalse(noFacts.isRollout)
  })
})

describe("the session_meta of a file", () => {
  it("the first of several session_meta lines counts", () => {
    const facts = factsOf(builder().meta({ id: "own", cwd: "/own" }).meta({ id: "parent", cwd: "/parent" }))
    assert.deepStrictEqual([facts.meta?.id, cwdOf(facts)], ["own", "/own"])
  })

  it("the session_meta may come after the first line", () => {
    assert.strictEqual(factsOf(builder().user("hi").meta({ id: "own" })).meta?.id, "own")
  })

  it("the session_meta identifies a sub-agent", () => {
    assert.isTrue(isSubAgent(factsOf(builder().meta({ source: { subagent: "review" } }))))
    assert.isFalse(isSubAgent(factsOf(builder().meta({ source: "cli" }))))
    assert.isFalse(isSubAgent(noFacts))
  })
})

describe("the goal", () => {
  const goal = (objective: string) => ({ type: "thread_goal_updated", goal: { objective, status: "active" } })

  it("the goal is the last one set, by an event or by the model's goal objective", () => {
    assert.strictEqual(factsOf(builder().event(goal("port it")).event(goal("ship it"))).goal, "ship it")
    const told = { type: "function_call_output", name: "goal_objective", output: "port it" }
    assert.strictEqual(factsOf(builder().line("response_item", told)).goal, "port it")
    assert.isUndefined(factsOf(builder().event(goal(" "))).goal)
  })

  it("the goal is not taken from other outputs of calls", () => {
    const other = { type: "function_call_output", name: "get_goal", output: "port it" }
    assert.isUndefined(factsOf(builder().line("response_item", other)).goal)
  })
})

it("a message that is wholly in a tag is not the first message of the user", () => {
  const wrapped = "<tide_table>\nebb\n</tide_table>"
  assert.isUndefined(factsOf(builder().user(wrapped)).firstUserMessage)
  assert.strictEqual(factsOf(builder().user(`${wrapped}\nwhy?`)).firstUserMessage, `${wrapped}\nwhy?`)
})

describe("the cwd", () => {
  const lines = () => builder().turnContext({ cwd: "/turn" }).message("user", environment("/environment"))

  it("the cwd is session_meta's", () => {
    assert.strictEqual(cwdOf(factsOf(lines().meta({ cwd: "/meta" }))), "/meta")
  })

  it("the cwd is else the first turn_context's", () => {
    assert.strictEqual(cwdOf(factsOf(lines().turnContext({ cwd: "/later" }).meta({ cwd: "" }))), "/turn")
  })

  it("the cwd is else the environment block's", () => {
    const rollout = builder()
      .turnContext({ cwd: undefined })
      .message("user", "# AGENTS.md instructions for /x", environment("/environment"))
      .message("user", environment("/later"))
    assert.strictEqual(cwdOf(factsOf(rollout)), "/environment")
  })

  it("the cwd is unknown if no line names it", () => {
    assert.isUndefined(cwdOf(factsOf(builder().user("the cwd is <cwd>/typed</cwd>"))))
  })
})

describe("joined facts of head and tail", () => {
  const head: ThreadFacts = {
    ...noFacts,
    firstRequest: "first",
    firstWords: "first",
    turnCwd: "/first",
    approvalMode: "never",
    sandboxPolicy: "read-only",
    countedTokens: 1,
    lastTimestamp: 10
  }

  it("joined facts are the head's if the first counts, and the tail's if the last does", () => {
    const tail: ThreadFacts = {
      ...noFacts,
      isRollout: true,
      firstRequest: "last",
      turnCwd: "/last",
      threadName: "named",
      approvalMode: "on-request",
      sandboxPolicy: "workspace-write",
      countedTokens: 2,
      recordedTokens: 3,
      lastTimestamp: 20
    }
    assert.deepStrictEqual(joinFacts(head, tail), {
      ...tail,
      firstRequest: "first",
      firstWords: "first",
      turnCwd: "/first"
    })
  })

  it("joined facts are the head's if the tail has none", () => {
    assert.deepStrictEqual(joinFacts(head, noFacts), head)
  })
})
