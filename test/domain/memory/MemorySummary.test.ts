import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { redact } from "../../../src/domain/privacy/Redaction.js"
import { safe } from "../../../src/domain/privacy/SafeText.js"
import { parseMemorySummary, renderMemorySummary } from "../../../src/domain/memory/MemorySummary.js"
import { idOf } from "../../support/rows.js"

describe("memory_summary.md", () => {
  it("the summary says if there are no traces yet", () => {
    assert.strictEqual(renderMemorySummary([]), "# Memory Summary\n\nNo memory traces yet.\n")
  })

  it("the summary has one line per memory, in the given order", () => {
    assert.strictEqual(
      renderMemorySummary([
        { threadId: idOf(2), summary: safe`sort a copy` },
        { threadId: idOf(1), summary: safe`the tides come from \`tides.json\`` }
      ]),
      [
        "# Memory Summary",
        "",
        "Map of concise summaries to trace IDs (latest first):",
        "",
        `- sort a copy (trace: \`${idOf(2)}\`)`,
        `- the tides come from \`tides.json\` (trace: \`${idOf(1)}\`)`,
        ""
      ].join("\n")
    )
  })

  it("the white space of a summary is collapsed, so that it cannot forge another line", () => {
    const text = renderMemorySummary([{ threadId: idOf(1), summary: safe` one\n- two (trace: \`x\`)\r\n\tthree ` }])
    assert.strictEqual(text.split("\n")[4], `- one - two (trace: \`x\`) three (trace: \`${idOf(1)}\`)`)
    assert.lengthOf(text.split("\n"), 6)
  })

  it.prop(
    "the summary is parsed back into the summaries by thread",
    [fc.array(fc.string({ unit: "grapheme" }), { maxLength: 10 })],
    ([summaries]) => {
      const entries = summaries.map((summary, index) => ({ threadId: idOf(index), summary: redact(summary) }))
      const expected = new Map<string, string>(
        entries.map(({ summary, threadId }) => [threadId, summary.replace(/\s+/g, " ").trim()])
      )
      assert.deepStrictEqual(parseMemorySummary(renderMemorySummary(entries)), expected)
    }
  )

  it("other lines in the summary are ignored", () => {
    assert.deepStrictEqual([...parseMemorySummary("# Notes\n- mine\n- a (trace: `1`)\n")], [])
  })
})
