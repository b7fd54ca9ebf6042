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
import {
  ModelClient,
  type ModelEvent,
  type StageOneRequest,
  TokenUsage,
  type TokenWindow
} from "../../services/ModelClient.js"
import { Settings } from "../../settings/Settings.js"
import { failureOfAiError } from "./AiFailure.js"

type Part = Response.StreamPart<{}>

/** An answer as it comes in. */
interface Answer {
  readonly text: string
  /** The part that ends it; undefined while it goes on. */
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

/** A provider that does not count, or counts strangely, has counted nothing. */
const tokens = (count: number | undefined): number => (Number.isSafeInteger(count) ? Math.max(0, count ?? 0) : 0)

const usageOf = ({ end }: Answer): TokenUsage =>
  new TokenUsage({
    inputTokens: end?.type === "finish" ? tokens(end.usage.inputTokens) : 0,
    outputTokens: end?.type === "finish" ? tokens(end.usage.outputTokens) : 0
  })

const failureOf = (subject: ModelSubject, error: unknown) =>
  AiError.isAiError(error)
    ? Effect.map(Clock.currentTimeMillis, (now) => failureOfAiError(subject, error, now))
    : Effect.succeed(failureOfWords(subject, readWords(error)))

/** An answer that stops by itself without a word was refused, or, where nobody worked for it, never given. */
const withoutText = (subject: ModelSubject, usage: TokenUsage): ModelError =>
  usage.outputTokens > 0
    ? new ModelRefused({ subject, detail: "it answered without a word" })
    : new ModelServerFailed({ subject, detail: "the answer ended without a word, and cost nothing" })

/** What an answer amounts to: only one that says that it is finished is one. */
const outcomeOf = Effect.fnUntraced(function* (subject: ModelSubject, answer: Answer) {
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
      const usage = usageOf(answer)
      if (text.trim() === "") {
        return yield* withoutText(subject, usage)
      }
      const events: ReadonlyArray<ModelEvent> = [
        { _tag: "TextDelta", text },
        { _tag: "Completed", usage }
      ]
      return events
    }
  }
})

/** What a host says of its model. */
export interface LanguageModelOptions {
  /** How the report names it. */
  readonly name: string
  /** Whose servers see what is asked; left out where nothing leaves this machine. */
  readonly provider?: string
  /** Left out where bytes alone limit a request. */
  readonly window?: TokenWindow
}

/**
 * Writes trace memories with any `LanguageModel` of `@effect/ai`: the instructions are its system message, the session is
 * the user's, and the instructions ask for the object. Everything that may come instead of a finished answer fails with
 * the `ModelError` that says what it was. Nothing is asked again, and the caps of the settings do not hold: retries, caps
 * and headers are the host's, on its own HTTP client. `modelSilence` and `modelTimeLimit` do hold. The span
 * `ModelClient.stream` says what the answer cost, also where it is of no use.
 */
export const layer = (
  options: LanguageModelOptions
): Layer.Layer<ModelClient, never, LanguageModel.LanguageModel | Settings> =>
  Layer.effect(
    ModelClient,
    Effect.gen(function* () {
      const model = yield* LanguageModel.LanguageModel
      const { modelSilence, modelTimeLimit } = yield* Settings
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
        yield* Effect.annotateCurrentSpan({ ...usageOf(whole), end: whole.end?.type ?? "none" })
        return yield* outcomeOf(subject, whole)
      })
      return { ...options, stream: (request) => Stream.fromIterableEffect(answer(request)) }
    })
  )
