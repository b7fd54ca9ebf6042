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
import { retryAfterOf } from "../../../domain/model/ModelRetry.js"

/** Characters of an error's body that are read: what servers say of a failure is short, and what is not is a page. */
const errorCharacters = 64_000

/** What a server says of a failure; nothing where that cannot be read. */
const readErrorBody = (response: HttpClientResponse): Effect.Effect<string> =>
  Stream.decodeText(response.stream).pipe(
    Stream.runFoldWhile(
      "",
      (body) => body.length < errorCharacters,
      (body, text) => body + text
    ),
    Effect.orElseSucceed(() => "")
  )

/** A server that answers with a page is none of ours: it would read as a stream of no events. */
const isPage = (contentType: string): boolean => /\bhtml\b|^application\/json\b/i.test(contentType)

const notOurs = (subject: ModelSubject, { headers, status }: HttpClientResponse): NotAResponsesServer => {
  const came =
    status >= 300 ? `a redirect to ${headers["location"] ?? "nowhere"}` : (headers["content-type"] ?? "nothing")
  return new NotAResponsesServer({ subject, contentType: shown(came) })
}

/** Lets a response through that may be a stream of events; fails with `NotAResponsesServer` for any other. */
export const requireEvents = (
  subject: ModelSubject,
  response: HttpClientResponse
): Effect.Effect<void, NotAResponsesServer> =>
  isPage(response.headers["content-type"] ?? "") ? notOurs(subject, response) : Effect.void

/** What a failure of HTTP means for a request, with what the server says of it. */
export const readHttpFailure = Effect.fnUntraced(function* (
  subject: ModelSubject,
  error: HttpClientError
): Effect.fn.Return<ModelError> {
  if (error._tag === "RequestError") {
    return new ModelUnreachable({ subject, detail: detailOf(error.cause) || shown(error.description ?? "") })
  }
  if (error.reason !== "StatusCode") {
    return new ModelUnreachable({ subject, detail: "it broke while the answer came" })
  }
  const { headers, status } = error.response
  if (status < 400) {
    return notOurs(subject, error.response)
  }
  const now = yield* Clock.currentTimeMillis
  return failureOfStatus(subject, status, yield* readErrorBody(error.response), retryAfterOf(headers, now))
})
