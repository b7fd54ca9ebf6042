import type { AiError } from "@effect/ai/AiError"
import { type ModelError, type ModelSubject, ModelUnreachable } from "../../domain/model/ModelError.js"
import { detailOf, failureOfStatus, failureOfWords, shown } from "../../domain/model/ModelFailureReading.js"
import type { Redact } from "../../domain/privacy/SafeText.js"
import { retryAfterOf } from "../../domain/model/ModelRetry.js"

/** Converts a failure of `@effect/ai` into a `ModelError`; `now` is in Unix milliseconds. */
export const failureOfAiError = (subject: ModelSubject, error: AiError, now: number, redact: Redact): ModelError => {
  switch (error._tag) {
    case "HttpResponseError": {
      const { headers, status } = error.response
      return error.reason === "StatusCode"
        ? failureOfStatus({ subject }, status, error.body ?? "", retryAfterOf(headers, now), redact)
        : new ModelUnreachable({ subject, detail: "it broke during the answer" })
    }
    case "HttpRequestError":
      return new ModelUnreachable({
        subject,
        detail: detailOf(error.cause, redact) || shown(error.description ?? "", redact)
      })
    default:
      return failureOfWords(subject, { code: "", message: error.message }, redact)
  }
}
