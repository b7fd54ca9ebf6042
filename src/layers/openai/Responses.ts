import type { AiError } from "@effect/ai/AiError"
import * as OpenAiClient from "@effect/ai-openai/OpenAiClient"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { byteLength } from "../../domain/ByteBudget.js"
import type { JsonObject } from "../../domain/Lenient.js"
import {
  AnswerIncomplete,
  type ModelError,
  ModelRefused,
  type ModelSubject,
  ModelTimedOut,
  ModelUnauthorised,
  NotAResponsesServer,
  StreamEndedEarly
} from "../../domain/ModelError.js"
import { failureOfWords, shown } from "../../domain/ModelFailureReading.js"
import { addEvent, type ModelResponse, noResponse, refusalOf, type ResponseUsage } from "../../domain/ModelResponse.js"
import { waitBefore } from "../../domain/ModelRetry.js"
import { providerOf } from "../../domain/Provider.js"
import type { TokenWindow } from "../../services/ModelClient.js"
import type { StateDbFailure } from "../../services/StateDb.js"
import { Settings } from "../../Settings.js"
import { contextWindowOf } from "../../domain/ContextWindow.js"
import { failureOfAiError } from "../AiFailure.js"
import { Ledger } from "./Ledger.js"
import { counterFor } from "../../Tokenizer.js"

/** One request, without what every request has. */
export interface ResponsesRequest {
  readonly subject: ModelSubject
  /** The owner id of the pass that pays. */
  readonly pass: string
  /** Fields of the request's body: instructions, input, tools, text format, …. */
  readonly body: JsonObject
  /** Everything in the body that the model reads, as text: what the request costs is counted over it. */
  readonly text: string
  readonly maxOutputTokens: number
}

/** A whole answer. */
export interface ResponsesAnswer {
  readonly response: ModelResponse
  /** Zeroes where the server did not say. */
  readonly usage: ResponseUsage
}

/**
 * A server with a Responses API. Requests may be made at the same time; interrupting one closes its connection. Each is
 * paid for out of the caps before it is made, and made again as the one retry policy has it.
 */
export class Responses extends Context.Tag("rollout-memories/Responses")<
  Responses,
  {
    readonly model: string
    /** What Codex would call the server. */
    readonly provider: string
    readonly window: TokenWindow
    readonly ask: (request: ResponsesRequest) => Effect.Effect<ResponsesAnswer, ModelError | StateDbFailure>
  }
>() {}

/** More characters than any answer that is allowed has; whoever sends more ignores what it was asked. */
const answerCharacters = 16_000_000

/** Tokens that a server puts around what it is sent: roles, the tools' schemas, its own few words. */
const overheadTokens = 512

/** A server that answers with a page is none of ours: the client would read it as a stream of no events. */
const eventsOnly = HttpClient.transformResponse(
  Effect.flatMap((response: HttpClientResponse.HttpClientResponse) => {
    const type = response.headers["content-type"] ?? ""
    return response.status < 400 && /\bhtml\b|^application\/json\b/i.test(type)
      ? new HttpClientError.ResponseError({ request: response.request, response, reason: "StatusCode" })
      : Effect.succeed(response)
  })
)

const newline = 0x0a

/** A chunk, cut after each of its lines. */
const linesOf = (bytes: Uint8Array): Chunk.Chunk<Uint8Array> => {
  const lines: Array<Uint8Array> = []
  let start = 0
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
    lines.push(bytes.subarray(start, end + 1))
    start = end + 1
  }
  if (start < bytes.length) {
    lines.push(bytes.subarray(start))
  }
  return Chunk.unsafeFromArray(lines)
}

/** The client's reader of events looks at every line of a chunk again for each of them: it is given one line at a time. */
const lineByLine = HttpClient.transformResponse(
  Effect.map((response: HttpClientResponse.HttpClientResponse): HttpClientResponse.HttpClientResponse =>
    Object.create(response, { stream: { value: Stream.mapConcatChunk(response.stream, linesOf) } })
  )
)

const readAiError = Effect.fnUntraced(function* (subject: ModelSubject, error: AiError) {
  const now = yield* Clock.currentTimeMillis
  return error._tag === "HttpResponseError" && error.reason === "StatusCode" && error.response.status < 400
    ? new NotAResponsesServer({ subject, contentType: shown(error.response.headers["content-type"] ?? "nothing") })
    : failureOfAiError(subject, error, now)
})

/** What a response that came in whole, or broke off, amounts to. */
const outcomeOf = (subject: ModelSubject, response: ModelResponse): Effect.Effect<ResponsesAnswer, ModelError> => {
  const { end, usage = { inputTokens: 0, outputTokens: 0 } } = response
  const refusal = refusalOf(response)
  switch (end?._tag) {
    case undefined:
      return new StreamEndedEarly({ subject })
    case "Failed":
      return Effect.fail(failureOfWords(subject, end.words))
    case "Incomplete":
      return new AnswerIncomplete({ subject, reason: end.reason })
    case "Completed":
      return refusal === undefined
        ? Effect.succeed({ response, usage })
        : new ModelRefused({ subject, detail: shown(refusal) || "it does not say why" })
  }
}

/** What became of a request: what it cost, where that is known, and whether it went well. */
const costOf = ({ usage }: ModelResponse): number | undefined =>
  usage === undefined ? undefined : usage.inputTokens + usage.outputTokens

/** Failures that come instead of an answer: a server that says no has not worked for it. */
const costsNothing = (error: ModelError): boolean => {
  switch (error._tag) {
    case "ModelUnauthorised":
    case "QuotaExhausted":
    case "RateLimited":
    case "ModelOverloaded":
    case "ContextTooLong":
    case "RequestRejected":
    case "NotAResponsesServer":
      return true
    case "ModelServerFailed":
      return error.status !== undefined
    default:
      return false
  }
}

const make = Effect.gen(function* () {
  const settings = yield* Settings
  const { modelOutputTokens, modelServer, modelSilence, modelTimeLimit } = settings
  const model = settings.model.replace(/^openai:/, "")
  const ledger = yield* Ledger
  const client = yield* OpenAiClient.make({
    apiKey: modelServer.apiKey,
    apiUrl: modelServer.baseUrl.replace(/\/+$/, ""),
    transformClient: (client) => client.pipe(HttpClient.withTracerPropagation(false), eventsOnly, lineByLine)
  })
  const rejectedKey = yield* Ref.make<ModelUnauthorised | undefined>(undefined)
  const retry = {
    attempts: settings.modelAttempts,
    first: settings.modelRetryFirst,
    longest: settings.modelRetryLongest
  }
  const window: TokenWindow = {
    inputTokens: Math.max(
      0,
      (settings.modelWindow ?? contextWindowOf(model)) -
        Math.min(modelOutputTokens, settings.modelWindow ?? Infinity) -
        overheadTokens
    ),
    count: yield* counterFor(model)
  }

  /** One HTTP request and its answer, with what came of it so far where it breaks off. */
  const send = ({ body, maxOutputTokens, subject }: ResponsesRequest) => {
    let response = noResponse
    const request = HttpClientRequest.post("/responses", {
      body: HttpBody.unsafeJson({
        ...body,
        model,
        stream: true,
        store: false,
        max_output_tokens: maxOutputTokens
      })
    })
    let events = 0
    const silence = Effect.suspend(() => {
      const before = events
      return Effect.delay(
        Effect.sync(() => events === before),
        modelSilence
      )
    })
    const reading = client.streamRequest(request, Schema.Unknown).pipe(
      Stream.runForEachWhile((event) =>
        Effect.sync(() => {
          events++
          response = addEvent(response, event)
          return response.end === undefined && response.characters <= answerCharacters
        })
      )
    )
    // A time-out of each event by itself would cost more than all else: one looks whether any came since it last did.
    const silent = Effect.zipRight(
      Effect.repeat(silence, { until: (isSilent) => isSilent }),
      new ModelTimedOut({ subject, limit: "MEMORIES_MODEL_SILENCE" })
    )
    return Effect.raceFirst(reading, silent).pipe(
      Effect.timeoutFail({
        duration: modelTimeLimit,
        onTimeout: () => new ModelTimedOut({ subject, limit: "MEMORIES_MODEL_TIME_LIMIT" })
      }),
      Effect.catchAll((error) =>
        error._tag === "ModelTimedOut" ? error : Effect.flatMap(readAiError(subject, error), Effect.fail)
      ),
      Effect.flatMap(() => outcomeOf(subject, response)),
      Effect.either,
      Effect.map((outcome) => ({ outcome, cost: costOf(response) }))
    )
  }

  /** The worst that a request can cost: no text has more tokens than bytes. */
  const attempt = Effect.fn("Responses.attempt")(function* (request: ResponsesRequest) {
    const { pass, subject, text } = request
    const worst = {
      cheap: byteLength(text) + overheadTokens + request.maxOutputTokens,
      exact: Effect.map(window.count(text), (tokens) => tokens + overheadTokens + request.maxOutputTokens)
    }
    const { cost, outcome } = yield* ledger.spend({ pass, subject, worst }, (settle) =>
      Effect.tap(send(request), ({ cost, outcome }) => {
        const known = cost ?? (Either.isLeft(outcome) && costsNothing(outcome.left) ? 0 : undefined)
        // An answer that was paid for is not lost for want of a note: it stays paid for at its worst.
        return known === undefined
          ? Effect.void
          : Effect.catchAll(settle(known), ({ message }) => Effect.logWarning(`a cost was not settled: ${message}`))
      })
    )
    yield* Effect.annotateCurrentSpan({ cost: cost ?? -1, outcome: outcome._tag })
    return yield* outcome
  })

  const ask = Effect.fn("Responses.ask")(function* (request: ResponsesRequest) {
    for (let made = 1; ; made++) {
      const known = yield* Ref.get(rejectedKey)
      if (known !== undefined) {
        return yield* new ModelUnauthorised({ ...known, subject: request.subject })
      }
      const outcome = yield* Effect.either(attempt(request))
      if (outcome._tag === "Right") {
        return outcome.right
      }
      const error = outcome.left
      if (error._tag === "ModelUnauthorised") {
        yield* Ref.set(rejectedKey, error)
      }
      const wait = error._tag === "StateDbFailure" ? undefined : waitBefore(error, made, retry, yield* Random.next)
      if (wait === undefined) {
        return yield* error
      }
      yield* Effect.logInfo(`${error.message}; asking again in ${Math.ceil(wait / 1_000)} s`)
      yield* Effect.sleep(wait)
    }
  })

  return Responses.of({ model, provider: providerOf(modelServer.baseUrl), window, ask })
})

/** The server that `OPENAI_BASE_URL` names, through `@effect/ai-openai`. It is never redirected: what is sent goes there or nowhere. */
export const layer = Layer.scoped(Responses, make).pipe(
  Layer.provide(Ledger.layer),
  Layer.provide(
    Layer.provideMerge(FetchHttpClient.layer, Layer.succeed(FetchHttpClient.RequestInit, { redirect: "error" }))
  )
)
