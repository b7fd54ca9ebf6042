import * as Schema from "effect/Schema"
import { decodeLenient, isJsonObject, type JsonObject, lenient } from "../session/LenientField.js"
import { readWords, type ServerWords } from "./ModelFailureReading.js"
import { believed, type TokenCounts } from "./Spending.js"

/** A model's wish to have a tool run. */
export interface ToolRequest {
  readonly callId: string
  readonly name: string
  /** JSON, as far as the model kept to it. */
  readonly parameters: string
}

/** How a response came to its end. */
export type ResponseEnd =
  | { readonly _tag: "Completed" }
  | { readonly _tag: "Incomplete"; readonly reason: string }
  | { readonly _tag: "Failed"; readonly words: ServerWords }

/** A response of the Responses API as far as it has come in. */
export interface ModelResponse {
  /** The text deltas in order; undefined while none came. */
  readonly text: string | undefined
  /** Finished output items in order, as the server has them: a later request gives them back. */
  readonly items: ReadonlyArray<JsonObject>
  readonly refusal: string
  /** What the answer cost, as the server counts; undefined where it does not say, or says what cannot be believed. */
  readonly usage: TokenCounts | undefined
  /** Undefined while it goes on. */
  readonly end: ResponseEnd | undefined
}

/** Nothing came yet. */
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

/** How a response ended, as its last event says or, where that one says only that it is over, its status. */
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
    ? believed(
        { input: usage["input_tokens"], output: usage["output_tokens"], total: usage["total_tokens"] },
        end._tag === "Completed"
      )
    : undefined

const ended = (response: ModelResponse, type: string, given: unknown): ModelResponse => {
  const envelope = decodeEnvelope(given)
  const end = endOf(type, envelope)
  return {
    // Some servers tell the items in the last event alone.
    ...(response.items.length === 0 ? withItems(response, envelope.output ?? []) : response),
    usage: usageOf(envelope.usage, end),
    end
  }
}

/**
 * The response after one more event. Lenient: an event of an unknown type, a field of another shape and a missing one
 * change nothing, so that servers which leave things out, or add some, are understood. Only the end must be said.
 */
export const addEvent = (before: ModelResponse, given: unknown): ModelResponse => {
  // An answer is told in thousands of events: its fields are looked at one by one, as a schema would cost more than all else.
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
      // What goes wrong in mid-stream is told by some servers as they tell it in a body.
      return error === undefined || error === null
        ? before
        : { ...before, end: { _tag: "Failed", words: readWords(error) } }
    default:
      return before
  }
}

const contentOf = (item: JsonObject): ReadonlyArray<JsonObject> =>
  Array.isArray(item["content"]) ? item["content"].filter(isJsonObject) : []

/** The text of a finished message item; undefined for an item that is no message, or has no text. */
export const textOfItem = (item: JsonObject): string | undefined => {
  const texts = contentOf(item).flatMap(({ text, type }) =>
    type === "output_text" && typeof text === "string" ? [text] : []
  )
  return item["type"] === "message" && texts.length > 0 ? texts.join("") : undefined
}

/** The words of a refusal; undefined where the model did not refuse. */
export const refusalOf = ({ items, refusal }: ModelResponse): string | undefined => {
  const parts = items.flatMap(contentOf).flatMap((part) => (part["type"] === "refusal" ? [part["refusal"]] : []))
  return refusal !== "" ? refusal : parts.length > 0 ? String(parts[0] ?? "") : undefined
}

/** The tools that a finished response wants to have run, in order. */
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
