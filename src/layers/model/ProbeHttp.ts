import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { userMessage } from "../../domain/agent/Conversation.js"
import { type Api, apiTexts, type ModelPhase } from "../../domain/model/Api.js"
import { detailOf } from "../../domain/model/ModelFailureReading.js"
import type { ModelRequest } from "../../domain/model/wire/ModelRequest.js"
import { ModelProbe, type Reachability } from "../../services/ModelProbe.js"
import { safe } from "../../domain/privacy/SafeText.js"
import * as Redactor from "../../services/Redactor.js"
import { type ModelServer, Settings } from "../../settings/Settings.js"
import { loadModel } from "./server/LoadModel.js"
import { modelOfPhase } from "../../settings/PhaseModel.js"
import { ServedModel } from "./server/ServedModel.js"

/** Time to wait for the reply to the request that checks the server; a reachable server takes less. */
const replyTimeout = Duration.seconds(5)

/** Time to wait for the answer of the model; some models think even about nothing. */
const answerTimeout = Duration.minutes(1)

/** Tokens of the answer to a probe; OpenAI's servers accept no fewer. */
const answerTokens = 16

const notFound = 404

const readStatus = (status: number): Reachability =>
  status === 401 || status === 403
    ? { _tag: "KeyRefused", status }
    : status === notFound
      ? { _tag: "NoModelsThere" }
      : status >= 300 && status < 400
        ? { _tag: "Redirected", status }
        : { _tag: "Reached", status }

const withKey = (api: Api, { apiKey }: ModelServer) =>
  api === "anthropic"
    ? HttpClientRequest.setHeaders({
        "anthropic-version": "2023-06-01",
        ...(apiKey === undefined ? {} : { "x-api-key": Redacted.value(apiKey) })
      })
    : apiKey === undefined
      ? identity<HttpClientRequest.HttpClientRequest>
      : HttpClientRequest.bearerToken(apiKey)

/** An object without content, for the smallest schema. */
const empty = { type: "object", properties: {}, required: [], additionalProperties: false }

/** The smallest request of each phase's kind: one asks for an object of a schema, the other offers a tool. */
const smallest: { readonly [Phase in ModelPhase]: Pick<ModelRequest, "output" | "tools"> } = {
  extraction: { output: { name: "ok", schema: empty }, tools: [] },
  consolidation: {
    output: undefined,
    tools: [{ name: "finish", description: "Ends the work.", parameters: empty }]
  }
}

const make = Effect.gen(function* () {
  const settings = yield* Settings
  const { rules } = yield* Redactor.Redactor
  const client = HttpClient.withTracerPropagation(yield* HttpClient.HttpClient, false)

  const chosen = (phase: ModelPhase) => {
    const model = modelOfPhase(settings, phase)
    return model === undefined ? Effect.dieMessage(`no model is set for the ${phase}`) : Effect.succeed(model)
  }

  const reach = Effect.fn("ModelProbe.reach")(function* (phase: ModelPhase) {
    const { named, server } = yield* chosen(phase)
    const { models, path } = apiTexts[named.api]
    const base = server.baseUrl.replace(/\/+$/, "")
    const statusAt = (path: string) =>
      Effect.map(client.execute(withKey(named.api, server)(HttpClientRequest.get(base + path))), ({ status }) => status)
    // Some servers have no list of models. The path that requests are sent to then tells whether the API is there.
    return yield* statusAt(models).pipe(
      Effect.flatMap((status) => (status === notFound ? statusAt(path) : Effect.succeed(status))),
      Effect.map(readStatus),
      Effect.timeoutTo({
        duration: replyTimeout,
        onSuccess: identity<Reachability>,
        onTimeout: (): Reachability => ({
          _tag: "Unreachable",
          detail: safe`no answer within ${Duration.toSeconds(replyTimeout)} seconds`
        })
      }),
      Effect.catchAll(({ cause, message }) =>
        Effect.map(rules, (redact): Reachability => ({
          _tag: "Unreachable",
          detail: detailOf(cause ?? message, redact)
        }))
      )
    )
  })

  const ask = Effect.fn("ModelProbe.ask")(function* (phase: ModelPhase) {
    const { named } = yield* chosen(phase)
    const { probed } = yield* loadModel(named)
    const text = "Answer with nothing."
    const effort = phase === "extraction" ? settings.extractionEffort : settings.consolidationEffort
    const asked = Effect.flatMap(ServedModel, ({ ask, name }) =>
      ask({
        subject: { probed: name },
        pass: "probe",
        project: "",
        instructions: text,
        conversation: [userMessage(text)],
        ...smallest[phase],
        effort,
        cacheKey: undefined,
        text,
        maxOutputTokens: answerTokens
      })
    )
    yield* asked.pipe(
      Effect.asVoid,
      // The model began an answer, and had no room for it.
      Effect.catchTags({ AnswerIncomplete: () => Effect.void, ModelRefused: () => Effect.void }),
      Effect.provide(probed(phase)),
      Effect.provideService(Settings, {
        ...settings,
        modelAttempts: 1,
        modelSilence: answerTimeout,
        modelTimeLimit: answerTimeout
      })
    )
  })

  return ModelProbe.of({ ask, reach })
})

/**
 * Asks the servers over HTTP, with their keys. Redirects are not followed, so a key goes to no other server. The code
 * that asks a model is loaded only when one is asked.
 */
export const layer: Layer.Layer<ModelProbe, never, Settings> = Layer.effect(ModelProbe, make).pipe(
  Layer.provide(Redactor.layer),
  Layer.provide(
    Layer.provideMerge(FetchHttpClient.layer, Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
  )
)
