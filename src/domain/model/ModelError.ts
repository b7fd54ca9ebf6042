import * as Schema from "effect/Schema"
import { ThreadId } from "../thread/ThreadId.js"
import { Api, apiTexts } from "./Api.js"

/**
 * The subject of a request: the thread of a stage-one request, the directory that an agent consolidates, or the model
 * that a probe asks.
 */
export const ModelSubject = Schema.Union(
  Schema.Struct({ threadId: ThreadId }),
  Schema.Struct({ directory: Schema.String }),
  Schema.Struct({ probed: Schema.String })
)

/** The subject of a request, see the schema of the same name. */
export type ModelSubject = typeof ModelSubject.Type

const nameOf = (subject: ModelSubject): string =>
  "threadId" in subject
    ? `thread ${subject.threadId}`
    : "directory" in subject
      ? `the consolidation in ${subject.directory}`
      : `a probe of ${subject.probed}`

/** The API of a request; absent for a model of the host's. */
const api = Schema.optional(Api)

const keyOf = (api: Api | undefined): string => (api === undefined ? "the model's key" : apiTexts[api].key)

const urlOf = (api: Api | undefined): string => (api === undefined ? "the model's server" : apiTexts[api].url)

/**
 * The model refused to write this memory. Asking again gives the same result; other content or another model may not.
 */
export class ModelRefused extends Schema.TaggedError<ModelRefused>("rollout-memories/ModelRefused")("ModelRefused", {
  subject: ModelSubject,
  detail: Schema.String
}) {
  override get message(): string {
    return `the model refused ${nameOf(this.subject)}: ${this.detail}; try another --model`
  }
}

/**
 * The answer stopped before it was complete, mostly at the token limit. Raise `MEMORIES_MODEL_OUTPUT_TOKENS`, or lower
 * the effort.
 */
export class AnswerIncomplete extends Schema.TaggedError<AnswerIncomplete>("rollout-memories/AnswerIncomplete")(
  "AnswerIncomplete",
  { subject: ModelSubject, reason: Schema.String }
) {
  override get message(): string {
    const what = `the model's answer for ${nameOf(this.subject)} is incomplete (${this.reason})`
    return this.reason === "content_filter"
      ? `${what}: the server's filter stopped it; try another --model`
      : this.reason === "too_large"
        ? `${what}: the server sent more than it was asked for; try another --model`
        : `${what}: raise MEMORIES_MODEL_OUTPUT_TOKENS or lower the reasoning effort`
  }
}

/** The stream ended before the server said that the answer was complete. Trying again may help. */
export class StreamEndedEarly extends Schema.TaggedError<StreamEndedEarly>("rollout-memories/StreamEndedEarly")(
  "StreamEndedEarly",
  { subject: ModelSubject }
) {
  override get message(): string {
    return `the model's answer for ${nameOf(this.subject)} ended before it was completed; run again`
  }
}

/** The server failed, through no fault of the thread. Run again later. `retryAfter` is in milliseconds. */
export class ModelServerFailed extends Schema.TaggedError<ModelServerFailed>("rollout-memories/ModelServerFailed")(
  "ModelServerFailed",
  {
    subject: ModelSubject,
    status: Schema.optional(Schema.Int),
    retryAfter: Schema.optional(Schema.Number),
    detail: Schema.String
  }
) {
  override get message(): string {
    return `the model server failed${withStatus(this.status)} for ${nameOf(this.subject)}: ${this.detail}; run again later`
  }
}

/** The server does not offer the API that it was asked by. Correct its URL, or the API before the model's name. */
export class NotAModelServer extends Schema.TaggedError<NotAModelServer>("rollout-memories/NotAModelServer")(
  "NotAModelServer",
  { subject: ModelSubject, api: Api, answer: Schema.String }
) {
  override get message(): string {
    const other =
      this.api === "openai" ? ", or name the model with chat: instead of openai:, which more servers understand" : ""
    return `asked for ${nameOf(this.subject)}, the model server answered with ${this.answer} instead of a stream of events of ${apiTexts[this.api].name}; check ${urlOf(this.api)}${other}`
  }
}

/** The server rejected the key. Correct it; every other request would fail too. */
export class ModelUnauthorised extends Schema.TaggedError<ModelUnauthorised>("rollout-memories/ModelUnauthorised")(
  "ModelUnauthorised",
  { subject: ModelSubject, api, status: Schema.Int, detail: Schema.String }
) {
  override get message(): string {
    return `the model server did not accept the key${withStatus(this.status)} for ${nameOf(this.subject)}: ${this.detail}; check ${keyOf(this.api)}`
  }
}

/** The account's quota is used up. Trying again in this pass cannot help; a later pass may succeed. */
export class QuotaExhausted extends Schema.TaggedError<QuotaExhausted>("rollout-memories/QuotaExhausted")(
  "QuotaExhausted",
  { subject: ModelSubject, detail: Schema.String }
) {
  override get message(): string {
    return `the model server's quota is used up for ${nameOf(this.subject)}: ${this.detail}; check the account's plan and billing`
  }
}

/** The server limits the rate of requests. Run again later, or with a lower `MEMORIES_CONCURRENCY`. */
export class RateLimited extends Schema.TaggedError<RateLimited>("rollout-memories/RateLimited")("RateLimited", {
  subject: ModelSubject,
  /** Milliseconds that the server asked to wait; undefined when it did not say. */
  retryAfter: Schema.optional(Schema.Number),
  detail: Schema.String
}) {
  override get message(): string {
    const wait = this.retryAfter === undefined ? "" : `, in ${Math.ceil(this.retryAfter / 1_000)} s at the earliest`
    return `the model server limits the rate of requests for ${nameOf(this.subject)}: ${this.detail}; run again later${wait}, or lower MEMORIES_CONCURRENCY`
  }
}

/** The server is overloaded. Run again later. */
export class ModelOverloaded extends Schema.TaggedError<ModelOverloaded>("rollout-memories/ModelOverloaded")(
  "ModelOverloaded",
  {
    subject: ModelSubject,
    status: Schema.optional(Schema.Int),
    retryAfter: Schema.optional(Schema.Number),
    detail: Schema.String
  }
) {
  override get message(): string {
    return `the model server is overloaded${withStatus(this.status)} for ${nameOf(this.subject)}: ${this.detail}; run again later`
  }
}

/**
 * The request exceeds the model's context window. A shorter request may fit; otherwise set `MEMORIES_MODEL_WINDOW`.
 */
export class ContextTooLong extends Schema.TaggedError<ContextTooLong>("rollout-memories/ContextTooLong")(
  "ContextTooLong",
  { subject: ModelSubject, detail: Schema.String }
) {
  override get message(): string {
    return `the request for ${nameOf(this.subject)} is larger than the model's window: ${this.detail}; set MEMORIES_MODEL_WINDOW to what the server allows`
  }
}

/** The server rejected the request as invalid. Asking again cannot help; check the model's name and its settings. */
export class RequestRejected extends Schema.TaggedError<RequestRejected>("rollout-memories/RequestRejected")(
  "RequestRejected",
  { subject: ModelSubject, status: Schema.optional(Schema.Int), detail: Schema.String }
) {
  override get message(): string {
    return `the model server rejected the request for ${nameOf(this.subject)}${withStatus(this.status)}: ${this.detail}; check --model and the model's settings`
  }
}

/**
 * The server sent nothing for too long, or took too long in total. Run again later, or raise the setting in `limit`.
 */
export class ModelTimedOut extends Schema.TaggedError<ModelTimedOut>("rollout-memories/ModelTimedOut")(
  "ModelTimedOut",
  { subject: ModelSubject, limit: Schema.Literal("MEMORIES_MODEL_SILENCE", "MEMORIES_MODEL_TIME_LIMIT") }
) {
  override get message(): string {
    const what = this.limit === "MEMORIES_MODEL_SILENCE" ? "sent nothing for too long" : "exceeded its time limit"
    return `the model server ${what} for ${nameOf(this.subject)}; run again later, or raise ${this.limit}`
  }
}

/**
 * The server could not be reached, or the connection broke. Check its URL and that the server runs, then run again.
 */
export class ModelUnreachable extends Schema.TaggedError<ModelUnreachable>("rollout-memories/ModelUnreachable")(
  "ModelUnreachable",
  { subject: ModelSubject, api, detail: Schema.String }
) {
  override get message(): string {
    return `the connection to the model server failed for ${nameOf(this.subject)}: ${this.detail}; check the network and ${urlOf(this.api)}, then run again`
  }
}

/** The worst-case cost of a request exceeds the rest of a cap. Nothing was sent; raise the cap, or run again later. */
export class BudgetExhausted extends Schema.TaggedError<BudgetExhausted>("rollout-memories/BudgetExhausted")(
  "BudgetExhausted",
  {
    subject: ModelSubject,
    cap: Schema.Literal("--max-tokens", "--max-requests", "--max-tokens-per-day", "--max-requests-per-day"),
    limit: Schema.Number
  }
) {
  override get message(): string {
    return `${nameOf(this.subject)} was left out: it could cost more than the rest of ${this.cap} ${this.limit}; raise the limit, or run again later`
  }
}

const withStatus = (status: number | undefined): string => (status === undefined ? "" : ` (HTTP ${status})`)

/** All failures of a model or its server. */
export const ModelError = Schema.Union(
  ModelRefused,
  AnswerIncomplete,
  StreamEndedEarly,
  ModelServerFailed,
  NotAModelServer,
  ModelUnauthorised,
  QuotaExhausted,
  RateLimited,
  ModelOverloaded,
  ContextTooLong,
  RequestRejected,
  ModelTimedOut,
  ModelUnreachable,
  BudgetExhausted
)

/** Any failure of a model or its server. */
export type ModelError = typeof ModelError.Type

/**
 * True when neither the thread nor the request is at fault. Another pass may ask again, and no attempt counts against
 * the thread.
 */
export const isServersFault = (error: ModelError): boolean => {
  switch (error._tag) {
    case "ModelServerFailed":
    case "NotAModelServer":
    case "ModelUnauthorised":
    case "QuotaExhausted":
    case "RateLimited":
    case "ModelOverloaded":
    case "ModelTimedOut":
    case "ModelUnreachable":
    case "BudgetExhausted":
      return true
    case "RequestRejected":
      // A missing model or endpoint is missing for every thread.
      return error.status === 404 || error.status === 405
    default:
      return false
  }
}
