import type * as LanguageModel from "@effect/ai/LanguageModel"
import * as Layer from "effect/Layer"
import type { ModelClient } from "../../services/ModelClient.js"
import type { Settings } from "../../settings/Settings.js"
import * as FromLanguageModel from "./server/FromLanguageModel.js"
import * as Served from "./Served.js"

/** Description of the host's model. */
export type LanguageModelOptions = FromLanguageModel.LanguageModelOptions

/**
 * Writes trace memories with any `LanguageModel` of `@effect/ai`. The instructions become the system message, the
 * session the user message; the instructions describe the JSON object to return. An answer that is not complete fails
 * with the matching `ModelError`. The span `ModelClient.stream` carries the token counts, also of an unusable answer.
 *
 * Requests are not retried, and the caps of the settings do not apply: retries, caps and headers belong to the host's
 * own HTTP client.
 */
export const layer = (
  options: LanguageModelOptions
): Layer.Layer<ModelClient, never, LanguageModel.LanguageModel | Settings> =>
  Layer.provide(Served.layer, FromLanguageModel.layer(options))
