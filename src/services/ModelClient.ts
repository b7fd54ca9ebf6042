import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { ModelError } from "../domain/model/ModelError.js"
import type { SessionEvidence } from "../domain/evidence/SessionEvidence.js"
import type { Thread } from "../domain/thread/Thread.js"
import { ThreadId } from "../domain/thread/ThreadId.js"

/** What one request costs, in tokens. */
export class TokenUsage extends Schema.Class<TokenUsage>("rollout-memories/TokenUsage")({
  inputTokens: Schema.NonNegativeInt,
  outputTokens: Schema.NonNegativeInt
}) {}

/** A part of the answer's text, in order. */
export interface TextDelta {
  readonly _tag: "TextDelta"
  readonly text: string
}

/** A finished output item; `text` is undefined for an item that is no message. */
export interface ItemFinished {
  readonly _tag: "ItemFinished"
  readonly text: string | undefined
}

/** The answer is whole. Nothing follows. */
export interface Completed {
  readonly _tag: "Completed"
  readonly usage: TokenUsage
}

/** What a model sends back. */
export type ModelEvent = TextDelta | ItemFinished | Completed

/** One stage-one request: no tools, no parallel tool calls, one object as the answer. */
export interface StageOneRequest {
  /** Whose caps the cost counts against: the pass's owner id. */
  readonly pass: string
  readonly thread: Thread
  /** The stage-one system prompt. */
  readonly instructions: string
  /** The user message: the rollout's path and its rendering. */
  readonly input: string
  readonly outputSchema: JSONSchema.JsonSchema7Root
  /** The same session as decoded events, so that an answer without a model need not parse the rendering. */
  readonly evidence: SessionEvidence
}

/**
 * The model, or its server, did not answer. `isServerSide` says that the thread is not to blame (too many requests, a
 * server error, a time-out): it may be tried again at the next pass and no attempt is counted against it.
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

/** How much a model can be asked at a time, and how that is counted. */
export interface TokenWindow {
  /** Tokens of everything that a request says: the window less what is kept for the answer. */
  readonly inputTokens: number
  /** Tokens of a text, as the model's own tokenizer has them. Never fewer than 0, never more than its UTF-8 bytes. */
  readonly count: (text: string) => Effect.Effect<number>
}

/**
 * Writes trace memories. Requests may run at the same time, as many as phase one's concurrency allows; interrupting a
 * stream gives its request up.
 */
export class ModelClient extends Context.Tag("rollout-memories/ModelClient")<
  ModelClient,
  {
    /** How the report names it. */
    readonly name: string
    /** Whose servers see what is asked; undefined where nothing leaves this machine. A session goes to its own provider only. */
    readonly provider?: string | undefined
    /**
     * Whether its answers are taken from the evidence by rule: nothing in them needs to be looked up, and what the user typed
     * is known from what others wrote.
     */
    readonly answersByRule?: boolean | undefined
    /** Undefined where bytes alone limit a request. */
    readonly window?: TokenWindow | undefined
    /**
     * Ends with `Completed`; a stream that ends without it is taken for an error. Nothing is sent before the stream is run,
     * but it is made before the request's turn comes: what it takes to put the request together may be done by then.
     */
    readonly stream: (request: StageOneRequest) => Stream.Stream<ModelEvent, ModelFailure | ModelError>
  }
>() {}
