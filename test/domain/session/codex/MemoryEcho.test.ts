import { assert, it } from "@effect/vitest"
import { MemoryReadReader } from "../../../../src/domain/session/codex/MemoryEcho.js"
import { CodexSessionBuilder } from "../../../../src/domain/session/codex/CodexSession.js"
import { wrapMemory } from "../../../../src/domain/session/MemoryTag.js"
import { RolloutBuilder } from "../../../../src/testing/RolloutBuilder.js"
import { outline, rolloutLines } from "../../../support/reading.js"

const learned = "- Never sail on a Friday, the harbour master is away [01950000-0001…]"

it("an answer that repeats memory is not learned again, whichever line of the turn records it", () => {
  for (const end of [
    { type: "agent_message", message: `${learned}\nThe pier has 12 berths.` },
    { type: "task_complete", last_agent_message: `${learned}\nThe pier has 12 berths.` }
  ]) {
    const rollout = new RolloutBuilder()
      .user(wrapMemory([learned]))
      .event({ type: "user_message", message: "how many berths?" })
      .event(end)
    const reader = new MemoryReadReader("/home/ada/.codex/memories")
    const session = new CodexSessionBuilder()
    for (const line of rolloutLines(rollout.text())) {
      const kept = reader.withoutMemory(line)
      if (kept !== undefined) {
        session.add(kept)
      }
    }
    const told = outline(session.result().events)
    assert.include(told.join("\n"), "The pier has 12 berths.", end.type)
    assert.notInclude(told.join("\n"), "harbour master", end.type)
  }
})
