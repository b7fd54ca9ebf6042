import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { decodeLenient, lenient } from "../session/LenientField.js"
import { type Api, apiTexts } from "./Api.js"
import {
  ContextTooLong,
  type ModelError,
  ModelOverloaded,
  ModelServerFailed,
  type ModelSubject,
  ModelUnauthorised,
  NotAModelServer,
  QuotaExhausted,
  RateLimited,
  RequestRejected
} from "./ModelError.js"
import { type Redact, rewrite, safe, type SafeText } from "../privacy/SafeText.js"

/** The code and message of a server's error, in any of the usual formats. */
export interface ServerWords {
  readonly code: string
  readonly message: string
}

const Words = Schema.Struct({
  code: lenient(Schema.Union(Schema.String, Schema.Number)),
  type: lenient(Schema.String),
  message: lenient(Schema.String)
})
const decodeWords = decodeLenient(Words, {})

const Body = Schema.Struct({
  error: Schema.optional(Schema.Unknown),
  detail: lenient(Schema.String),
  message: lenient(Schema.String)
})
const decodeBody = decodeLenient(Body, {})
const parseJson = Schema.decodeUnknownEither(Schema.parseJson())

/** The maximum number of characters of a server's message that an error shows. */
const shownCharacters = 300

/**
 * Prepares a server's message for people: one line, shortened, and without secrets, since a server may repeat the key
 * or the request.
 */
export const shown = (text: string, redact: Redact): SafeText =>
  rewrite(redact(text.slice(0, shownCharacters * 4)), (redacted) => {
    const line = redacted
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ")
      .trim()
    return line.length <= shownCharacters ? line : `${line.slice(0, shownCharacters)}…`
  })

/** The text that replaces an empty message of a server. */
const noMessage = safe`it does not say why`

/** Prepares a server's message as {@link shown} does; returns {@link noMessage} if it is empty. */
export const shownOrNone = (text: string, redact: Redact): SafeText => {
  const line = shown(text, redact)
  return line === "" ? noMessage : line
}

/** The most specific message of a failed request: the one of the innermost cause, which is closest to the network. */
export const detailOf = (error: unknown, redact: Redact): SafeText => {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return shown(inner instanceof Error ? inner.message : String(inner), redact)
}

/** Reads the error object of a body, a failed response or an `error` event. */
export const readWords = (error: unknown): ServerWords => {
  if (typeof error === "string") {
    return { code: "", message: error }
  }
  const { code, message, type } = decodeWords(error)
  return { code: `${code ?? ""} ${type ?? ""}`.trim(), message: message ?? "" }
}

const readBody = (body: string): ServerWords => {
  const whole = Either.getOrUndefined(parseJson(body))
  // Google's server puts its error into a list.
  const json: unknown = Array.isArray(whole) ? whole[0] : whole
  if (json === undefined) {
    return { code: "", message: body }
  }
  const { detail, error, message } = decodeBody(json)
  const words = readWords(error)
  return words.message === "" ? { ...words, message: message ?? detail ?? body } : words
}

/**
 * Matches messages of OpenAI, vLLM, llama.cpp, Ollama and LM Studio about a request that exceeds the context window.
 */
const tooLong =
  /context_length_exceeded|exceed_context_size|context (?:length|window|size)|maximum context|prompt is too long|too many tokens|input (?:is )?too long/i

const noQuota =
  /insufficient_quota|billing_hard_limit|billing_error|quota exceeded|exceeded your current quota|credit balance is too low/i

/** A request: its subject, and the API that it used; undefined for a model of the host's. */
export interface Asked {
  readonly subject: ModelSubject
  readonly api?: Api
}

/**
 * Converts an unsuccessful HTTP response into an error. `retryAfter` is in milliseconds. A 404 that does not speak of a
 * model means that the server does not have the API.
 */
export const failureOfStatus = (
  { api, subject }: Asked,
  status: number,
  body: string,
  retryAfter: number | undefined,
  redact: Redact
): ModelError => {
  const words = readBody(body)
  const all = `${words.code} ${words.message}`
  const detail = shownOrNone(words.message, redact)
  switch (true) {
    case status === 401 || status === 403:
      return new ModelUnauthorised({ subject, api, status, detail })
    case status === 402 || ((status === 429 || status === 400) && noQuota.test(all)):
      return new QuotaExhausted({ subject, detail })
    case status === 429:
      return new RateLimited({ subject, retryAfter, detail })
    case status === 413 || ((status === 400 || status === 422 || status === 500) && tooLong.test(all)):
      return new ContextTooLong({ subject, detail })
    case status === 503 || status === 529:
      return new ModelOverloaded({ subject, status, retryAfter, detail })
    case status >= 500 || status === 408 || status === 409 || status === 425:
      return new ModelServerFailed({ subject, status, retryAfter, detail })
    case api !== undefined && (status === 404 || status === 405) && !/model/i.test(all):
      return new NotAModelServer({ subject, api, answer: `${status} at ${apiTexts[api ?? "openai"].path}` })
    default:
      return new RequestRejected({ subject, status, detail })
  }
}

/**
 * Converts the error in a stream, a failed response or an `error` event, into an error. The stream has a successful
 * HTTP status, so only the words tell the kind of error.
 */
export const failureOfWords = (subject: ModelSubject, words: ServerWords, redact: Redact): ModelError => {
  const all = `${words.code} ${words.message}`
  const said = shown(words.message, redact)
  const detail = said === "" ? shownOrNone(words.code, redact) : said
  switch (true) {
    case tooLong.test(all):
      return new ContextTooLong({ subject, detail })
    case noQuota.test(all):
      return new QuotaExhausted({ subject, detail })
    case /rate_limit/i.test(words.code):
      return new RateLimited({ subject, detail })
    case /overloaded|slow_down|unavailable/i.test(words.code):
      return new ModelOverloaded({ subject, detail })
    case /invalid_(?:request|prompt|image)|not_found/i.test(words.code):
      return new RequestRejected({ subject, detail })
    default:
      return new ModelServerFailed({ subject, detail })
  }
}
