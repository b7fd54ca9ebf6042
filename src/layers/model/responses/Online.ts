import * as Layer from "effect/Layer"
import * as AgentControlToolLoop from "../../agent/ToolLoop.js"
import * as ModelClientOpenAi from "../OpenAi.js"
import * as Responses from "./Responses.js"

/**
 * Everything that only a pass with a model needs, in one module so that it is loaded as a whole. Model and agent use
 * the same server.
 */
export const model = Layer.provide(ModelClientOpenAi.layer, Responses.layer)

/** See {@link model}. */
export const agent = Layer.provide(AgentControlToolLoop.layer, Responses.layer)
