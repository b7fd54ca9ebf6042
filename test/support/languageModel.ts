import type { AiError } from "@effect/ai/AiError"
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Response from "@effect/ai/Response"
import { Effect, Layer, type Stream } from "effect"
import * as Settings from "../../src/settings/Settings.js"

export type Part = Response.StreamPartEncoded

/** A part of an answer's text. */
export const textDelta = (delta: string): Part => ({ type: "text-delta", id: "0", delta })

/** The end of an answer, with what it cost. */
export const finish = (
  reason: Response.FinishReason = "stop",
  usage: { readonly inputTokens?: number; readonly outputTokens?: number } = { inputTokens: 100, outputTokens: 10 }
): Part => ({
  type: "finish",
  reason,
  usage: { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens, totalTokens: undefined }
})

/** A text in two deltas, and its end. */
export const wholeAnswer = (text: string, usage?: Parameters<typeof finish>[1]): ReadonlyArray<Part> => [
  { type: "text-start", id: "0" },
  textDelta(text.slice(0, 10)),
  textDelta(text.slice(10)),
  { type: "text-end", id: "0" },
  finish("stop", usage)
]

/** A language model that streams what a function says; it is asked for streams alone. */
export const languageModel = (
  streamText: (options: LanguageModel.ProviderOptions) => Stream.Stream<Part, AiError>
): Layer.Layer<LanguageModel.LanguageModel> =>
  Layer.effect(
    LanguageModel.LanguageModel,
    LanguageModel.make({ generateText: () => Effect.dieMessage("only streams are asked for"), streamText })
  )

/** The settings as they are by themselves. */
export const settings = Layer.orDie(Settings.layer({ codexHome: "/codex", memoriesHome: "/memories" }))
