import * as AnthropicClient from "@effect/ai-anthropic/AnthropicClient"
import * as Effect from "effect/Effect"
import { layersOver } from "./PhaseLayers.js"
import { untraced } from "./HttpModel.js"

/**
 * The layers of models behind Anthropic's Messages API, through the HTTP client of `@effect/ai-anthropic`. The answers
 * are read here, since that package fails at the first event that it does not know.
 */
export const { agent, model, probed } = layersOver(({ apiKey, baseUrl }) =>
  Effect.map(
    AnthropicClient.make({ apiKey, apiUrl: baseUrl, transformClient: untraced }),
    ({ client }) => client.httpClient
  )
)
