import * as OpenAiClient from "@effect/ai-openai/OpenAiClient"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { constTrue, flow } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Ref from "effect/Ref"
import type { JsonObject } from "../../../domain/session/LenientField.js"
import {
  AnswerIncomplete,
  type ModelError,
  ModelRefused,
  type ModelSubject,
  ModelTimedOut,
  ModelUnauthorised,
  StreamEndedEarly
} from "../../../domain/model/ModelError.js"
import { failureOfWords, shownOrNone } from "../../../domain/model/ModelFailureReading.js"
import { addEvent, type ModelResponse, noResponse, refusalOf } from "../../../domain/model/ModelResponse.js"
import { waitBefore } from "../../../domain/model/ModelRetry.js"
import { costOf, isPlausibleInput, type TokenCounts } from "../../../domain/model/Spending.js"
import { safe } from "../../../domain/privacy/SafeText.js"
import { providerOf } from "../../../domain/privacy/Provider.js"
import type { TokenWindow } from "../../../services/ModelClient.js"
import type { StateDbFailure } from "../../../services/state/StateDbError.js"
import { logInfo, logWarning } from "../../../services/Logging.js"
import * as Redactor from "../../../services/Redactor.js"
import { Settings } from "../../../settings/Settings.js"
import { contextWindowOf } from "../../../domain/model/ContextWindow.js"
import { counterFor } from "../../../services/Tokenizer.js"
import { readHttpFailure, requireEvents } from "./HttpFailure.js"
import { Ledger, type Purchase } from "./Ledger.js"
import { type EventReader, readEvents } from "./ResponseEvents.js"

/** A request to a Responses API, without the fields common to all requests. */
export interface ResponsesRequest {
  readonly subject: ModelSubject
  /** Owner id of the pass whose caps apply. */
  readonly pass: string
  /** Fields of the request's body: instructions, input, tools, text format, …. */
  readonly body: JsonObject
  /** Everything in the body that the model reads, as text; its tokens are counted for the cost. */
  readonly text: string
  readonly maxOutputTokens: number
}

/** A request with the upper bounds of its cost, ready to be sent and to be retried. */
interface PreparedRequest extends Purchase {
  readonly http: HttpClientRequest.HttpClientRequest
  /** Maximum characters of the response; a server that sends more ignores the request's limit. */
  readonly limit: number
  readonly maxOutputTokens: number
  /** Number of tokens of the request's text, as this program counts them. */
  readonly sent: Effect.Effect<number>
}

/** A whole answer. */
export interface ResponsesAnswer {
  readonly response: ModelResponse
  /** Token counts; the worst case when the server reports none or implausible ones. */
  readonly usage: TokenCounts
}

/**
 * A server with a Responses API. Requests may run concurrently; interrupting one closes its connection. The cost of a
 * request is reserved before it is sent; a failed request is retried according to the retry policy.
 */
export class Responses extends Context.Tag("rollout-memories/Responses")<
  Responses,
  {
    readonly model: string
    /** The provider's name, as Codex would record it. */
    readonly provider: string
    readonly window: TokenWindow
    /** Sends the request. The body is serialised when the effect is created, not when it runs. */
    readonly ask: (request: ResponsesRequest) => Effect.Effect<ResponsesAnswer, ModelError | StateDbFailure>
  }
>() {}

/**
 * Maximum characters of the response body for each token of the answer. It allows for the JSON around the text, and for
 * the last event, which repeats the answer. A longer body is cut off.
 */
const charactersPerToken = 1_000

/** Maximum characters of the response body beside the answer, since servers repeat the request in it. */
const charactersAround = 4_000_000

/** Tokens that a server adds to a request (roles, tool schemas, its own prompts), for the upper bound of its cost. */
const overheadTokens = 512

/**
 * Converts a response into an answer or the error for its end, such as a refusal. `isCutShort` means that the body
 * exceeded its limit.
 */
const outcomeOf = Effect.fnUntraced(function* (
  subject: ModelSubject,
  response: ModelResponse,
  isCutShort: boolean
): Effect.fn.Return<ModelResponse, ModelError, Redactor.Redactor> {
  const { rules } = yield* Redactor.Redactor
  const { end } = response
  const refusal = refusalOf(response)
  switch (end?._tag) {
    case undefined:
      return yield* isCutShort
        ? new AnswerIncomplete({ subject, reason: "too_large" })
        : new StreamEndedEarly({ subject })
    case "Failed":
      return yield* failureOfWords(subject, end.words, yield* rules)
    case "Incomplete":
      return yield* new AnswerIncomplete({ subject, reason: end.reason })
    case "Completed":
      return refusal === undefined
        ? response
        : yield* new ModelRefused({ subject, detail: shownOrNone(refusal, yield* rules) })
  }
})

/** True for failures that cost no tokens, since the server rejected the request before any work. */
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

/** True when the response has no part of an answer. */
const isEmpty = ({ items, refusal, text }: ModelResponse): boolean =>
  text === undefined && items.length === 0 && refusal === ""

const encoder = new TextEncoder()

const make = Effect.gen(function* () {
  const settings = yield* Settings
  const { modelOutputTokens, modelServer, modelSilence, modelTimeLimit } = settings
  const model = settings.model.replace(/^openai:/, "")
  const ledger = yield* Ledger
  const redactor = yield* Redactor.Redactor
  const { client } = yield* OpenAiClient.make({
    apiKey: modelServer.apiKey,
    apiUrl: modelServer.baseUrl.replace(/\/+$/, ""),
    // Tracing stops here: no trace headers are sent to the server, and no request headers are written into spans.
    transformClient: flow(HttpClient.withTracerPropagation(false), HttpClient.withTracerDisabledWhen(constTrue))
  })
  const http = HttpClient.filterStatusOk(client.httpClient)
  // Node loads its HTTP client on first use; loading it now keeps that off the first answers.
  yield* Effect.sync(() => new Headers())
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

  const prepare = ({ maxOutputTokens, pass, subject, text, ...request }: ResponsesRequest): PreparedRequest => {
    const body = HttpBody.uint8Array(
      encoder.encode(
        JSON.stringify({ ...request.body, model, stream: true, store: false, max_output_tokens: maxOutputTokens })
      ),
      "application/json"
    )
    const sent = window.count(text)
    return {
      pass,
      subject,
      http: HttpClientRequest.post("/responses", { body }),
      limit: maxOutputTokens * charactersPerToken + charactersAround,
      maxOutputTokens,
      worst: {
        // A text has at most as many tokens as bytes, and at most as many bytes as the body around it.
        cheap: body.body.length + overheadTokens + maxOutputTokens,
        exact: Effect.map(sent, (tokens) => tokens + overheadTokens + maxOutputTokens)
      },
      sent
    }
  }

  /**
   * Sends one HTTP request and reads its response. Returns the part received so far also when the response breaks off.
   */
  const send = ({ http: request, limit, subject }: PreparedRequest) => {
    let response = noResponse
    let received = 0
    const reader: EventReader = {
      take: (event) => {
        received++
        response = response.end === undefined ? addEvent(response, event) : response
      },
      isWhole: () => response.end !== undefined,
      limit
    }
    const reading = Effect.gen(function* () {
      const answer = yield* http.execute(request)
      yield* requireEvents(subject, answer)
      return yield* readEvents(answer, reader)
    })
    // A timer for each event would cost more than everything else. Instead, check once per silence period whether any
    // event arrived.
    const timedOut = Effect.gen(function* () {
      for (
        let left = modelTimeLimit;
        Duration.greaterThan(left, Duration.zero);
        left = Duration.subtract(left, modelSilence)
      ) {
        const before = received
        yield* Effect.sleep(Duration.min(left, modelSilence))
        if (received === before && Duration.greaterThanOrEqualTo(left, modelSilence)) {
          return yield* new ModelTimedOut({ subject, limit: "MEMORIES_MODEL_SILENCE" })
        }
      }
      return yield* new ModelTimedOut({ subject, limit: "MEMORIES_MODEL_TIME_LIMIT" })
    })
    return Effect.raceFirst(reading, timedOut).pipe(
      Effect.catchTags({
        RequestError: (error) => Effect.flatMap(readHttpFailure(subject, error), Effect.fail),
        ResponseError: (error) => Effect.flatMap(readHttpFailure(subject, error), Effect.fail)
      }),
      Effect.flatMap((isCutShort) => outcomeOf(subject, response, isCutShort)),
      Effect.provideService(Redactor.Redactor, redactor),
      Effect.either,
      Effect.map((outcome) => ({ outcome, received: response }))
    )
  }

  /**
   * Returns the token counts that the server reports; undefined when they exceed the request's worst case, or are too
   * low for the text that was sent.
   */
  const reportedUsage = Effect.fnUntraced(function* ({ usage }: ModelResponse, { sent, worst }: PreparedRequest) {
    return usage !== undefined && costOf(usage) <= worst.cheap && isPlausibleInput(usage, yield* sent)
      ? usage
      : undefined
  })

  const worstOf = ({ maxOutputTokens, worst }: PreparedRequest): Effect.Effect<TokenCounts> =>
    Effect.map(worst.exact, (tokens) => ({
      inputTokens: Math.min(tokens, worst.cheap) - maxOutputTokens,
      outputTokens: maxOutputTokens
    }))

  const attempt = Effect.fn("Responses.attempt")(function* (request: PreparedRequest) {
    const { pass, subject, worst } = request
    const { outcome, said } = yield* ledger.spend({ pass, subject, worst }, (settle) =>
      Effect.gen(function* () {
        const { outcome, received } = yield* send(request)
        const said = yield* reportedUsage(received, request)
        const wasRefused = Either.isLeft(outcome) && costsNothing(outcome.left) && isEmpty(received)
        const known = said !== undefined ? costOf(said) : wasRefused ? 0 : undefined
        // A failure to record the cost must not lose a paid answer; the request then counts with its worst case.
        if (known !== undefined) {
          yield* Effect.catchAll(settle(known), (error) =>
            Effect.flatMap(redactor.safeMessage(error), (message) =>
              logWarning(
                safe`the cost of a model request could not be recorded, and counts with its worst case: ${message}`
              )
            )
          )
        }
        yield* Effect.annotateCurrentSpan({ cost: known ?? -1, outcome: outcome._tag })
        return { outcome, said }
      })
    )
    const response = yield* outcome
    const answer: ResponsesAnswer = { response, usage: said ?? (yield* worstOf(request)) }
    return answer
  })

  const askPrepared = Effect.fn("Responses.ask")(function* (request: PreparedRequest) {
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
      yield* logInfo(safe`${yield* redactor.safeMessage(error)}; asking again in ${Math.ceil(wait / 1_000)} s`)
      yield* Effect.sleep(wait)
    }
  })

  return Responses.of({
    model,
    provider: providerOf(modelServer.baseUrl),
    window,
    ask: (request) => askPrepared(prepare(request))
  })
})

/**
 * The server at `OPENAI_BASE_URL`, through `@effect/ai-openai`. Redirects are not followed, so requests go to no other
 * server.
 */
export const layer = Layer.scoped(Responses, make).pipe(
  Layer.provide(Ledger.layer),
  Layer.provide(Redactor.layer),
  Layer.provide(
    Layer.provideMerge(FetchHttpClient.layer, Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
  )
)
