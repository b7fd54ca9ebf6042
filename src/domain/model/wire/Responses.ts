import * as Schema from "effect/Schema"
import { decodeLenient, isJsonObject, type JsonObject, lenient } from "../../session/LenientField.js"
import { knownModel } from "../ModelFacts.js"
import { readWords } from "../ModelFailureReading.js"
import { type ModelResponse, noResponse, type ResponseEnd } from "../ModelResponse.js"
import { plausibleCounts, type TokenCounts } from "../Spending.js"
import type { ModelRequest, Recipient } from "./ModelRequest.js"
import type { Wire } from "./Wire.js"

const Envelope = Schema.Struct({
  output: lenient(Schema.Array(Schema.Unknown)),
  usage: Schema.optional(Schema.Unknown),
  status: lenient(Schema.String),
  error: Schema.optional(Schema.Unknown),
  incomplete_details: lenient(Schema.Struct({ reason: lenient(Schema.String) }))
})
const decodeEnvelope = decodeLenient(Envelope, {})

const withItems = (response: ModelResponse, items: ReadonlyArray<unknown>): ModelResponse => ({
  ...response,
  items: [...response.items, ...items.filter(isJsonObject)]
})

/**
 * Returns the way in which a response ended: by the type of its last event, or by the response's status if the type
 * says only that it ended.
 */
const endOf = (type: string, { error, incomplete_details, status = "" }: typeof Envelope.Type): ResponseEnd => {
  const said = `${type} ${status}`
  return /failed|cancelled/.test(said)
    ? { _tag: "Failed", words: readWords(error) }
    : /incomplete/.test(said)
      ? { _tag: "Incomplete", reason: incomplete_details?.reason ?? "unknown" }
      : { _tag: "Completed" }
}

const cacheOf = (details: unknown) =>
  isJsonObject(details) ? { cached: details["cached_tokens"], written: details["cache_write_tokens"] } : {}

const usageOf = (usage: unknown, end: ResponseEnd): TokenCounts | undefined =>
  isJsonObject(usage)
    ? plausibleCounts(
        {
          input: usage["input_tokens"],
          output: usage["output_tokens"],
          total: usage["total_tokens"],
          ...cacheOf(usage["input_tokens_details"])
        },
        end._tag === "Completed"
      )
    : undefined

const ended = (response: ModelResponse, type: string, given: unknown): ModelResponse => {
  const envelope = decodeEnvelope(given)
  const end = endOf(type, envelope)
  return {
    // Some servers send the items only with the last event.
    ...(response.items.length === 0 ? withItems(response, envelope.output ?? []) : response),
    usage: usageOf(envelope.usage, end),
    end
  }
}

/** Adds an event to a response. Only the end of the response is required. */
const addEvent = (before: ModelResponse, given: unknown): ModelResponse => {
  // An answer has thousands of events. The fields are checked by hand, since decoding each with a schema would cost
  // more than everything else.
  const event = isJsonObject(given) ? given : {}
  const { error, type } = event
  const delta = typeof event["delta"] === "string" ? event["delta"] : ""
  switch (type) {
    case "response.output_text.delta":
      return { ...before, text: (before.text ?? "") + delta }
    case "response.refusal.delta":
      return { ...before, refusal: before.refusal + delta }
    case "response.output_item.done":
      return withItems(before, [event["item"]])
    case "response.completed":
    case "response.done":
    case "response.incomplete":
    case "response.failed":
    case "response.cancelled":
      return ended(before, type, event["response"])
    case "error":
      return { ...before, end: { _tag: "Failed", words: readWords(error ?? given) } }
    case undefined:
      // Some servers report an error within the stream in the format of an error body.
      return error === undefined || error === null
        ? before
        : { ...before, end: { _tag: "Failed", words: readWords(error) } }
    default:
      return before
  }
}

/**
 * The fields that tell OpenAI's servers about the cache: which requests begin alike, or that nothing is to be written to
 * it, for models where writing costs extra. Other servers may not know them.
 */
export const cacheFields = ({ cacheKey }: ModelRequest, { model, provider, without }: Recipient): JsonObject =>
  provider !== "openai" || without.has("cache")
    ? {}
    : cacheKey !== undefined
      ? { prompt_cache_key: cacheKey }
      : knownModel(model)?.hasCacheModes === true
        ? { prompt_cache_options: { mode: "explicit" } }
        : {}

/** The field of OpenAI's service tier. */
export const tierField = ({ serviceTier, without }: Recipient): JsonObject =>
  serviceTier === "unset" || without.has("service tier") ? {} : { service_tier: serviceTier }

const body = (request: ModelRequest, recipient: Recipient): JsonObject => {
  const { conversation, effort, instructions, maxOutputTokens, output, tools } = request
  const { model, provider, without } = recipient
  const isStrict = !without.has("strict output")
  return {
    instructions,
    input: without.has("reasoning") ? conversation.filter(({ type }) => type !== "reasoning") : conversation,
    parallel_tool_calls: tools.length > 0,
    ...(tools.length > 0
      ? { tools: tools.map((tool) => ({ type: "function", ...tool, ...(isStrict ? { strict: true } : {}) })) }
      : {}),
    ...(output === undefined || !isStrict
      ? {}
      : { text: { format: { type: "json_schema", name: output.name, strict: true, schema: output.schema } } }),
    ...(tools.length > 0 && provider === "openai" && !without.has("reasoning")
      ? { include: ["reasoning.encrypted_content"] }
      : {}),
    ...(effort === "unset" || without.has("effort") ? {} : { reasoning: { effort } }),
    ...cacheFields(request, recipient),
    ...tierField(recipient),
    model,
    stream: true,
    store: false,
    max_output_tokens: maxOutputTokens
  }
}

/** The Responses API. */
export const responses: Wire = {
  body,
  read: () => {
    let response = noResponse
    return {
      take: (event) => {
        response = response.end === undefined ? addEvent(response, event) : response
      },
      received: () => response,
      rest: () => (response.end === undefined ? "events" : "nothing")
    }
  }
}
