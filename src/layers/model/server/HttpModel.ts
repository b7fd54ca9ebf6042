import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { constTrue, flow } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import { apiTexts, type ModelPhase } from "../../../domain/model/Api.js"
import {
  AnswerIncomplete,
  type ModelError,
  ModelRefused,
  type ModelSubject,
  ModelTimedOut,
  ModelUnauthorised,
  StreamEndedEarly
} from "../../../domain/model/ModelError.js"
import { inputRoom, isWindowGuessed, moneyOf, pricesOf } from "../../../domain/model/ModelFacts.js"
import { failureOfWords, shownOrNone } from "../../../domain/model/ModelFailureReading.js"
import { type ModelResponse, refusalOf } from "../../../domain/model/ModelResponse.js"
import { waitBefore } from "../../../domain/model/ModelRetry.js"
import { costOf, dayOf, isPlausibleInput, type RequestCost, type TokenCounts } from "../../../domain/model/Spending.js"
import type { OptionalField } from "../../../domain/model/wire/ModelRequest.js"
import { rejectedField } from "../../../domain/model/wire/OptionalFields.js"
import { wires } from "../../../domain/model/wire/Wires.js"
import { safe } from "../../../domain/privacy/SafeText.js"
import { redactionMarker } from "../../../domain/privacy/redaction/Marker.js"
import { providerOf } from "../../../domain/privacy/Provider.js"
import type { TokenWindow } from "../../../services/ModelClient.js"
import { logInfo, logWarning } from "../../../services/Logging.js"
import * as Redactor from "../../../services/Redactor.js"
import type { Spending } from "../../../services/state/Spending.js"
import { counterFor } from "../../../services/Tokenizer.js"
import { type ModelServer, Settings } from "../../../settings/Settings.js"
import { readHttpFailure, requireEvents } from "./HttpFailure.js"
import { Ledger, type Purchase } from "./Ledger.js"
import { modelOfPhase } from "../../../settings/PhaseModel.js"
import { type ServedAnswer, ServedModel, type ServedRequest } from "./ServedModel.js"
import { type EventReader, readEvents } from "./ServerEvents.js"

/** Makes the HTTP client of a server, which adds its base URL and its key to each request. */
export type Connect = (
  server: ModelServer
) => Effect.Effect<HttpClient.HttpClient, never, HttpClient.HttpClient | Scope.Scope>

/** Ends tracing here: no trace headers are sent to the server, and no request headers are written into spans. */
export const untraced: (client: HttpClient.HttpClient) => HttpClient.HttpClient = flow(
  HttpClient.withTracerPropagation(false),
  HttpClient.withTracerDisabledWhen(constTrue)
)

/** A request with the upper bounds of its cost, ready to be sent and to be retried. */
interface PreparedRequest extends Purchase {
  readonly request: ServedRequest
  /** The optional fields that the body was made without. */
  readonly without: ReadonlySet<OptionalField>
  readonly http: HttpClientRequest.HttpClientRequest
  /** Maximum characters of the response; a server that sends more ignores the request's limit. */
  readonly limit: number
  /** Number of tokens of the request's text, as this program counts them. */
  readonly sent: Effect.Effect<number>
}

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
    case "NotAModelServer":
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

/** Characters of the shortest key that is a secret. Servers on the own machine are given words such as `none`. */
const leastSecretLength = 8

/** Makes a redactor that also replaces the server's own key, which a server may repeat in an error. */
const withoutKey = ({ rules }: Redactor.Redactor["Type"], { apiKey }: ModelServer) =>
  Redactor.make(
    Effect.map(rules, (redact) => (text: string) => {
      const key = apiKey === undefined ? "" : Redacted.value(apiKey)
      return redact(key.length < leastSecretLength ? text : text.replaceAll(key, redactionMarker))
    })
  )

const encoder = new TextEncoder()

const nothing: TokenCounts = { inputTokens: 0, outputTokens: 0 }

const make = Effect.fnUntraced(function* (phase: ModelPhase, connect: Connect) {
  const settings = yield* Settings
  const { modelOutputTokens, modelSilence, modelTimeLimit, serviceTier } = settings
  const chosen = modelOfPhase(settings, phase)
  if (chosen === undefined) {
    return yield* Effect.dieMessage(`no model is set for the ${phase}`)
  }
  const { named, prices: given, server } = chosen
  const { api, name: model } = named
  const name = `${api}:${model}`
  const provider = providerOf(server.baseUrl)
  const { path } = apiTexts[api]
  const wire = wires[api]
  const ledger = yield* Ledger
  const redactor = yield* withoutKey(yield* Redactor.Redactor, server)
  const http = HttpClient.filterStatusOk(yield* connect({ ...server, baseUrl: server.baseUrl.replace(/\/+$/, "") }))
  // Node loads its HTTP client on first use; loading it now keeps that off the first answers.
  yield* Effect.sync(() => new Headers())
  const rejectedKey = yield* Ref.make<ModelUnauthorised | undefined>(undefined)
  const rejectedFields = new Set<OptionalField>()
  const retry = {
    attempts: settings.modelAttempts,
    first: settings.modelRetryFirst,
    longest: settings.modelRetryLongest
  }
  const window: TokenWindow = {
    inputTokens: inputRoom(model, { given: chosen.window, output: modelOutputTokens, overhead: overheadTokens }),
    count: yield* counterFor(model)
  }

  /** Tells once what is not known of the model, and which settings say it. */
  const tellUnknown = yield* Effect.once(
    Effect.gen(function* () {
      const isPriced = pricesOf(model, dayOf(yield* Clock.currentTimeMillis), serviceTier, given) !== undefined
      const isSized = !isWindowGuessed(model, chosen.window)
      const own = phase === "consolidation" && settings.consolidationModel !== "same"
      const unknown = [
        ...(isSized ? [] : [`its window (${own ? "MEMORIES_CONSOLIDATION_WINDOW" : "MEMORIES_MODEL_WINDOW"})`]),
        ...(isPriced ? [] : [`its prices (MEMORIES_${own ? "CONSOLIDATION_" : ""}PRICE_INPUT and …_OUTPUT)`])
      ]
      if (unknown.length > 0) {
        const { redact } = redactor
        yield* logInfo(safe`not known of ${yield* redact(name)}: ${yield* redact(unknown.join(" and "))}`)
      }
    })
  )

  const moneyFor = (counts: TokenCounts): Effect.Effect<RequestCost> =>
    Effect.map(Clock.currentTimeMillis, (now) => ({
      ...counts,
      money: moneyOf(counts, pricesOf(model, dayOf(now), serviceTier, given))
    }))

  const prepare = (request: ServedRequest): PreparedRequest => {
    const { maxOutputTokens, pass, project, subject, text } = request
    const without = new Set(rejectedFields)
    const body = HttpBody.uint8Array(
      encoder.encode(JSON.stringify(wire.body(request, { model, provider, serviceTier, without }))),
      "application/json"
    )
    const sent = window.count(text)
    const worstOf = (input: number) => moneyFor({ inputTokens: input + overheadTokens, outputTokens: maxOutputTokens })
    return {
      pass,
      subject,
      project,
      model: name,
      request,
      without,
      http: HttpClientRequest.post(path, { body }),
      limit: maxOutputTokens * charactersPerToken + charactersAround,
      worst: {
        // A text has at most as many tokens as bytes, and at most as many bytes as the body around it.
        cheap: worstOf(body.body.length),
        exact: Effect.flatMap(sent, (tokens) => worstOf(Math.min(tokens, body.body.length)))
      },
      sent
    }
  }

  /**
   * Sends one HTTP request and reads its response. Returns the part received so far also when the response breaks off.
   */
  const send = ({ http: request, limit, subject }: PreparedRequest) => {
    const answer = wire.read()
    let received = 0
    const reader: EventReader = {
      take: (event) => {
        received++
        answer.take(event)
      },
      rest: answer.rest,
      limit
    }
    const reading = Effect.gen(function* () {
      const response = yield* http.execute(request)
      yield* requireEvents(subject, api, response)
      return yield* readEvents(response, reader)
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
        RequestError: (error) => Effect.flatMap(readHttpFailure(subject, api, error), Effect.fail),
        ResponseError: (error) => Effect.flatMap(readHttpFailure(subject, api, error), Effect.fail)
      }),
      Effect.flatMap((isCutShort) => outcomeOf(subject, answer.received(), isCutShort)),
      Effect.provideService(Redactor.Redactor, redactor),
      Effect.either,
      Effect.map((outcome) => ({ outcome, received: answer.received() }))
    )
  }

  /**
   * Returns the token counts that the server reports; undefined when they exceed the request's worst case, or are too
   * low for the text that was sent.
   */
  const reportedUsage = Effect.fnUntraced(function* ({ usage }: ModelResponse, { sent, worst }: PreparedRequest) {
    return usage !== undefined && costOf(usage) <= costOf(yield* worst.cheap) && isPlausibleInput(usage, yield* sent)
      ? usage
      : undefined
  })

  const attempt = Effect.fn("ServedModel.attempt")(function* (request: PreparedRequest) {
    const { outcome, said } = yield* ledger.spend(request, (settle) =>
      Effect.gen(function* () {
        const { outcome, received } = yield* send(request)
        const said = yield* reportedUsage(received, request)
        const wasRefused = Either.isLeft(outcome) && costsNothing(outcome.left) && isEmpty(received)
        const known = said ?? (wasRefused ? nothing : undefined)
        // A failure to record the cost must not lose a paid answer; the request then counts with its worst case.
        if (known !== undefined) {
          yield* Effect.catchAll(Effect.flatMap(moneyFor(known), settle), (error) =>
            Effect.flatMap(redactor.safeMessage(error), (message) =>
              logWarning(
                safe`the cost of a model request could not be recorded, and counts with its worst case: ${message}`
              )
            )
          )
        }
        yield* Effect.annotateCurrentSpan({ cost: known === undefined ? -1 : costOf(known), outcome: outcome._tag })
        return { outcome, said }
      })
    )
    const response = yield* outcome
    const { inputTokens, outputTokens } = said ?? (yield* request.worst.exact)
    const answer: ServedAnswer = { response, usage: said ?? { inputTokens, outputTokens } }
    return answer
  })

  /** Prepares a request anew without the field that the server rejected; undefined when it was rejected otherwise. */
  const withoutRejected = Effect.fnUntraced(function* (error: ModelError, { request, without }: PreparedRequest) {
    const field = rejectedField(error)
    if (field === undefined || without.has(field)) {
      return undefined
    }
    if (!rejectedFields.has(field)) {
      rejectedFields.add(field)
      yield* logInfo(
        safe`the model server does not take the field for ${yield* redactor.redact(field)}; asking without it`
      )
    }
    return prepare(request)
  })

  const askPrepared = Effect.fn("ServedModel.ask")(function* (first: PreparedRequest) {
    yield* tellUnknown
    // Another request may have learned since that the server does not take a field.
    let request = first.without.size === rejectedFields.size ? first : prepare(first.request)
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
      if (error._tag === "StateDbFailure") {
        return yield* error
      }
      if (error._tag === "ModelUnauthorised") {
        yield* Ref.set(rejectedKey, error)
      }
      const other = yield* withoutRejected(error, request)
      if (other !== undefined) {
        request = other
        continue
      }
      const wait = waitBefore(error, made, retry, yield* Random.next)
      if (wait === undefined) {
        return yield* error
      }
      yield* logInfo(safe`${yield* redactor.safeMessage(error)}; asking again in ${Math.ceil(wait / 1_000)} s`)
      yield* Effect.sleep(wait)
    }
  })

  return ServedModel.of({ name, provider, window, ask: (request) => askPrepared(prepare(request)) })
})

/**
 * The model of a phase behind its server. The cost of a request is reserved before it is sent; a failed request is
 * retried according to the retry policy. A field that the server rejects, and that a request can do without, is left out
 * from then on. Redirects are not followed, so requests go to no other server.
 */
export const layer = (phase: ModelPhase, connect: Connect): Layer.Layer<ServedModel, never, Settings | Spending> =>
  Layer.scoped(ServedModel, make(phase, connect)).pipe(
    Layer.provide(Ledger.layer),
    Layer.provide(Redactor.layer),
    Layer.provide(
      Layer.provideMerge(FetchHttpClient.layer, Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
    )
  )
