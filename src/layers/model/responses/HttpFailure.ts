import type { HttpClientError } from "@effect/platform/HttpClientError"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import {
  type ModelError,
  type ModelSubject,
  ModelUnreachable,
  NotAResponsesServer
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

const notAResponsesServer = Effect.fnUntraced(function* (
  subject: ModelSubject,
  { headers, status }: HttpClientResponse
) {
  const came =
    status >= 300 ? `a redirect to ${headers["location"] ?? "nowhere"}` : (headers["content-type"] ?? "nothing")
  return new NotAResponsesServer({ subject, contentType: shown(came, yield* (yield* Redactor).rules) })
})

/** Fails with `NotAResponsesServer` unless the response may be an event stream. */
export const requireEvents = (
  subject: ModelSubject,
  response: HttpClientResponse
): Effect.Effect<void, NotAResponsesServer, Redactor> =>
  isPage(response.headers["content-type"] ?? "") ? Effect.flip(notAResponsesServer(subject, response)) : Effect.void

/** Converts a failure of HTTP into a `ModelError`, with the server's own message. */
export const readHttpFailure = Effect.fnUntraced(function* (
  subject: ModelSubject,
  error: HttpClientError
): Effect.fn.Return<ModelError, never, Redactor> {
  const redact = yield* (yield* Redactor).rules
  if (error._tag === "RequestError") {
    return new ModelUnreachable({
      subject,
      detail: detailOf(error.cause, redact) || shown(error.description ?? "", redact)
    })
  }
  if (error.reason !== "StatusCode") {
    return new ModelUnreachable({ subject, detail: "it broke during the answer" })
  }
  const { headers, status } = error.response
  if (status < 400) {
    return yield* notAResponsesServer(subject, error.response)
  }
  const now = yield* Clock.currentTimeMillis
  return failureOfStatus(subject, status, yield* readErrorBody(error.response), retryAfterOf(headers, now), redact)
})
