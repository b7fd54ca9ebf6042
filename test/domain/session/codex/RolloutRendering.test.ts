import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { byteLength, cutMiddle } from "../../../../src/domain/text/ByteBudget.js"
import { evidenceFilter, keepAll, type RolloutFilter } from "../../../../src/domain/session/codex/RolloutFilter.js"
import type { RolloutLine } from "../../../../src/domain/session/codex/RolloutLine.js"
import { RolloutRenderingBuilder } from "../../../../src/domain/session/codex/RolloutRendering.js"
import type { SessionRendering } from "../../../../src/domain/session/SessionReading.js"
import { RolloutBuilder } from "../../../../src/testing/RolloutBuilder.js"
import { rolloutLines } from "../../../support/reading.js"
import { cpuTimeOf } from "../../../support/time.js"

const marker = "\n\n[... ROLLOUT TRUNCATED FOR MEMORY EXTRACTION ...]\n\n"
const markerBytes = 53

/** An item that no filter touches, with text of its own. */
const itemOf = (t: string) => ({ t })

const lineOf = (item: { readonly [field: string]: unknown }): RolloutLine => ({
  _tag: "ResponseItem",
  line: 1,
  timestamp: undefined,
  kind: "other",
  item
})

const renderItems = (
  texts: ReadonlyArray<string>,
  limit: number,
  filter: RolloutFilter = keepAll
): SessionRendering => {
  const builder = new RolloutRenderingBuilder(filter, limit)
  texts.forEach((text) => builder.add(lineOf(itemOf(text))))
  return builder.result()
}

const render = (rollout: RolloutBuilder, filter = evidenceFilter, limit = 1_000_000): SessionRendering => {
  const builder = new RolloutRenderingBuilder(filter, limit)
  rolloutLines(rollout.text()).forEach((line) => builder.add(line))
  return builder.result()
}

/** The texts of the messages that a rendering shows. */
const textsOf = (rendering: SessionRendering): ReadonlyArray<string> =>
  Array.from(rendering.text.matchAll(/"text":"([^"]*)"/g), ([, text = ""]) => text)

describe("rendering a rollout", () => {
  it("the kept items are rendered as one JSON array", () => {
    assert.deepStrictEqual(renderItems(["a", 'b "c"\n'], 1_000), {
      text: '[{"t":"a"},{"t":"b \\"c\\"\\n"}]',
      items: 2,
      bytes: 29
    })
  })

  it("a rollout without any kept item is rendered as an empty array", () => {
    assert.deepStrictEqual(renderItems([], 1_000), { text: "[]", items: 0, bytes: 2 })
  })

  it("messages, calls and outputs are rendered unchanged, without metadata, settings and events", () => {
    const rollout = new RolloutBuilder()
      .meta()
      .turnContext()
      .user("list the ferries")
      .functionCall("c1", "exec_command", { cmd: "ls" })
      .functionOutput("c1", "north.json")
      .turnEnd()
    assert.deepStrictEqual(JSON.parse(render(rollout).text), [
      { type: "message", role: "user", content: [{ type: "input_text", text: "list the ferries" }] },
      { type: "function_call", name: "exec_command", arguments: '{"cmd":"ls"}', call_id: "c1" },
      { type: "function_call_output", call_id: "c1", output: "north.json" }
    ])
  })

  it("an item that is nested too deep to be written is left out", () => {
    const deep: { readonly [field: string]: unknown } = JSON.parse(`{"t":${"[".repeat(50_000)}${"]".repeat(50_000)}}`)
    const builder = new RolloutRenderingBuilder(keepAll, 1_000)
    builder.add(lineOf(itemOf("a")))
    builder.add(lineOf(deep))
    assert.deepStrictEqual(builder.result(), { text: '[{"t":"a"}]', items: 1, bytes: 11 })
  })
})

describe("rollouts over the byte limit", () => {
  const whole = `[${["a", "z"].map((letter) => `{"t":"${letter.repeat(100)}"}`).join(",")}]`

  it("a rendering is whole at exactly the limit, and cut one byte below it", () => {
    const texts = ["a".repeat(100), "z".repeat(100)]
    assert.strictEqual(renderItems(texts, whole.length).text, whole)
    const cut = renderItems(texts, whole.length - 1)
    assert.strictEqual(cut.text, cutMiddle(whole, whole.length - 1, { marker, headShare: 1 / 3 }))
    assert.strictEqual(cut.bytes, whole.length)
  })

  it("a cut rendering has one third of the space beside the marker as its head, the rest as its tail", () => {
    const { text } = renderItems(["a".repeat(100), "z".repeat(100)], markerBytes + 31)
    assert.strictEqual(text, `${whole.slice(0, 10)}${marker}${whole.slice(-21)}`)
    assert.strictEqual(byteLength(text), markerBytes + 31)
  })

  it("a cut rendering splits no character, and its tail gets the odd byte", () => {
    const { text } = renderItems(["é".repeat(100)], markerBytes + 30)
    // Ten bytes of head: seven of JSON, one é, one byte that is left over.
    assert.strictEqual(text, `[{"t":"é${marker}${"é".repeat(9)}"}]`)
  })

  it.prop(
    "a cut rendering equals a cut of the whole array, even if items were dropped while it was built",
    [
      fc.array(fc.string({ unit: "grapheme", maxLength: 40 }), { maxLength: 60 }),
      fc.integer({ min: markerBytes, max: 400 }),
      fc.option(fc.nat({ max: 60 }), { nil: undefined })
    ],
    ([texts, limit, maxItems]) => {
      const kept = texts.slice(0, maxItems).map(itemOf)
      const json = JSON.stringify(kept)
      assert.deepStrictEqual(renderItems(texts, limit, { ...keepAll, maxItems }), {
        text: cutMiddle(json, limit, { marker, headShare: 1 / 3 }),
        items: kept.length,
        bytes: byteLength(json)
      })
    },
    { fastCheck: { numRuns: 1_000 } }
  )

  it("a rendering stays within its limit, whatever the size of the rollout", () => {
    const limit = 30_000
    const builder = new RolloutRenderingBuilder(keepAll, limit)
    const line = lineOf(itemOf("x".repeat(2_000)))
    for (let count = 0; count < 10_000; count++) {
      builder.add(line)
    }
    assert.isBelow(JSON.stringify(builder).length, 2 * limit)
    const { bytes, items, text } = builder.result()
    assert.deepStrictEqual([items, bytes, byteLength(text)], [10_000, 10_000 * 2_009 + 1, limit])
  })
})

it("a rollout of many small lines is rendered quickly", () => {
  const builder = new RolloutRenderingBuilder(keepAll, 1_000_000)
  const line = lineOf(itemOf("x"))
  const taken = cpuTimeOf(() => {
    for (let count = 0; count < 400_000; count++) {
      builder.add(line)
    }
  })
  assert.isBelow(taken, 20_000)
  assert.strictEqual(builder.result().items, 400_000)
})

describe("max_items", () => {
  const rollout = new RolloutBuilder().meta().message("developer", "rules").user("one").assistant("two").user("three")

  it("maxItems 0 keeps no item", () => {
    assert.deepStrictEqual(render(rollout, { ...evidenceFilter, maxItems: 0 }), { text: "[]", items: 0, bytes: 2 })
  })

  it("maxItems N keeps the first N items that pass the filter", () => {
    assert.deepStrictEqual(textsOf(render(rollout, { ...evidenceFilter, maxItems: 2 })), ["one", "two"])
  })

  it("maxItems does not count items that were rolled back", () => {
    const undone = new RolloutBuilder().user("one").user("undone").assistant("gone").rolledBack(1).user("two").user("3")
    assert.deepStrictEqual(textsOf(render(undone, { ...evidenceFilter, maxItems: 2 })), ["one", "two"])
  })
})

describe("turns undone by thread_rolled_back", () => {
  const twoTurns = () =>
    new RolloutBuilder()
      .meta()
      .user("first")
      .assistant("did it")
      .turnEnd()
      .user("second")
      .assistant("broke it")
      .turnEnd()

  it("a turn that was rolled back is not rendered", () => {
    const rollout = twoTurns().rolledBack(1).user("third").assistant("better")
    assert.deepStrictEqual(textsOf(render(rollout)), ["first", "did it", "third", "better"])
  })

  it("a rollback removes as many turns as it names, and all if it names more than there are", () => {
    assert.deepStrictEqual(textsOf(render(twoTurns().rolledBack(2).user("third"))), ["third"])
    assert.deepStrictEqual(textsOf(render(twoTurns().rolledBack(9).user("third"))), ["third"])
  })

  it("a rollback without a positive number removes no turn", () => {
    for (const turns of [0, -1, null, "1", undefined]) {
      assert.lengthOf(textsOf(render(twoTurns().rolledBack(turns))), 4)
    }
  })

  it("a turn that was rolled back is rendered with the filter keep-all", () => {
    assert.lengthOf(textsOf(render(twoTurns().rolledBack(1), keepAll)), 4)
  })

  it("a rollback counts requests, even if a request is recorded more than once", () => {
    const told = new RolloutBuilder()
      .user("first")
      .assistant("done")
      .message("user", "<environment_context>\n<cwd>/home/ada</cwd>\n</environment_context>")
      .message("user", "second")
      .completed({ type: "UserMessage", content: [{ type: "text", text: "second" }] })
      .assistant("gone")
    assert.deepStrictEqual(textsOf(render(told.rolledBack(1))), ["first", "done"])
  })

  it("a rollback counts the same request twice if it was repeated after an abort", () => {
    const rollout = new RolloutBuilder()
      .user("go on")
      .event({ type: "turn_aborted", reason: "interrupted" })
      .user("go on")
      .assistant("went on")
      .rolledBack(1)
    assert.deepStrictEqual(textsOf(render(rollout)), ["go on"])
  })

  it("a rollback counts one turn if the message holds more than its event", () => {
    const rollout = new RolloutBuilder()
      .user("first")
      .assistant("done")
      .message("user", "<image name=[Image #1]>", "what is this")
      .event({ type: "user_message", message: "what is this", images: ["data:image/png;base64,AA=="] })
      .assistant("a ferry")
      .rolledBack(1)
    assert.deepStrictEqual(textsOf(render(rollout)), ["first", "done"])
  })

  it("a rollback counts a turn that began with an image alone", () => {
    const rollout = new RolloutBuilder()
      .user("first")
      .assistant("done")
      .item({
        type: "message",
        role: "user",
        content: [{ type: "input_image", image_url: "data:image/png;base64,AA==" }]
      })
      .event({ type: "user_message", message: "", images: ["data:image/png;base64,AA=="] })
      .assistant("a ferry")
      .rolledBack(1)
    const { items, text } = render(rollout)
    assert.strictEqual(items, 2)
    assert.notInclude(text, "base64")
  })

  it("a rolled-back turn leaves nothing in a cut rendering, even if it displaced earlier text", () => {
    const limit = 400
    const rollout = new RolloutBuilder()
    for (let turn = 0; turn < 5; turn++) {
      rollout.user(`kept ${turn}`).assistant("k".repeat(80))
    }
    rollout.user("undone request").assistant("undone answer ".repeat(60)).rolledBack(1)
    const before = render(rollout, evidenceFilter, limit)
    assert.notInclude(before.text, "undone")
    assert.isAtMost(byteLength(before.text), limit)
    assert.include(before.text, marker)
    assert.strictEqual(before.items, 10)
    const after = render(rollout.user("the last request"), evidenceFilter, limit)
    assert.include(after.text, "the last request")
    assert.strictEqual(after.items, 11)
  })

  it("a rollback of everything over the limit leaves the rest whole", () => {
    const rollout = new RolloutBuilder().user("kept").user("undone").assistant("long ".repeat(200)).rolledBack(1)
    assert.strictEqual(
      render(rollout, evidenceFilter, 300).text,
      '[{"type":"message","role":"user","content":[{"type":"input_text","text":"kept"}]}]'
    )
  })
})
