import * as Layer from "effect/Layer"
import * as AgentControlToolLoop from "../../agent/ToolLoop.js"
import * as ModelClientOpenAi from "../OpenAi.js"
import * as Responses from "./Responses.js"

/**
 * The model client over HTTP. Everything that only a pass with a model needs is in this module, so that it is loaded as
 * a whole.
 */
export const model = Layer.provide(ModelClientOpenAi.layer, Responses.layer)

/** The agent that works with a model over the same server; see {@link model}. */
export const agent = Layer.provide(AgentControlToolLoop.layer, Responses.layer)
