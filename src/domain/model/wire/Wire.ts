import type { JsonObject } from "../../session/LenientField.js"
import type { ModelResponse } from "../ModelResponse.js"
import type { ModelRequest, Recipient } from "./ModelRequest.js"

/**
 * The part of a response that is still to come: `events` while the answer is not complete, `usage` when only its token counts
 * may follow, `nothing` when it is over.
 */
export type Rest = "events" | "usage" | "nothing"

/** Reads the events of one response. */
export interface ResponseReader {
  /**
   * Takes an event of the stream, decoded from JSON, in order. Unknown events, missing fields and fields of another type
   * change nothing, so that servers which add or omit fields still work.
   */
  readonly take: (event: unknown) => void
  /** Returns the response as far as it has arrived. */
  readonly received: () => ModelResponse
  readonly rest: () => Rest
}

/** The form in which an API takes requests and gives answers. */
export interface Wire {
  readonly body: (request: ModelRequest, recipient: Recipient) => JsonObject
  readonly read: () => ResponseReader
}
