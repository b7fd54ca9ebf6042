import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { Conversation } from "../../agent/Conversation.js"
import { isJsonObject, type JsonObject } from "../../session/LenientField.js"
import { readWords } from "../ModelFailureReading.js"
import { noResponse, type ResponseEnd } from "../ModelResponse.js"
import { plausibleCounts } from "../Spending.js"
import type { ModelRequest, Recipient, ToolDefinition } from "./ModelRequest.js"
import type { ResponseReader, Wire } from "./Wire.js"

const parseJson = Schema.decodeUnknownEither(Schema.parseJson())

/** The parameters of a call as an object, which the API requires; an empty one for a call with malformed parameters. */
const inputOf = (parameters: unknown): JsonObject => {
  const json = typeof parameters === "string" ? Either.getOrUndefined(parseJson(parameters)) : parameters
  return isJsonObject(json) ? json : {}
}

/**
 * Translates an item of the model's reasoning back into the block that it came as: the model's thinking with its
 * signature, or thinking that the server keeps secret.
 */
const thinkingBlock = ({ encrypted_content, summary }: JsonObject): JsonObject => {
  const parts: ReadonlyArray<JsonObject> = Array.isArray(summary) ? summary.filter(isJsonObject) : []
  return parts.length === 0
    ? { type: "redacted_thinking", data: encrypted_content }
    : { type: "thinking", thinking: parts.map(({ text }) => String(text)).join(""), signature: encrypted_content }
}

const textBlocks = ({ content }: JsonObject): ReadonlyArray<JsonObject> =>
  (Array.isArray(content) ? content.filter(isJsonObject) : []).flatMap(({ text }) =>
    // The API rejects a block without text.
    typeof text === "string" && text.trim() !== "" ? [{ type: "text", text }] : []
  )

const blocksOf = (item: JsonObject): ReadonlyArray<JsonObject> => {
  switch (item["type"]) {
    case "function_call":
      return [{ type: "tool_use", id: item["call_id"], name: item["name"], input: inputOf(item["arguments"]) }]
    case "function_call_output":
      return [{ type: "tool_result", tool_use_id: item["call_id"], content: item["output"] }]
    case "reasoning":
      return [thinkingBlock(item)]
    default:
      return textBlocks(item)
  }
}

/** Translates a conversation into messages, in which the user and the model take turns. */
const messagesOf = (conversation: Conversation): ReadonlyArray<JsonObject> => {
  const turns: Array<{ readonly role: string; readonly content: Array<JsonObject> }> = []
  for (const item of conversation) {
    const role = item["role"] === "user" || item["type"] === "function_call_output" ? "user" : "assistant"
    const blocks = blocksOf(item)
    const last = turns.at(-1)
    if (last?.role === role) {
      last.content.push(...blocks)
    } else if (blocks.length > 0) {
      turns.push({ role, content: [...blocks] })
    }
  }
  return turns
}

const toolOf =
  (isStrict: boolean) =>
  ({ description, name, parameters }: ToolDefinition): JsonObject => ({
    name,
    description,
    input_schema: parameters,
    ...(isStrict ? { strict: true } : {})
  })

/** The efforts of the API; it has none below `low`. */
const effortOf = (effort: string): string => (effort === "none" || effort === "minimal" ? "low" : effort)

/** The API's word for each service tier of the setting; tiers that it does not have are left out. */
const tiers: { readonly [tier: string]: string | undefined } = {
  auto: "auto",
  priority: "auto",
  default: "standard_only"
}

const body = (request: ModelRequest, { model, serviceTier, without }: Recipient): JsonObject => {
  const { cacheKey, conversation, effort, instructions, maxOutputTokens, output, tools } = request
  const isStrict = !without.has("strict output")
  const outputConfig = {
    ...(effort === "unset" || without.has("effort") ? {} : { effort: effortOf(effort) }),
    ...(output !== undefined && isStrict ? { format: { type: "json_schema", schema: output.schema } } : {})
  }
  const tier = without.has("service tier") ? undefined : tiers[serviceTier]
  return {
    model,
    max_tokens: maxOutputTokens,
    system: instructions,
    messages: messagesOf(
      without.has("reasoning") ? conversation.filter(({ type }) => type !== "reasoning") : conversation
    ),
    ...(tools.length > 0 ? { tools: tools.map(toolOf(isStrict)) } : {}),
    ...(Object.keys(outputConfig).length > 0 ? { output_config: outputConfig } : {}),
    // Without this field nothing is written to the cache, which costs extra.
    ...(cacheKey !== undefined && !without.has("cache") ? { cache_control: { type: "ephemeral" } } : {}),
    ...(tier === undefined ? {} : { service_tier: tier }),
    stream: true
  }
}

/** A block of the answer that is still arriving. */
interface PartialBlock {
  readonly start: JsonObject
  text: string
  signature: string
}

const endOf = (reason: unknown): ResponseEnd => {
  switch (reason) {
    case "max_tokens":
      return { _tag: "Incomplete", reason: "max_output_tokens" }
    case "model_context_window_exceeded":
    case "pause_turn":
      return { _tag: "Incomplete", reason }
    default:
      return { _tag: "Completed" }
  }
}

const asText = (value: unknown): string => (typeof value === "string" ? value : "")

const itemOf = ({ signature, start, text }: PartialBlock): JsonObject | undefined => {
  switch (start["type"]) {
    case "text":
      return text === "" ? undefined : { type: "message", role: "assistant", content: [{ type: "output_text", text }] }
    case "tool_use":
      return {
        type: "function_call",
        call_id: asText(start["id"]),
        name: asText(start["name"]),
        arguments: text === "" ? JSON.stringify(start["input"] ?? {}) : text
      }
    case "thinking":
      return signature === ""
        ? undefined
        : { type: "reasoning", encrypted_content: signature, summary: [{ type: "summary_text", text }] }
    case "redacted_thinking":
      return { type: "reasoning", encrypted_content: asText(start["data"]) }
    default:
      return undefined
  }
}

/**
 * Adds the tokens of the cache to those of the input, which do not include them. A count that is negative or no number
 * makes the whole no number.
 */
const sumOf = (counts: ReadonlyArray<unknown>): number =>
  counts.reduce<number>((sum, count) => sum + (typeof count === "number" && count >= 0 ? count : Number.NaN), 0)

const read = (): ResponseReader => {
  const blocks = new Map<unknown, PartialBlock>()
  let usage: JsonObject = {}
  let refusal = ""
  let stopped: ResponseEnd | undefined
  let end: ResponseEnd | undefined

  const addUsage = (given: unknown) => {
    if (isJsonObject(given)) {
      usage = { ...usage, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) }
    }
  }

  const addDelta = (block: PartialBlock, delta: JsonObject) => {
    switch (delta["type"]) {
      case "text_delta":
        block.text += asText(delta["text"])
        break
      case "input_json_delta":
        block.text += asText(delta["partial_json"])
        break
      case "thinking_delta":
        block.text += asText(delta["thinking"])
        break
      case "signature_delta":
        block.signature += asText(delta["signature"])
        break
    }
  }

  const stop = ({ stop_details, stop_reason }: JsonObject) => {
    if (stop_reason === "refusal") {
      const said = isJsonObject(stop_details) ? stop_details["explanation"] : undefined
      refusal = asText(said) || "it does not say why"
    }
    stopped = typeof stop_reason === "string" ? endOf(stop_reason) : stopped
  }

  const usageOf = () => {
    const { cache_creation_input_tokens: written = 0, cache_read_input_tokens: cached = 0, input_tokens } = usage
    const input = sumOf([input_tokens, written, cached])
    return plausibleCounts(
      { input, output: usage["output_tokens"], total: undefined, cached, written },
      end?._tag === "Completed"
    )
  }

  const textOfBlocks = (): string | undefined => {
    const texts = [...blocks.values()].filter(({ start, text }) => start["type"] === "text" && text !== "")
    return texts.length === 0 ? undefined : texts.map(({ text }) => text).join("")
  }

  return {
    take: (event) => {
      if (!isJsonObject(event) || end !== undefined) {
        return
      }
      const { content_block, delta, error, index, message, type } = event
      switch (type) {
        case "message_start":
          addUsage(isJsonObject(message) ? message["usage"] : undefined)
          break
        case "content_block_start":
          if (isJsonObject(content_block)) {
            blocks.set(index, {
              start: content_block,
              text: asText(content_block["text"]) + asText(content_block["thinking"]),
              signature: asText(content_block["signature"])
            })
          }
          break
        case "content_block_delta": {
          const block = blocks.get(index)
          if (block !== undefined && isJsonObject(delta)) {
            addDelta(block, delta)
          }
          break
        }
        case "message_delta":
          addUsage(event["usage"])
          stop(isJsonObject(delta) ? delta : {})
          break
        case "message_stop":
          // An answer that does not say why it stopped may not be whole.
          end = stopped
          break
        case "error":
          end = { _tag: "Failed", words: readWords(error ?? event) }
          break
      }
    },
    received: () => ({
      ...noResponse,
      text: textOfBlocks(),
      refusal,
      items: [...blocks.values()].map(itemOf).filter((item) => item !== undefined),
      usage: usageOf(),
      end
    }),
    rest: () => (end === undefined ? "events" : "nothing")
  }
}

/** Anthropic's Messages API. */
export const messages: Wire = { body, read }
