import { isJsonObject, type JsonObject } from "../session/LenientField.js"
import type { ServerWords } from "./ModelFailureReading.js"
import type { TokenCounts } from "./Spending.js"

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

/** A response of a model, as far as it has arrived, whatever API it came by. */
export interface ModelResponse {
  /** The text deltas, joined; undefined while there are none. */
  readonly text: string | undefined
  /** Finished output items in order, in the form of the Responses API; a later request sends them back. */
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
