import type { Conversation } from "../../agent/Conversation.js"
import type { JsonObject } from "../../session/LenientField.js"

/** A tool that a model may call. */
export interface ToolDefinition {
  readonly name: string
  readonly description: string
  /** The JSON schema of its parameters, an object with all properties required. */
  readonly parameters: JsonObject
}

/** The form of an answer: a JSON object of a schema. */
export interface OutputForm {
  readonly name: string
  readonly schema: JsonObject
}

/** A request to a model, in no API's own form. */
export interface ModelRequest {
  readonly instructions: string
  /** The conversation so far, as items of the Responses API; the other APIs translate them. */
  readonly conversation: Conversation
  /** The tools that the model may call; none for a request that asks for an object. */
  readonly tools: ReadonlyArray<ToolDefinition>
  readonly output: OutputForm | undefined
  /** The reasoning effort; `unset` leaves it to the server. */
  readonly effort: string
  /**
   * Key of requests that begin alike, so that the server's cache keeps them together; undefined for a request whose
   * beginning is never sent again, which is kept out of the cache where that costs extra.
   */
  readonly cacheKey: string | undefined
  readonly maxOutputTokens: number
}

/** The recipient of a request. */
export interface Recipient {
  /** The name that the server knows the model by. */
  readonly model: string
  /** The provider's name, as Codex would record it. */
  readonly provider: string
  /** The service tier; `unset` leaves it to the server. */
  readonly serviceTier: string
  /** Fields that the server has rejected, and that are left out. */
  readonly without: ReadonlySet<OptionalField>
}

/** The parts of a request that some servers do not know, and without which they answer. */
export type OptionalField = "cache" | "effort" | "reasoning" | "service tier" | "strict output" | "usage"
