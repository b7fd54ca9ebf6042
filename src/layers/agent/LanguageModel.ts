import type * as LanguageModel from "@effect/ai/LanguageModel"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Layer from "effect/Layer"
import type { AgentControl } from "../../services/AgentControl.js"
import type { Settings } from "../../settings/Settings.js"
import * as FromLanguageModel from "../model/server/FromLanguageModel.js"
import * as ToolLoop from "./ToolLoop.js"

/**
 * Consolidates with any `LanguageModel` of `@effect/ai` that can call tools. The agent works as that of the package's
 * own models does: with the tools of its directory and nothing else, within `agentTurns`, `agentTokens` and
 * `agentTimeLimit`. The caps on spending do not apply; they belong to the host's own HTTP client.
 */
export const layer = (
  options: FromLanguageModel.LanguageModelOptions
): Layer.Layer<AgentControl, never, FileSystem.FileSystem | LanguageModel.LanguageModel | Settings> =>
  Layer.provide(ToolLoop.layer, FromLanguageModel.layer(options))
