import * as AiError from "@effect/ai/AiError"
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Response from "@effect/ai/Response"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import {
  AnswerIncomplete,
  type ModelError,
  ModelRefused,
  ModelServerFailed,
  type ModelSubject,
  ModelTimedOut,
  StreamEndedEarly
} from "../../domain/model/ModelError.js"
import { failureOfWords, readWords } from "../../domain/model/ModelFailureReading.js"
import { isPlausibleInput, plausibleCounts, type TokenCounts } from "../../domain/model/Spending.js"
import {
  ModelClient,
  type ModelEvent,
  type StageOneRequest,
  tokenUsage,
  type TokenWindow
} from "../../services/ModelClient.js"
import * as Redactor from "../../services/Redactor.js"
import { Settings } from "../../settings/Settings.js"
import { newestCounter } from "../../services/Tokenizer.js"
import { failureOfAiError } from "./AiFailure.js"

type Part = Response.StreamPart<{}>

/** The part of an answer that has been received. */
interface Answer {
  readonly text: string
  /** The part that ended the answer; undefined until then. */
  readonly end: Response.FinishPart | Response.ErrorPart | undefined
}

const nothing: Answer = { text: "", end: undefined }

const withPart = (answer: Answer, part: Part): Answer => {
  switch (part.type) {
    case "text-delta":
      return { ...answer, text: answer.text + part.delta }
    case "finish":
    case "error":
      return { ...answer, end: part }
    default:
      return answer
  }
}

/** Returns the token counts that the provider reports; undefined when they are missing or implausible. */
const reportedUsage = ({ end, text }: Answer): TokenCounts | undefined =>
  end?.type === "finish"
    ? plausibleCounts(
        {
          input: end.usage.inputTokens,
          output: end.usage.outputTokens,
          total: end.usage.totalTokens,
          cached: end.usage.cachedInputTokens
        },
        text.trim() !== ""
      )
    : undefined

const failureOf = Effect.fnUntraced(function* (subject: ModelSubject, error: unknown) {
  const redact = yield* (yield* Redactor.Redactor).rules
  return AiError.isAiError(error)
    ? failureOfAiError(subject, error, yield* Clock.currentTimeMillis, redact)
    : failureOfWords(subject, readWords(error), redact)
})

/**
 * Makes the error for an answer without text: a refusal when the model used output tokens, otherwise a failure of the
 * server.
 */
const withoutText = (subject: ModelSubject, usage: TokenCounts | undefined): ModelError =>
  usage !== undefined && usage.outputTokens > 0
    ? new ModelRefused({ subject, detail: "the answer has no text" })
    : new ModelServerFailed({ subject, detail: "the answer has no text and cost no tokens" })

/** Converts an answer into events. Only an answer with a normal end counts; any other end becomes a `ModelError`. */
const outcomeOf = Effect.fnUntraced(function* (subject: ModelSubject, answer: Answer, usage: TokenCounts) {
  const { end, text } = answer
  if (end === undefined) {
    return yield* new StreamEndedEarly({ subject })
  }
  if (end.type === "error") {
    return yield* yield* failureOf(subject, end.error)
  }
  switch (end.reason) {
    case "length":
      return yield* new AnswerIncomplete({ subject, reason: "max_output_tokens" })
    case "content-filter":
      return yield* new AnswerIncomplete({ subject, reason: "content_filter" })
    case "tool-calls":
    case "pause":
      return yield* new AnswerIncomplete({ subject, reason: end.reason })
    case "error":
      return yield* new ModelServerFailed({ subject, detail: "it does not say why" })
    default: {
      if (text.trim() === "") {
        return yield* withoutText(subject, reportedUsage(answer))
      }
      const events: ReadonlyArray<ModelEvent> = [
        { _tag: "TextDelta", text },
        { _tag: "Completed", usage: tokenUsage(usage) }
      ]
      return events
    }
  }
})

/** Description of the host's model. */
export interface LanguageModelOptions {
  /** Name of the model in reports. */
  readonly name: string
  /** The provider whose servers see the request; omit it when nothing leaves this machine. */
  readonly provider?: string
  /** The limit of a request in tokens; without it only bytes limit a request. */
  readonly window?: TokenWindow
}

/**
 * Writes trace memories with any `LanguageModel` of `@effect/ai`. The instructions become the system message, the
 * session the user message; the instructions describe the JSON object to return. An answer that is not complete fails
 * with the matching `ModelError`.
 *
 * Requests are not retried, and the caps of the settings do not apply: retries, caps and headers belong to the host's
 * own HTTP client. `modelSilence` and `modelTimeLimit` do apply. The span `ModelClient.stream` carries the token
 * counts, also of an unusable answer; when the provider reports no plausible counts, they are counted from the texts
 * sent and received.
 */
export const layer = (
  options: LanguageModelOptions
): Layer.Layer<ModelClient, never, LanguageModel.LanguageModel | Settings> =>
  Layer.effect(
    ModelClient,
    Effect.gen(function* () {
      const model = yield* LanguageModel.LanguageModel
      const { modelSilence, modelTimeLimit } = yield* Settings
      const redactor = yield* Redactor.Redactor
      const count = options.window?.count ?? (yield* newestCounter)
      const answer = Effect.fn("ModelClient.stream")(function* ({ input, instructions, thread }: StageOneRequest) {
        const subject: ModelSubject = { threadId: thread.id }
        yield* Effect.annotateCurrentSpan(subject)
        const parts: Stream.Stream<Part, AiError.AiError> = model.streamText({
          prompt: [
            { role: "system", content: instructions },
            { role: "user", content: [{ type: "text", text: input }] }
          ]
        })
        const whole = yield* parts.pipe(
          Stream.catchAll((error) => Stream.fromEffect(Effect.flatMap(failureOf(subject, error), Effect.fail))),
          Stream.timeoutFail(() => new ModelTimedOut({ subject, limit: "MEMORIES_MODEL_SILENCE" }), modelSilence),
          Stream.runFoldWhile(nothing, ({ end }) => end === undefined, withPart),
          Effect.timeoutFail({
            duration: modelTimeLimit,
            onTimeout: () => new ModelTimedOut({ subject, limit: "MEMORIES_MODEL_TIME_LIMIT" })
          })
        )
        const sent = yield* count(`${instructions}\n${input}`)
        const said = reportedUsage(whole)
        const usage =
          said !== undefined && isPlausibleInput(said, sent)
            ? said
            : { inputTokens: sent, outputTokens: yield* count(whole.text) }
        yield* Effect.annotateCurrentSpan({ ...usage, end: whole.end?.type ?? "none" })
        return yield* outcomeOf(subject, whole, usage)
      })
      return {
        ...options,
        stream: (request) =>
          Stream.fromIterableEffect(Effect.provideService(answer(request), Redactor.Redactor, redactor))
      }
    })
  ).pipe(Layer.provide(Redactor.layer))
