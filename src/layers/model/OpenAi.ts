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

/** The body's part that asks for an effort; a server that knows none is not asked. */
export const effortOf = (effort: string): JsonObject => (effort === "unset" ? {} : { reasoning: { effort } })

/** A JSON schema as strict structured output takes it: without the word on its own dialect. */
const strictSchema = (schema: unknown): JsonObject =>
  isJsonObject(schema) ? Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema")) : {}

/** The body of a stage-one request, without what every request has. */
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
 * Writes trace memories with a model that is served by a Responses API. The answer is streamed from the server, and given
 * on once it is whole: one that broke off and was asked for again leaves nothing behind.
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
