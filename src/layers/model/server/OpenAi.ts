import * as OpenAiClient from "@effect/ai-openai/OpenAiClient"
import * as Effect from "effect/Effect"
import { layersOver } from "./PhaseLayers.js"
import { untraced } from "./HttpModel.js"

/**
 * The layers of models behind the Responses API and behind Chat Completions, through the HTTP client of
 * `@effect/ai-openai`. The answers are read here, since that package drops failures of the server and unknown events
 * without a trace.
 */
export const { agent, model, probed } = layersOver(({ apiKey, baseUrl }) =>
  Effect.map(
    OpenAiClient.make({ apiKey, apiUrl: baseUrl, transformClient: untraced }),
    ({ client }) => client.httpClient
  )
)
