import type { JsonObject } from "../session/LenientField.js"

/**
 * The text that replaces a tool's output, or the arguments of a call, when the conversation grows too long for the
 * model.
 */
const droppedText = "[left out to make room: call the tool again when you need it]"

/** The conversation so far, as input items of a request. */
export type Conversation = ReadonlyArray<JsonObject>

/** Makes a user's message for a request. */
export const userMessage = (text: string): JsonObject => ({
  role: "user",
  content: [{ type: "input_text", text }]
})

/** Makes the answer to a tool call: the tool's output, with the id of the call. */
export const toolAnswer = (callId: string, output: string): JsonObject => ({
  type: "function_call_output",
  call_id: callId,
  output
})

/**
 * Prepares a model's own items to be sent back to it. A server that stores nothing can use only encrypted reasoning, so
 * plain reasoning is left out; so are ids and statuses, by which the server would look an item up.
 */
export const itemsToSendBack = (items: ReadonlyArray<JsonObject>): Conversation =>
  items.flatMap((item) => {
    if (item["type"] === "reasoning") {
      return typeof item["encrypted_content"] === "string" ? [item] : []
    }
    const { id: _, status: __, ...rest } = item
    return item["type"] === "message" || item["type"] === "function_call" ? [rest] : []
  })

/** Keeps the first `most` tool calls of an answer, and all that is no call; `isCut` says whether calls were dropped. */
export const withCalls = (
  items: ReadonlyArray<JsonObject>,
  most: number
): { readonly items: ReadonlyArray<JsonObject>; readonly isCut: boolean } => {
  let calls = 0
  const kept = items.filter(({ type }) => type !== "function_call" || ++calls <= most)
  return { items: kept, isCut: kept.length < items.length }
}

/** The conversation as JSON text, for counting its tokens. */
export const textOf = (items: Conversation): string => JSON.stringify(items)

/** The part of an item that may be dropped: a tool's output, or the arguments of a call. */
const droppableText = (item: JsonObject): string =>
  String((item["type"] === "function_call_output" ? item["output"] : item["arguments"]) ?? "")

const withDroppedText = (item: JsonObject): JsonObject =>
  item["type"] === "function_call_output"
    ? { ...item, output: droppedText }
    : { ...item, arguments: JSON.stringify({ text: droppedText }) }

/**
 * Drops the longest tool output, or the longest arguments of a call, from a conversation. The last two outputs stay.
 * Returns undefined when nothing is left to drop.
 */
export const withoutLongest = (items: Conversation): Conversation | undefined => {
  const answers = items.flatMap((item, index) => (item["type"] === "function_call_output" ? [index] : []))
  const kept = new Set(answers.slice(-2))
  let longest = -1
  let length = droppedText.length * 2
  for (const [index, item] of items.entries()) {
    if (!kept.has(index) && droppableText(item).length > length) {
      longest = index
      length = droppableText(item).length
    }
  }
  return longest === -1 ? undefined : items.map((item, index) => (index === longest ? withDroppedText(item) : item))
}
