import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import { detailOf } from "../../domain/model/ModelFailureReading.js"
import { ModelProbe, type Reachability } from "../../services/ModelProbe.js"
import { safe } from "../../domain/privacy/SafeText.js"
import * as Redactor from "../../services/Redactor.js"
import { Settings } from "../../settings/Settings.js"

/** Time to wait for the reply to the request that checks the server; a reachable server takes less. */
const replyTimeout = Duration.seconds(5)

const notFound = 404

const readStatus = (status: number): Reachability =>
  status === 401 || status === 403
    ? { _tag: "KeyRefused", status }
    : status === notFound
      ? { _tag: "NoModelsThere" }
      : status >= 300 && status < 400
        ? { _tag: "Redirected", status }
        : { _tag: "Reached", status }

const make = Effect.gen(function* () {
  const { modelServer } = yield* Settings
  const { rules } = yield* Redactor.Redactor
  const client = HttpClient.withTracerPropagation(yield* HttpClient.HttpClient, false)
  const base = modelServer.baseUrl.replace(/\/+$/, "")
  const withKey = modelServer.apiKey === undefined ? identity : HttpClientRequest.bearerToken(modelServer.apiKey)

  const statusAt = (path: string) =>
    Effect.map(client.execute(withKey(HttpClientRequest.get(base + path))), ({ status }) => status)

  // Some servers have no list of models. The path that requests are sent to then tells whether this is a Responses API.
  const reach = statusAt("/models").pipe(
    Effect.flatMap((status) => (status === notFound ? statusAt("/responses") : Effect.succeed(status))),
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
      Effect.map(rules, (redact): Reachability => ({ _tag: "Unreachable", detail: detailOf(cause ?? message, redact) }))
    ),
    Effect.withSpan("ModelProbe.reach")
  )

  return ModelProbe.of({ reach })
})

/**
 * Requests the server's list of models, with the key. Redirects are not followed, so the key goes to no other server.
 */
export const layer: Layer.Layer<ModelProbe, never, Settings> = Layer.effect(ModelProbe, make).pipe(
  Layer.provide(Redactor.layer),
  Layer.provide(
    Layer.provideMerge(FetchHttpClient.layer, Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
  )
)
