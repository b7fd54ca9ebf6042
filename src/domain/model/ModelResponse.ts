import * as Schema from "effect/Schema"
import { decodeLenient, isJsonObject, type JsonObject, lenient } from "../session/LenientField.js"
import { readWords, type ServerWords } from "./ModelFailureReading.js"
import { plausibleCounts, type TokenCounts } from "./Spending.js"

/** A model's request to run a tool. */
export interface ToolRequest {
  readonly callId: string
  readonly name: string
  /** JSON text from the model; it may be malformed. */
  readonly parameters: string
}

/** The end of a response. */
export type ResponseEnd =
  | { readonly _tag: "Completed" }
  | { readonly _tag: "Incomplete"; readonly reason: string }
  | { readonly _tag: "Failed"; readonly words: ServerWords }

/** A response of the Responses API, as far as it has arrived. */
export interface ModelResponse {
  /** The text deltas, joined; undefined while there are none. */
  readonly text: string | undefined
  /** Finished output items in order, verbatim; a later request sends them back. */
  readonly items: ReadonlyArray<JsonObject>
  readonly refusal: string
  /** Token counts as the server reports them; undefined when they are missing or implausible. */
  readonly usage: TokenCounts | undefined
  /** The way in which the response ended; undefined until it has ended. */
  readonly end: ResponseEnd | undefined
}

/** The response before anything has arrived. */
export const noResponse: ModelResponse = {
  text: undefined,
  items: [],
  refusal: "",
  usage: undefined,
  end: undefined
}

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

const usageOf = (usage: unknown, end: ResponseEnd): TokenCounts | undefined =>
  isJsonObject(usage)
    ? plausibleCounts(
        { input: usage["input_tokens"], output: usage["output_tokens"], total: usage["total_tokens"] },
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

/**
 * Adds an event to a response. Unknown events, missing fields and fields of another type change nothing, so servers
 * that add or omit fields still work. Only the end of the response is required.
 */
export const addEvent = (before: ModelResponse, given: unknown): ModelResponse => {
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

const contentOf = (item: JsonObject): ReadonlyArray<JsonObject> =>
  Array.isArray(item["content"]) ? item["content"].filter(isJsonObject) : []

/** The text of a finished message item; undefined for any other item, and for a message without text. */
export const textOfItem = (item: JsonObject): string | undefined => {
  const texts = contentOf(item).flatMap(({ text, type }) =>
    type === "output_text" && typeof text === "string" ? [text] : []
  )
  return item["type"] === "message" && texts.length > 0 ? texts.join("") : undefined
}

/** The text of a refusal; undefined when the model did not refuse. */
export const refusalOf = ({ items, refusal }: ModelResponse): string | undefined => {
  const parts = items.flatMap(contentOf).flatMap((part) => (part["type"] === "refusal" ? [part["refusal"]] : []))
  return refusal !== "" ? refusal : parts.length > 0 ? String(parts[0] ?? "") : undefined
}

/** The tool calls that a finished response requests, in order. */
export const toolRequests = ({ items }: ModelResponse): ReadonlyArray<ToolRequest> =>
  items.flatMap((item) =>
    item["type"] === "function_call"
      ? [
          {
            callId: String(item["call_id"] ?? item["id"] ?? ""),
            name: String(item["name"] ?? ""),
            parameters:
              typeof item["arguments"] === "string" ? item["arguments"] : JSON.stringify(item["arguments"] ?? {})
          }
        ]
      : []
  )
