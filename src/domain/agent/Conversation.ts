import type { JsonObject } from "../session/LenientField.js"

/** What a tool said, in place of a tool's output that was let go to make room. */
const leftOut = "[left out to make room: call the tool again when you need it]"

/** What was said so far, as items of a request's input. */
export type Conversation = ReadonlyArray<JsonObject>

/** A user message. */
export const userMessage = (text: string): JsonObject => ({
  role: "user",
  content: [{ type: "input_text", text }]
})

/** What a tool says to the call that it answers. */
export const toolAnswer = (callId: string, output: string): JsonObject => ({
  type: "function_call_output",
  call_id: callId,
  output
})

/**
 * A model's own items as they are given back to it. A server that keeps nothing knows its reasoning only where it gave it
 * away encrypted; anything else of it, and the ids by which it would look for it, are left out.
 */
export const givenBack = (items: ReadonlyArray<JsonObject>): Conversation =>
  items.flatMap((item) => {
    if (item["type"] === "reasoning") {
      return typeof item["encrypted_content"] === "string" ? [item] : []
    }
    const { id: _, status: __, ...rest } = item
    return item["type"] === "message" || item["type"] === "function_call" ? [rest] : []
  })

/** All that a model reads of a conversation, as text. */
export const textOf = (items: Conversation): string => JSON.stringify(items)

/** What an item can be without: an answer of a tool, or what a call was made with. */
const bulkOf = (item: JsonObject): string =>
  String((item["type"] === "function_call_output" ? item["output"] : item["arguments"]) ?? "")

const withoutBulk = (item: JsonObject): JsonObject =>
  item["type"] === "function_call_output"
    ? { ...item, output: leftOut }
    : { ...item, arguments: JSON.stringify({ text: leftOut }) }

/**
 * The conversation without the longest answer of a tool, or parameters of a call, that it can be without; the last two
 * answers stay. Undefined where nothing is left to let go.
 */
export const withoutLongest = (items: Conversation): Conversation | undefined => {
  const answers = items.flatMap((item, index) => (item["type"] === "function_call_output" ? [index] : []))
  const kept = new Set(answers.slice(-2))
  let longest = -1
  let length = leftOut.length * 2
  for (const [index, item] of items.entries()) {
    if (!kept.has(index) && bulkOf(item).length > length) {
      longest = index
      length = bulkOf(item).length
    }
  }
  return longest === -1 ? undefined : items.map((item, index) => (index === longest ? withoutBulk(item) : item))
}
