import { assert, describe, it } from "@effect/vitest"
import {
  evidenceFilter,
  filterLine,
  keepAll,
  rolloutFilters
} from "../../../../src/domain/session/codex/RolloutFilter.js"
import { type ItemKind, itemKinds, type RolloutLine } from "../../../../src/domain/session/codex/RolloutLine.js"
import { RolloutBuilder } from "../../../../src/testing/RolloutBuilder.js"
import { rolloutLines } from "../../../support/reading.js"
import { nonEmpty } from "../../../support/nonEmpty.js"

/** One item of each kind, each of them evidence. */
const items: { readonly [kind in ItemKind]: { readonly type: string; readonly [field: string]: unknown } } = {
  message: { type: "message", role: "assistant", content: [{ type: "output_text", text: "all ferries sail" }] },
  reasoning: { type: "reasoning", summary: [{ type: "summary_text", text: "**Looking**" }] },
  local_shell_call: { type: "local_shell_call", call_id: "c1", action: { type: "exec", command: ["ls"] } },
  function_call: { type: "function_call", call_id: "c2", name: "shell", arguments: "{}" },
  function_call_output: { type: "function_call_output", call_id: "c2", output: "ok" },
  custom_tool_call: { type: "custom_tool_call", call_id: "c3", name: "apply_patch", input: "*** Begin Patch" },
  custom_tool_call_output: { type: "custom_tool_call_output", call_id: "c3", output: "ok" },
  web_search_call: { type: "web_search_call", action: { type: "search", query: "tide tables" } },
  ghost_snapshot: { type: "ghost_snapshot", ghost_commit: { id: "0a1b" } },
  compaction: { type: "compaction", encrypted_content: "b3BhcXVl" },
  other: { type: "tool_search_call", query: "tides" }
}

const lineOf = (item: unknown): RolloutLine => rolloutLines(new RolloutBuilder().item(item).text())[0] ?? noLine
const compacted = (message: unknown): RolloutLine =>
  rolloutLines(
    new RolloutBuilder()
      .line("compacted", { message, replacement_history: [{ type: "message", role: "user", content: "again" }] })
      .text()
  )[0] ?? noLine
const noLine: RolloutLine = { _tag: "Unrecognised", line: 0, timestamp: undefined, type: "x" }

const user = (...texts: ReadonlyArray<string>) => ({
  type: "message",
  role: "user",
  content: texts.map((text) => ({ type: "input_text", text }))
})

describe("kinds of items", () => {
  for (const kind of nonEmpty(itemKinds)) {
    it(`items of kind ${kind} can be selected alone, and left out alone`, () => {
      const only = { ...keepAll, kinds: new Set([kind]) }
      const without = { ...keepAll, kinds: new Set(itemKinds.filter((other) => other !== kind)) }
      for (const [other, item] of Object.entries(items)) {
        assert.deepStrictEqual(filterLine(only, lineOf(item)), other === kind ? item : undefined)
        assert.deepStrictEqual(filterLine(without, lineOf(item)), other === kind ? undefined : item)
      }
    })
  }

  it("an unknown type, and an item without a type, are of the kind other", () => {
    const only = { ...keepAll, kinds: new Set<ItemKind>(["other"]) }
    assert.deepStrictEqual(filterLine(only, lineOf({ type: "hologram", x: 1 })), { type: "hologram", x: 1 })
    assert.deepStrictEqual(filterLine(only, lineOf({ x: 1 })), { x: 1 })
  })

  it("session_meta, turn_context, events and what is unknown never pass", () => {
    const rollout = new RolloutBuilder()
      .meta()
      .turnContext()
      .event({ type: "user_message", message: "hello" })
      .completed({ type: "AgentMessage", content: [{ type: "Text", text: "hi" }] })
      .line("world_state", { full: true })
      .line("token_usage_record", { thread_token_usage: { total_tokens: 3 } })
    for (const line of nonEmpty(rolloutLines(rollout.text()))) {
      assert.isUndefined(filterLine(keepAll, line))
    }
  })

  it("response items and compacted items can each be switched off", () => {
    const [noItems, noCompacted] = [
      { ...keepAll, responseItems: false },
      { ...keepAll, compactedItems: false }
    ]
    const summary = { type: "message", role: "assistant", content: [{ type: "output_text", text: "so far" }] }
    assert.deepStrictEqual(
      [noItems, noCompacted].map((filter) => filterLine(filter, lineOf(items.message))),
      [undefined, items.message]
    )
    assert.deepStrictEqual(
      [noItems, noCompacted].map((filter) => filterLine(filter, compacted("so far"))),
      [summary, undefined]
    )
  })
})

describe("compacted items", () => {
  it("a compacted item becomes an assistant message with its text, without the history it repeats", () => {
    const message = { type: "message", role: "assistant", content: [{ type: "output_text", text: "so far so good" }] }
    assert.deepStrictEqual(filterLine(keepAll, compacted("so far so good")), message)
    assert.deepStrictEqual(filterLine(evidenceFilter, compacted("so far so good")), message)
  })

  it("a compacted item passes a filter for the kind message", () => {
    const kinds = (...kinds: ReadonlyArray<ItemKind>) => ({ ...keepAll, kinds: new Set(kinds) })
    assert.isDefined(filterLine(kinds("message"), compacted("so far")))
    assert.isUndefined(filterLine(kinds("compaction", "other"), compacted("so far")))
  })

  it("a compacted item without text is not evidence", () => {
    assert.isUndefined(filterLine(evidenceFilter, compacted("")))
    assert.isUndefined(filterLine(evidenceFilter, compacted(null)))
    assert.isDefined(filterLine(keepAll, compacted("")))
  })
})

describe("named filters", () => {
  it("the named filters are evidence and keep-all", () => {
    assert.deepStrictEqual(rolloutFilters, { evidence: evidenceFilter, "keep-all": keepAll })
  })

  it("the keep-all filter keeps every kind whole", () => {
    const kept = [
      ...Object.values(items),
      { type: "reasoning", summary: [], encrypted_content: "b3BhcXVl" },
      { type: "message", role: "developer", content: [{ type: "input_text", text: "<permissions instructions>" }] },
      user("# AGENTS.md instructions for /home/ada", "real words")
    ]
    for (const item of kept) {
      assert.deepStrictEqual(filterLine(keepAll, lineOf(item)), item)
    }
  })
})

describe("the evidence filter", () => {
  const shown = (item: unknown) => filterLine(evidenceFilter, lineOf(item))

  it("the evidence filter keeps messages, calls and their outputs", () => {
    for (const kind of nonEmpty(itemKinds.filter((kind) => kind !== "ghost_snapshot" && kind !== "compaction"))) {
      assert.deepStrictEqual(shown(items[kind]), items[kind])
    }
  })

  it("the evidence filter leaves out ghost snapshots and compaction blobs", () => {
    assert.isUndefined(shown(items.ghost_snapshot))
    assert.isUndefined(shown(items.compaction))
  })

  it("the evidence filter leaves out encrypted and empty reasoning", () => {
    assert.isUndefined(shown({ type: "reasoning", summary: [], content: null, encrypted_content: "b3BhcXVl" }))
    assert.isUndefined(shown({ type: "reasoning", summary: [] }))
    assert.isUndefined(shown({ type: "reasoning", summary: [{ type: "summary_text", text: " " }] }))
  })

  it("the evidence filter keeps the readable part of reasoning", () => {
    const summary = [{ type: "summary_text", text: "the list is a Set" }]
    assert.deepStrictEqual(shown({ type: "reasoning", summary, encrypted_content: "b3BhcXVl" }), {
      type: "reasoning",
      summary
    })
    const content = [{ type: "reasoning_text", text: "spread it" }]
    assert.deepStrictEqual(shown({ type: "reasoning", summary: [], content }), {
      type: "reasoning",
      summary: [],
      content
    })
  })

  it("the evidence filter leaves out developer and system messages, and lists of tools", () => {
    for (const role of ["developer", "system"]) {
      assert.isUndefined(shown({ ...user("be brief"), role }))
    }
    assert.isUndefined(shown({ type: "additional_tools", role: "developer", tools: [] }))
  })

  it("the evidence filter leaves out injected text, part by part", () => {
    const environment = "<environment_context>\n<cwd>/home/ada</cwd>\n</environment_context>"
    const agents = "# AGENTS.md instructions for /home/ada\n\n<INSTRUCTIONS>\nuse tabs\n</INSTRUCTIONS>"
    assert.isUndefined(shown(user(agents)))
    assert.isUndefined(shown(user(agents, environment)))
    assert.isUndefined(shown({ type: "message", role: "user", content: environment }))
    assert.deepStrictEqual(shown(user(agents, "please sort the departures", environment)), {
      ...user("please sort the departures")
    })
  })

  it("the evidence filter keeps images beside injected text", () => {
    const image = { type: "input_image", image_url: "data:image/png;base64,AA==" }
    const message = {
      type: "message",
      role: "user",
      content: [{ type: "input_text", text: "<environment_context></environment_context>" }, image]
    }
    assert.deepStrictEqual(shown(message), { type: "message", role: "user", content: [image] })
  })

  it("the evidence filter cuts the editor's prefix off a request", () => {
    assert.deepStrictEqual(
      shown(user("# Context from my IDE setup:\n\n## Open tabs:\n- a.ts\n\n## My request for Codex:\nsort them\n")),
      user("sort them")
    )
  })

  it("the evidence filter leaves out internal fields of the harness", () => {
    assert.deepStrictEqual(
      shown({ ...items.function_call, internal_chat_message_metadata_passthrough: { turn_id: "t" } }),
      items.function_call
    )
  })
})
