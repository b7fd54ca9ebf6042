import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { firstMessage, type SizedInput } from "../../../src/domain/agent/FirstMessage.js"
import { safe } from "../../../src/domain/privacy/SafeText.js"

const inputs: ReadonlyArray<SizedInput> = [
  { name: "MEMORY.md", text: safe`# Memory\n`, size: 10 },
  { name: "trace_summaries/long.md", text: safe`a long trace\n`, size: 100 },
  { name: "trace_summaries/short.md", text: safe`a short trace\n`, size: 20 }
]

describe("the first message to an agent", () => {
  it("a first message holds every input in its order while there is room", () => {
    assert.strictEqual(
      firstMessage("Begin.", inputs, 130),
      [
        "Begin.",
        "=== MEMORY.md (9 bytes) ===\n# Memory",
        "=== trace_summaries/long.md (13 bytes) ===\na long trace",
        "=== trace_summaries/short.md (14 bytes) ===\na short trace"
      ].join("\n\n")
    )
  })

  it("an input without room is named, and a smaller one after it is shown", () => {
    const text = firstMessage("Begin.", inputs, 40)
    assert.include(text, "a short trace")
    assert.notInclude(text, "a long trace")
    assert.isTrue(text.endsWith("=== not shown here ===\ntrace_summaries/long.md (13 bytes)"))
  })

  it("a message without inputs is the task alone", () => {
    assert.strictEqual(firstMessage("Begin.", [], 0), "Begin.")
  })

  it.prop("every input is shown or named, whatever the room", [Schema.Int.pipe(Schema.between(0, 200))], ([room]) => {
    const text = firstMessage("Begin.", inputs, room)
    assert.isTrue(inputs.every(({ name }) => text.split(name).length === 2))
    const shown = inputs.filter(({ text: words }) => text.includes(words.trim()))
    assert.isAtMost(
      shown.reduce((sum, { size }) => sum + size, 0),
      room
    )
  })
})
