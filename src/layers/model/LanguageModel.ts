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
import { believed, type TokenCounts } from "../../domain/model/Spending.js"
import {
  ModelClient,
  type ModelEvent,
  type StageOneRequest,
  TokenUsage,
  type TokenWindow
} from "../../services/ModelClient.js"
import { Settings } from "../../settings/Settings.js"
import { newestCounter } from "../../services/Tokenizer.js"
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

/** What a provider says that an answer cost; undefined where it does not count, or counts strangely. */
const saidUsage = ({ end, text }: Answer): TokenCounts | undefined =>
  end?.type === "finish"
    ? believed(
        { input: end.usage.inputTokens, output: end.usage.outputTokens, total: end.usage.totalTokens },
        text.trim() !== ""
      )
    : undefined

const failureOf = (subject: ModelSubject, error: unknown) =>
  AiError.isAiError(error)
    ? Effect.map(Clock.currentTimeMillis, (now) => failureOfAiError(subject, error, now))
    : Effect.succeed(failureOfWords(subject, readWords(error)))

/** An answer that stops by itself without a word was refused, or, where nobody worked for it, never given. */
const withoutText = (subject: ModelSubject, usage: TokenCounts | undefined): ModelError =>
  usage !== undefined && usage.outputTokens > 0
    ? new ModelRefused({ subject, detail: "it answered without a word" })
    : new ModelServerFailed({ subject, detail: "the answer ended without a word, and cost nothing" })

/** What an answer amounts to: only one that says that it is finished is one. */
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
        return yield* withoutText(subject, saidUsage(answer))
      }
      const events: ReadonlyArray<ModelEvent> = [
        { _tag: "TextDelta", text },
        { _tag: "Completed", usage: new TokenUsage(usage) }
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
 * `ModelClient.stream` says what the answer cost, also where it is of no use; what the provider does not count, or counts
 * as it cannot be, is counted over the words that were sent and that came.
 */
export const layer = (
  options: LanguageModelOptions
): Layer.Layer<ModelClient, never, LanguageModel.LanguageModel | Settings> =>
  Layer.effect(
    ModelClient,
    Effect.gen(function* () {
      const model = yield* LanguageModel.LanguageModel
      const { modelSilence, modelTimeLimit } = yield* Settings
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
        const usage = saidUsage(whole) ?? {
          inputTokens: yield* count(`${instructions}\n${input}`),
          outputTokens: yield* count(whole.text)
        }
        yield* Effect.annotateCurrentSpan({ ...usage, end: whole.end?.type ?? "none" })
        return yield* outcomeOf(subject, whole, usage)
      })
      return { ...options, stream: (request) => Stream.fromIterableEffect(answer(request)) }
    })
  )
