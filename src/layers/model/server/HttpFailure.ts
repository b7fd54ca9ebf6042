import type { HttpClientError } from "@effect/platform/HttpClientError"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Api } from "../../../domain/model/Api.js"
import {
  type ModelError,
  type ModelSubject,
  ModelUnreachable,
  NotAModelServer
} from "../../../domain/model/ModelError.js"
import { detailOf, failureOfStatus, shown } from "../../../domain/model/ModelFailureReading.js"
import { Redactor } from "../../../services/Redactor.js"
import { retryAfterOf } from "../../../domain/model/ModelRetry.js"

/** Maximum characters that are read of an error response. Error messages are short, and a longer body is a web page. */
const errorCharacters = 64_000

/** Reads the body of an error response; empty when it cannot be read. */
const readErrorBody = (response: HttpClientResponse): Effect.Effect<string> =>
  Stream.decodeText(response.stream).pipe(
    Stream.runFoldWhile(
      "",
      (body) => body.length < errorCharacters,
      (body, text) => body + text
    ),
    Effect.orElseSucceed(() => "")
  )

/**
 * True if a content type is HTML or JSON. Such a response is not an event stream, and would be read as a stream without
 * events.
 */
const isPage = (contentType: string): boolean => /\bhtml\b|^application\/json\b/i.test(contentType)

const notAModelServer = Effect.fnUntraced(function* (
  subject: ModelSubject,
  api: Api,
  { headers, status }: HttpClientResponse
) {
  const came =
    status >= 300 ? `a redirect to ${headers["location"] ?? "nowhere"}` : (headers["content-type"] ?? "nothing")
  return new NotAModelServer({ subject, api, answer: shown(came, yield* (yield* Redactor).rules) })
})

/** Fails with `NotAModelServer` unless the response may be an event stream. */
export const requireEvents = (
  subject: ModelSubject,
  api: Api,
  response: HttpClientResponse
): Effect.Effect<void, NotAModelServer, Redactor> =>
  isPage(response.headers["content-type"] ?? "") ? Effect.flip(notAModelServer(subject, api, response)) : Effect.void

/** Converts a failure of HTTP into a `ModelError`, with the server's own message. */
export const readHttpFailure = Effect.fnUntraced(function* (
  subject: ModelSubject,
  api: Api,
  error: HttpClientError
): Effect.fn.Return<ModelError, never, Redactor> {
  const redact = yield* (yield* Redactor).rules
  if (error._tag === "RequestError") {
    return new ModelUnreachable({
      subject,
      api,
      detail: detailOf(error.cause, redact) || shown(error.description ?? "", redact)
    })
  }
  if (error.reason !== "StatusCode") {
    return new ModelUnreachable({ subject, api, detail: "it broke during the answer" })
  }
  const { headers, status } = error.response
  if (status < 400) {
    return yield* notAModelServer(subject, api, error.response)
  }
  const now = yield* Clock.currentTimeMillis
  const body = yield* readErrorBody(error.response)
  return failureOfStatus({ subject, api }, status, body, retryAfterOf(headers, now), redact)
})
