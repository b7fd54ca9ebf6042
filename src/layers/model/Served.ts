import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { isJsonObject, type JsonObject } from "../../domain/session/LenientField.js"
import { type ModelResponse, textOfItem } from "../../domain/model/ModelResponse.js"
import {
  ModelClient,
  type ModelEvent,
  ModelFailure,
  type StageOneRequest,
  tokenUsage
} from "../../services/ModelClient.js"
import { Settings } from "../../settings/Settings.js"
import { userMessage } from "../../domain/agent/Conversation.js"
import { ServedModel } from "./server/ServedModel.js"

/** Removes `$schema`, which strict structured output does not accept. */
const strictSchema = (schema: unknown): JsonObject =>
  isJsonObject(schema) ? Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema")) : {}

const eventsOf = ({ items, text }: ModelResponse): ReadonlyArray<ModelEvent> => [
  ...(text === undefined ? [] : [{ _tag: "TextDelta" as const, text }]),
  ...items.map((item) => ({ _tag: "ItemFinished" as const, text: textOfItem(item) }))
]

/**
 * Writes trace memories with a model behind a server. The server streams the answer, but it is passed on only
 * when it is complete, so that a broken attempt leaves nothing behind.
 */
export const layer: Layer.Layer<ModelClient, never, ServedModel | Settings> = Layer.effect(
  ModelClient,
  Effect.gen(function* () {
    const { ask, name, provider, window } = yield* ServedModel
    const { extractionEffort, modelOutputTokens } = yield* Settings
    const stream = (request: StageOneRequest) => {
      const threadId = request.thread.id
      return ask({
        subject: { threadId },
        pass: request.pass,
        project: request.thread.cwd ?? "",
        instructions: request.instructions,
        conversation: [userMessage(request.input)],
        tools: [],
        output: { name: "stage_one_output", schema: strictSchema(request.outputSchema) },
        effort: extractionEffort,
        cacheKey: undefined,
        text: `${request.instructions}\n${request.input}`,
        maxOutputTokens: modelOutputTokens
      }).pipe(
        Effect.map(({ response, usage }): ReadonlyArray<ModelEvent> => [
          ...eventsOf(response),
          { _tag: "Completed", usage: tokenUsage(usage) }
        ]),
        Effect.catchTag(
          "StateDbFailure",
          (cause) => new ModelFailure({ threadId, reason: cause.message, isServerSide: true, cause })
        ),
        Effect.withSpan("ModelClient.stream", { attributes: { threadId } }),
        Stream.fromIterableEffect
      )
    }
    return { name, provider, window, stream }
  })
)
