import * as AiError from "@effect/ai/AiError"
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Prompt from "@effect/ai/Prompt"
import type * as Response from "@effect/ai/Response"
import * as Tool from "@effect/ai/Tool"
import type * as Toolkit from "@effect/ai/Toolkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Conversation } from "../../../domain/agent/Conversation.js"
import {
  AnswerIncomplete,
  type ModelError,
  ModelRefused,
  ModelServerFailed,
  type ModelSubject,
  ModelTimedOut,
  StreamEndedEarly
} from "../../../domain/model/ModelError.js"
import { failureOfWords, readWords } from "../../../domain/model/ModelFailureReading.js"
import { noResponse } from "../../../domain/model/ModelResponse.js"
import { isPlausibleInput, plausibleCounts, type TokenCounts } from "../../../domain/model/Spending.js"
import type { ToolDefinition } from "../../../domain/model/wire/ModelRequest.js"
import { isJsonObject, type JsonObject } from "../../../domain/session/LenientField.js"
import type { TokenWindow } from "../../../services/ModelClient.js"
import * as Redactor from "../../../services/Redactor.js"
import { newestCounter } from "../../../services/Tokenizer.js"
import { Settings } from "../../../settings/Settings.js"
import { failureOfAiError } from "../AiFailure.js"
import { type ServedAnswer, ServedModel, type ServedRequest } from "./ServedModel.js"

type Tools = Record<string, Tool.Any>
type Part = Response.StreamPart<Tools>

/** Description of the host's model. */
export interface LanguageModelOptions {
  /** Name of the model in reports. */
  readonly name: string
  /** The provider whose servers see the request; omit it when nothing leaves this machine. */
  readonly provider?: string
  /** The limit of a request in tokens; without it only bytes limit a request. */
  readonly window?: TokenWindow
}

/** The part of an answer that has been received. */
interface Answer {
  readonly text: string
  /** Reasoning and calls in order, in the form of a conversation's items. */
  readonly items: ReadonlyArray<JsonObject>
  /** The part that ended the answer, or the mark of a call that cannot be read; undefined until then. */
  readonly end: Response.FinishPart | Response.ErrorPart | typeof unreadable | undefined
}

/** Marks the end of an answer with a call that the library cannot read, such as one of a tool that does not exist. */
const unreadable = { type: "unreadable" } as const

const nothing: Answer = { text: "", items: [], end: undefined }

/** A call of no tool at all, to which the agent's tools answer which ones there are. */
const unknownCall = { type: "function_call", call_id: "unreadable", name: "unreadable", arguments: "{}" }

/**
 * Adds to the last item of the model's reasoning. What the provider signed is in the metadata of any of its parts, and
 * goes back with the item.
 */
const withReasoning = (answer: Answer, delta: string, metadata: object): Answer => {
  const last = answer.items.at(-1)
  if (last?.["type"] !== "reasoning") {
    return answer
  }
  const options = isJsonObject(last["options"]) ? last["options"] : {}
  const item = { ...last, text: String(last["text"]) + delta, options: { ...options, ...metadata } }
  return { ...answer, items: [...answer.items.slice(0, -1), item] }
}

const withPart = (answer: Answer, part: Part | typeof unreadable): Answer => {
  switch (part.type) {
    case "text-delta":
      return { ...answer, text: answer.text + part.delta }
    case "reasoning-start":
      return {
        ...answer,
        items: [...answer.items, { type: "reasoning", encrypted_content: "", text: "", options: part.metadata }]
      }
    case "reasoning-delta":
      return withReasoning(answer, part.delta, part.metadata)
    case "reasoning-end":
      return withReasoning(answer, "", part.metadata)
    case "tool-call": {
      const { id, metadata, name } = part
      const parameters: unknown = part.params
      const call = {
        type: "function_call",
        call_id: id,
        name,
        arguments: JSON.stringify(parameters),
        options: metadata
      }
      return { ...answer, items: [...answer.items, call] }
    }
    case "unreadable":
      return { ...answer, items: [...answer.items, unknownCall], end: part }
    case "finish":
    case "error":
      return { ...answer, end: part }
    default:
      return answer
  }
}

const parseJson = Schema.decodeUnknownEither(Schema.parseJson())

const textsOf = ({ content }: JsonObject): string =>
  (Array.isArray(content) ? content.filter(isJsonObject) : []).map(({ text }) => String(text ?? "")).join("")

const optionsOf = ({ options }: JsonObject): Prompt.ProviderOptions =>
  isJsonObject(options)
    ? Object.fromEntries(Object.entries(options).map(([name, value]) => [name, isJsonObject(value) ? value : {}]))
    : {}

const assistantPart = (item: JsonObject): Prompt.AssistantMessagePartEncoded => {
  switch (item["type"]) {
    case "function_call":
      return {
        type: "tool-call",
        id: String(item["call_id"]),
        name: String(item["name"]),
        params: Either.getOrElse(parseJson(item["arguments"]), () => ({})),
        options: optionsOf(item)
      }
    case "reasoning":
      return { type: "reasoning", text: String(item["text"] ?? ""), options: optionsOf(item) }
    default:
      return { type: "text", text: textsOf(item) }
  }
}

/** Translates a conversation into messages of a prompt. What the model said in one turn is one message. */
const promptOf = (instructions: string, conversation: Conversation): ReadonlyArray<Prompt.MessageEncoded> => {
  const names = new Map(conversation.map((item) => [item["call_id"], String(item["name"] ?? "")]))
  const messages: Array<Prompt.MessageEncoded> = [{ role: "system", content: instructions }]
  let turn: Array<Prompt.AssistantMessagePartEncoded> = []
  const endTurn = () => {
    if (turn.length > 0) {
      messages.push({ role: "assistant", content: turn })
      turn = []
    }
  }
  for (const item of conversation) {
    if (item["type"] === "function_call_output") {
      endTurn()
      const [id, result] = [String(item["call_id"]), String(item["output"])]
      const isFailure = result.startsWith("error: ")
      const name = names.get(item["call_id"]) ?? ""
      messages.push({
        role: "tool",
        content: [{ type: "tool-result", id, name, isFailure, result, providerExecuted: false }]
      })
    } else if (item["role"] === "user") {
      endTurn()
      messages.push({ role: "user", content: [{ type: "text", text: textsOf(item) }] })
    } else {
      turn.push(assistantPart(item))
    }
  }
  endTurn()
  return messages
}

/** Any object of parameters. The agent's tools check them, and tell the model what is wrong. */
const anyParameters = Schema.Struct({}, Schema.Record({ key: Schema.String, value: Schema.Unknown }))

const toolOf = ({ description, name, parameters }: ToolDefinition): Tool.Any =>
  Tool.make(name, { description }).setParameters(anyParameters.annotations({ jsonSchema: parameters }))

/** Makes a toolkit that only describes its tools: the calls are run here, and not by the model's library. */
const toolkitOf = (tools: ReadonlyArray<ToolDefinition>): Toolkit.WithHandler<Tools> => ({
  tools: Object.fromEntries(tools.map((tool) => [tool.name, toolOf(tool)])),
  handle: () => Effect.dieMessage("calls are not resolved by the library")
})

/** Returns the token counts that the provider reports; undefined when they are missing or implausible. */
const reportedUsage = ({ end, items, text }: Answer): TokenCounts | undefined =>
  end?.type === "finish"
    ? plausibleCounts(
        {
          input: end.usage.inputTokens,
          output: end.usage.outputTokens,
          total: end.usage.totalTokens,
          cached: end.usage.cachedInputTokens
        },
        text.trim() !== "" || items.length > 0
      )
    : undefined

const failureOf = Effect.fnUntraced(function* (subject: ModelSubject, error: unknown) {
  const redact = yield* (yield* Redactor.Redactor).rules
  return AiError.isAiError(error)
    ? failureOfAiError(subject, error, yield* Clock.currentTimeMillis, redact)
    : failureOfWords(subject, readWords(error), redact)
})

/**
 * Makes the error for an answer without text and calls: a refusal when the model used output tokens, otherwise a failure
 * of the server.
 */
const withoutText = (subject: ModelSubject, usage: TokenCounts | undefined): ModelError =>
  usage !== undefined && usage.outputTokens > 0
    ? new ModelRefused({ subject, detail: "the answer has no text" })
    : new ModelServerFailed({ subject, detail: "the answer has no text and cost no tokens" })

/** Converts an answer into a response. Only an answer with a normal end counts; any other end becomes a `ModelError`. */
const outcomeOf = Effect.fnUntraced(function* (subject: ModelSubject, answer: Answer, usage: TokenCounts) {
  const { end, items, text } = answer
  const calls = items.filter(({ type }) => type === "function_call")
  if (end === undefined) {
    return yield* new StreamEndedEarly({ subject })
  }
  if (end.type === "error") {
    return yield* yield* failureOf(subject, end.error)
  }
  switch (end.type === "unreadable" ? "tool-calls" : end.reason) {
    case "length":
      return yield* new AnswerIncomplete({ subject, reason: "max_output_tokens" })
    case "content-filter":
      return yield* new AnswerIncomplete({ subject, reason: "content_filter" })
    case "pause":
      return yield* new AnswerIncomplete({ subject, reason: "pause" })
    case "error":
      return yield* new ModelServerFailed({ subject, detail: "it does not say why" })
    case "tool-calls":
      if (calls.length === 0) {
        return yield* new AnswerIncomplete({ subject, reason: "tool-calls" })
      }
      break
    default:
      if (text.trim() === "" && calls.length === 0) {
        return yield* withoutText(subject, reportedUsage(answer))
      }
  }
  const message = { type: "message", role: "assistant", content: [{ type: "output_text", text }] }
  const whole: ServedAnswer = {
    response: {
      ...noResponse,
      text: text === "" ? undefined : text,
      items: [...items.filter(({ type }) => type === "reasoning"), ...(text === "" ? [] : [message]), ...calls],
      usage,
      end: { _tag: "Completed" }
    },
    usage
  }
  return whole
})

const make = Effect.fnUntraced(function* (options: LanguageModelOptions) {
  const model = yield* LanguageModel.LanguageModel
  const { modelSilence, modelTimeLimit } = yield* Settings
  const redactor = yield* Redactor.Redactor
  const window = options.window ?? { inputTokens: Infinity, count: yield* newestCounter }

  const partsOf = ({ conversation, instructions, tools }: ServedRequest): Stream.Stream<Part, AiError.AiError> =>
    tools.length === 0
      ? model.streamText({ prompt: promptOf(instructions, conversation) })
      : model.streamText({
          prompt: promptOf(instructions, conversation),
          toolkit: toolkitOf(tools),
          disableToolCallResolution: true
        })

  const afterFailure = Effect.fnUntraced(function* (request: ServedRequest, error: AiError.AiError) {
    return error._tag === "MalformedOutput" && request.tools.length > 0
      ? unreadable
      : yield* Effect.flatMap(failureOf(request.subject, error), Effect.fail)
  })

  const ask = Effect.fnUntraced(function* (request: ServedRequest) {
    const { subject, text } = request
    const whole = yield* partsOf(request).pipe(
      Stream.catchAll((error) => Stream.fromEffect(afterFailure(request, error))),
      Stream.timeoutFail(() => new ModelTimedOut({ subject, limit: "MEMORIES_MODEL_SILENCE" }), modelSilence),
      Stream.runFoldWhile(nothing, ({ end }) => end === undefined, withPart),
      Effect.timeoutFail({
        duration: modelTimeLimit,
        onTimeout: () => new ModelTimedOut({ subject, limit: "MEMORIES_MODEL_TIME_LIMIT" })
      })
    )
    const sent = yield* window.count(text)
    const said = reportedUsage(whole)
    const usage: TokenCounts =
      said !== undefined && isPlausibleInput(said, sent)
        ? said
        : {
            inputTokens: sent,
            outputTokens: yield* window.count(
              `${whole.text}${whole.items.length === 0 ? "" : JSON.stringify(whole.items)}`
            )
          }
    const { inputTokens, outputTokens } = usage
    yield* Effect.annotateCurrentSpan({ inputTokens, outputTokens, end: whole.end?.type ?? "none" })
    return yield* outcomeOf(subject, whole, usage)
  })

  return ServedModel.of({
    name: options.name,
    provider: options.provider,
    window,
    ask: (request) => Effect.provideService(ask(request), Redactor.Redactor, redactor)
  })
})

/**
 * A model that is any `LanguageModel` of `@effect/ai`. Tool calls are not resolved by the library, so that a wrong call
 * is answered and does not end the agent.
 *
 * Requests are not retried, and the caps of the settings do not apply: retries, caps and headers belong to the host's
 * own HTTP client. `modelSilence` and `modelTimeLimit` do apply. When the provider reports no plausible token counts,
 * they are counted from the texts sent and received.
 */
export const layer = (
  options: LanguageModelOptions
): Layer.Layer<ServedModel, never, LanguageModel.LanguageModel | Settings> =>
  Layer.provide(Layer.effect(ServedModel, make(options)), Redactor.layer)
