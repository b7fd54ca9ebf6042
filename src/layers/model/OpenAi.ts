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
  TokenUsage
} from "../../services/ModelClient.js"
import { Settings } from "../../settings/Settings.js"
import { Responses } from "./responses/Responses.js"

/**
 * Returns the field of the request's body that sets the reasoning effort; no field for `unset`, since some servers
 * reject it.
 */
export const effortOf = (effort: string): JsonObject => (effort === "unset" ? {} : { reasoning: { effort } })

/** Removes `$schema`, which strict structured output does not accept. */
const strictSchema = (schema: unknown): JsonObject =>
  isJsonObject(schema) ? Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema")) : {}

/**
 * Makes the body of a stage-one request (the request to extract a session's memory), without the fields common to all
 * requests.
 */
export const stageOneBody = ({ input, instructions, outputSchema }: StageOneRequest, effort: string): JsonObject => ({
  instructions,
  input: [{ role: "user", content: [{ type: "input_text", text: input }] }],
  parallel_tool_calls: false,
  text: { format: { type: "json_schema", name: "stage_one_output", strict: true, schema: strictSchema(outputSchema) } },
  ...effortOf(effort)
})

const eventsOf = ({ items, text }: ModelResponse): ReadonlyArray<ModelEvent> => [
  ...(text === undefined ? [] : [{ _tag: "TextDelta" as const, text }]),
  ...items.map((item) => ({ _tag: "ItemFinished" as const, text: textOfItem(item) }))
]

/**
 * Writes trace memories with a model behind a Responses API. The server streams the answer, but it is passed on only
 * when it is complete, so that a broken attempt leaves nothing behind.
 */
export const layer: Layer.Layer<ModelClient, never, Responses | Settings> = Layer.effect(
  ModelClient,
  Effect.gen(function* () {
    const { ask, model, provider, window } = yield* Responses
    const { extractionEffort, modelOutputTokens } = yield* Settings
    const stream = (request: StageOneRequest) => {
      const threadId = request.thread.id
      return ask({
        subject: { threadId },
        pass: request.pass,
        body: stageOneBody(request, extractionEffort),
        text: `${request.instructions}\n${request.input}`,
        maxOutputTokens: modelOutputTokens
      }).pipe(
        Effect.map(({ response, usage }): ReadonlyArray<ModelEvent> => [
          ...eventsOf(response),
          { _tag: "Completed", usage: new TokenUsage(usage) }
        ]),
        Effect.catchTag(
          "StateDbFailure",
          (cause) => new ModelFailure({ threadId, reason: cause.message, isServerSide: true, cause })
        ),
        Effect.withSpan("ModelClient.stream", { attributes: { threadId } }),
        Stream.fromIterableEffect
      )
    }
    return { name: `openai:${model}`, provider, window, stream }
  })
)
