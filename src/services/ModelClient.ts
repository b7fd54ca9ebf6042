import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { ModelError } from "../domain/model/ModelError.js"
import type { TokenCounts } from "../domain/model/Spending.js"
import type { SessionEvidence } from "../domain/evidence/SessionEvidence.js"
import type { SafeText } from "../domain/privacy/SafeText.js"
import type { Thread } from "../domain/thread/Thread.js"
import { ThreadId } from "../domain/thread/ThreadId.js"

/** Tokens of one request. */
export class TokenUsage extends Schema.Class<TokenUsage>("rollout-memories/TokenUsage")({
  inputTokens: Schema.NonNegativeInt,
  outputTokens: Schema.NonNegativeInt,
  /** The part of the input that the server read from its cache; absent when it reports none. */
  cachedTokens: Schema.optional(Schema.NonNegativeInt)
}) {}

/** Makes the tokens of a request from checked counts. */
export const tokenUsage = ({ cachedTokens, inputTokens, outputTokens }: TokenCounts): TokenUsage =>
  new TokenUsage({ inputTokens, outputTokens, ...(cachedTokens === undefined ? {} : { cachedTokens }) })

/** A piece of the answer's text. The pieces come in order. */
export interface TextDelta {
  readonly _tag: "TextDelta"
  readonly text: string
}

/** A finished output item of the answer; `text` is undefined for an item that is no message. */
export interface ItemFinished {
  readonly _tag: "ItemFinished"
  readonly text: string | undefined
}

/** The answer is complete; no event follows. */
export interface Completed {
  readonly _tag: "Completed"
  readonly usage: TokenUsage
}

/** An event of a model's answer. */
export type ModelEvent = TextDelta | ItemFinished | Completed

/**
 * A stage-one request: asks the model for the memory of one session (phase one). It offers no tools and expects one
 * JSON object as the answer.
 */
export interface StageOneRequest {
  /** Owner id of the pass whose caps apply. */
  readonly pass: string
  readonly thread: Thread
  /** The instructions to the model (system prompt). */
  readonly instructions: SafeText
  /**
   * The user message: the rollout's path, the session's header, its facts and its events. Empty for a client that
   * answers by rule, which needs only the evidence.
   */
  readonly input: SafeText
  readonly outputSchema: JSONSchema.JsonSchema7Root
  /** The session's decoded events, so that the offline extractor need not parse the rendering. */
  readonly evidence: SessionEvidence
}

/**
 * The model or its server did not answer. `isServerSide` means that the thread is not the cause (too many requests, a
 * server error, a time-out): the next pass may try again, and no attempt is counted against the thread.
 */
export class ModelFailure extends Schema.TaggedError<ModelFailure>("rollout-memories/ModelFailure")("ModelFailure", {
  threadId: ThreadId,
  reason: Schema.String,
  isServerSide: Schema.Boolean,
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    return `the model did not answer for thread ${this.threadId}: ${this.reason}`
  }
}

/** The maximum size of a request in tokens, and the function that counts them. */
export interface TokenWindow {
  /** Maximum tokens of a whole request: the context window minus the room for the answer. */
  readonly inputTokens: number
  /** Counts a text by the model's own tokenizer. At least 0, and at most the text's UTF-8 bytes. */
  readonly count: (text: string) => Effect.Effect<number>
}

/**
 * Writes trace memories. Requests may run concurrently, up to phase one's concurrency; interrupting a stream cancels
 * its request.
 */
export class ModelClient extends Context.Tag("rollout-memories/ModelClient")<
  ModelClient,
  {
    /** Name of the model in reports. */
    readonly name: string
    /**
     * The provider whose servers see the request; undefined when nothing leaves this machine. A session is sent only to
     * its own provider.
     */
    readonly provider?: string | undefined
    /**
     * True when answers are made from the evidence without a model. Their quotations need no lookup, and they already
     * separate the user's words from those of others.
     */
    readonly answersByRule?: boolean | undefined
    /** The maximum size of a request in tokens; undefined when only bytes limit it. */
    readonly window?: TokenWindow | undefined
    /**
     * Streams an answer that ends with `Completed`; a stream that ends without it is an error. The stream is created
     * before the request's turn comes, so the request may be prepared then, but nothing is sent before the stream is
     * run.
     */
    readonly stream: (request: StageOneRequest) => Stream.Stream<ModelEvent, ModelFailure | ModelError>
  }
>() {}
