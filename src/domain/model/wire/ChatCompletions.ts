import type { Conversation } from "../../agent/Conversation.js"
import { isJsonObject, type JsonObject } from "../../session/LenientField.js"
import { readWords } from "../ModelFailureReading.js"
import { noResponse, textOfItem, type ResponseEnd } from "../ModelResponse.js"
import { plausibleCounts } from "../Spending.js"
import type { ModelRequest, OutputForm, Recipient, ToolDefinition } from "./ModelRequest.js"
import { cacheFields, tierField } from "./Responses.js"
import type { ResponseReader, Wire } from "./Wire.js"

/** The text of a message item, whoever wrote it. */
const textOf = (item: JsonObject): string =>
  (Array.isArray(item["content"]) ? item["content"].filter(isJsonObject) : [])
    .map(({ text }) => (typeof text === "string" ? text : ""))
    .join("")

const toolCall = ({ arguments: parameters, call_id, extra_content, name }: JsonObject): JsonObject => ({
  id: call_id,
  type: "function",
  function: { name, arguments: parameters },
  // Google's signature of the model's reasoning, without which its server rejects the call that it made itself.
  ...(extra_content === undefined ? {} : { extra_content })
})

/**
 * Translates a conversation into messages. What the model said in one turn, its text and its calls, is one message, as
 * servers require before the answers to the calls.
 */
const messagesOf = (conversation: Conversation): ReadonlyArray<JsonObject> => {
  const messages: Array<JsonObject> = []
  let turn: { content: string | null; readonly calls: Array<JsonObject> } | undefined
  const endTurn = () => {
    if (turn !== undefined) {
      const { calls, content } = turn
      messages.push({ role: "assistant", content, ...(calls.length > 0 ? { tool_calls: calls } : {}) })
      turn = undefined
    }
  }
  for (const item of conversation) {
    switch (item["type"]) {
      case "function_call":
        turn ??= { content: null, calls: [] }
        turn.calls.push(toolCall(item))
        break
      case "function_call_output":
        endTurn()
        messages.push({ role: "tool", tool_call_id: item["call_id"], content: item["output"] })
        break
      case "reasoning":
        break
      default:
        if (item["role"] === "user") {
          endTurn()
          messages.push({ role: "user", content: textOf(item) })
        } else {
          turn ??= { content: null, calls: [] }
          turn.content = (turn.content ?? "") + (textOfItem(item) ?? "")
        }
    }
  }
  endTurn()
  return messages
}

const toolOf =
  (isStrict: boolean) =>
  (tool: ToolDefinition): JsonObject => ({ type: "function", function: isStrict ? { ...tool, strict: true } : tool })

const formatOf = ({ name, schema }: OutputForm): JsonObject => ({
  response_format: { type: "json_schema", json_schema: { name, strict: true, schema } }
})

const body = (request: ModelRequest, recipient: Recipient): JsonObject => {
  const { conversation, effort, instructions, maxOutputTokens, output, tools } = request
  const { model, provider, without } = recipient
  const isStrict = !without.has("strict output")
  return {
    model,
    messages: [{ role: "system", content: instructions }, ...messagesOf(conversation)],
    ...(tools.length > 0 ? { tools: tools.map(toolOf(isStrict)) } : {}),
    ...(output !== undefined && isStrict ? formatOf(output) : {}),
    ...(effort === "unset" || without.has("effort") ? {} : { reasoning_effort: effort }),
    ...cacheFields(request, recipient),
    ...tierField(recipient),
    // OpenAI's newer models know only the first name, many other servers only the second.
    ...(provider === "openai"
      ? { store: false, max_completion_tokens: maxOutputTokens }
      : { max_tokens: maxOutputTokens }),
    stream: true,
    ...(without.has("usage") ? {} : { stream_options: { include_usage: true } })
  }
}

/** A call of a tool that is still arriving. */
interface PartialCall {
  readonly index: unknown
  id: string
  name: string
  parameters: string
  extra: unknown
}

const endOf = (reason: unknown): ResponseEnd => {
  switch (reason) {
    case "length":
      return { _tag: "Incomplete", reason: "max_output_tokens" }
    case "content_filter":
      return { _tag: "Incomplete", reason: "content_filter" }
    case "error":
      return { _tag: "Failed", words: { code: "", message: "" } }
    default:
      return { _tag: "Completed" }
  }
}

/** The event that a stream ends with, as it stands on the wire. */
export const streamEnd = "[DONE]"

const jsonText = (value: unknown): string =>
  typeof value === "string" ? value : isJsonObject(value) ? JSON.stringify(value) : ""

const read = (): ResponseReader => {
  let text: string | undefined
  let refusal = ""
  let end: ResponseEnd | undefined
  let usage: JsonObject | undefined
  let isOver = false
  const calls: Array<PartialCall> = []

  /**
   * Adds a piece of a call. Some servers give every call the same index, or none; a new id begins a new call all the
   * same.
   */
  const addCall = (delta: JsonObject) => {
    const { extra_content, id, index } = delta
    const named = isJsonObject(delta["function"]) ? delta["function"] : {}
    let call = calls.findLast((one) => one.index === index)
    if (call === undefined || (typeof id === "string" && id !== "" && call.id !== "" && id !== call.id)) {
      call = { index, id: "", name: "", parameters: "", extra: undefined }
      calls.push(call)
    }
    call.id ||= typeof id === "string" ? id : ""
    call.name ||= typeof named["name"] === "string" ? named["name"] : ""
    call.parameters += jsonText(named["arguments"])
    call.extra ??= extra_content
  }

  const addChoice = ({ delta, finish_reason }: JsonObject) => {
    if (isJsonObject(delta)) {
      const { content, tool_calls } = delta
      if (typeof content === "string" && content !== "") {
        text = (text ?? "") + content
      }
      refusal += typeof delta["refusal"] === "string" ? delta["refusal"] : ""
      for (const call of Array.isArray(tool_calls) ? tool_calls.filter(isJsonObject) : []) {
        addCall(call)
      }
    }
    if (typeof finish_reason === "string") {
      end ??= endOf(finish_reason)
    }
  }

  const itemOf = ({ extra, id, name, parameters }: PartialCall, index: number): JsonObject => ({
    type: "function_call",
    call_id: id === "" ? `call_${index}` : id,
    name,
    arguments: parameters === "" ? "{}" : parameters,
    ...(extra === undefined ? {} : { extra_content: extra })
  })

  const usageOf = () => {
    const { completion_tokens, prompt_tokens, prompt_tokens_details, total_tokens } = usage ?? {}
    const details = isJsonObject(prompt_tokens_details) ? prompt_tokens_details : {}
    return plausibleCounts(
      {
        input: prompt_tokens,
        output: completion_tokens,
        total: total_tokens,
        cached: details["cached_tokens"],
        written: details["cache_write_tokens"]
      },
      end?._tag === "Completed"
    )
  }

  return {
    take: (event) => {
      if (event === streamEnd) {
        isOver = true
      }
      if (isOver || !isJsonObject(event) || end?._tag === "Failed") {
        return
      }
      const { choices, error } = event
      if (error !== undefined && error !== null) {
        end = { _tag: "Failed", words: readWords(error) }
        return
      }
      const choice = Array.isArray(choices) ? choices.find((one) => isJsonObject(one) && (one["index"] ?? 0) === 0) : {}
      if (isJsonObject(choice)) {
        addChoice(choice)
      }
      usage = isJsonObject(event["usage"]) ? event["usage"] : usage
    },
    received: () => ({
      ...noResponse,
      text,
      refusal,
      items: [
        ...(text === undefined
          ? []
          : [{ type: "message", role: "assistant", content: [{ type: "output_text", text }] }]),
        ...calls.map(itemOf)
      ],
      usage: usageOf(),
      end
    }),
    // The counts come in an event of their own after the end of the answer.
    rest: () =>
      end === undefined ? (isOver ? "nothing" : "events") : isOver || end._tag === "Failed" ? "nothing" : "usage"
  }
}

/** Chat Completions, as OpenAI, Gemini, Ollama, llama.cpp, vLLM and many other servers have it. */
export const chatCompletions: Wire = { body, read }
