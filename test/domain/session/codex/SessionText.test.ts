import { assert, describe, it } from "@effect/vitest"
import type { Event } from "../../../../src/domain/session/codex/RolloutLine.js"
import {
  completedItem,
  contentParts,
  contentText,
  typedEventText,
  typedText
} from "../../../../src/domain/session/codex/SessionText.js"

const environment = "<environment_context>\n<cwd>/x</cwd>\n</environment_context>"

const event = (kind: string, payload: { readonly [field: string]: unknown }): Event => ({
  _tag: "Event",
  line: 1,
  timestamp: undefined,
  kind,
  payload: { type: kind, ...payload }
})

const userMessage = (message: unknown, rest: object = {}) => typedEventText(event("user_message", { message, ...rest }))
const userItem = (...content: ReadonlyArray<unknown>) =>
  typedEventText(event("item_completed", { item: { type: "UserMessage", content } }))

describe("the text of a message", () => {
  it("the text of a message is a string, or the texts of its parts", () => {
    assert.deepStrictEqual(contentParts("hello"), ["hello"])
    assert.deepStrictEqual(
      contentParts([
        { type: "input_text", text: "a" },
        { type: "input_image", image_url: "x" },
        { type: "text", text: "b" }
      ]),
      ["a", "b"]
    )
    assert.strictEqual(contentText([{ text: " a" }, { text: "b\n" }]), "a\nb")
  })

  it("the text of a message is empty if it holds none", () => {
    for (const content of [null, undefined, 3, {}, [null, 3, "bare", { text: 3 }]]) {
      assert.deepStrictEqual(contentParts(content), [])
    }
  })
})

describe("typed text", () => {
  it("typed text is a message without injected parts and the editor's prefix", () => {
    const text = "## Open tabs:\n\n## My request for Codex:\nsort them"
    assert.strictEqual(typedText({ content: [{ text: environment }, { text }] }), "sort them")
    assert.strictEqual(typedText({ content: environment }), "")
    assert.strictEqual(typedText({}), "")
  })

  it("typed text is read from a user_message event and from a UserMessage item", () => {
    assert.strictEqual(userMessage("\nsort them\n"), "sort them")
    assert.strictEqual(userItem({ type: "text", text: "sort" }, { type: "text", text: "them" }), "sort\nthem")
  })

  it("typed text is empty for an image alone", () => {
    assert.strictEqual(userMessage("", { images: ["data:image/png;base64,AA=="] }), "")
    assert.strictEqual(userMessage(null, { local_images: ["/tmp/a.png"] }), "")
    assert.strictEqual(userItem({ type: "local_image", path: "/tmp/a.png" }), "")
    assert.strictEqual(userItem({ type: "text", text: "" }, { type: "image", image_url: "data:" }), "")
  })

  it("an event without anything typed has no typed text", () => {
    assert.isUndefined(userMessage(environment, { images: [] }))
    assert.isUndefined(userMessage(""))
    assert.isUndefined(userItem({ type: "text", text: environment }))
    assert.isUndefined(userItem())
    assert.isUndefined(typedEventText(event("agent_message", { message: "hi" })))
    assert.isUndefined(
      typedEventText(event("item_completed", { item: { type: "AgentMessage", content: [{ text: "hi" }] } }))
    )
    assert.isUndefined(typedEventText(event("item_completed", { item: null })))
  })
})

describe("item_completed events", () => {
  it("an item_completed event holds its item, and other events hold none", () => {
    const item = { type: "ContextCompaction" }
    assert.strictEqual(completedItem(event("item_completed", { item })), item)
    assert.isUndefined(completedItem(event("item_started", { item })))
    assert.isUndefined(completedItem(event("item_completed", { item: "x" })))
  })
})
