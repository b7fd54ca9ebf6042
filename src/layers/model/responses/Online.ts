import * as Layer from "effect/Layer"
import * as AgentControlToolLoop from "../../agent/ToolLoop.js"
import * as ModelClientOpenAi from "../OpenAi.js"
import * as Responses from "./Responses.js"

/** Everything that a pass with a model needs and one without does not: loaded as one. Both speak through one server. */
export const model = Layer.provide(ModelClientOpenAi.layer, Responses.layer)

/** See {@link model}. */
export const agent = Layer.provide(AgentControlToolLoop.layer, Responses.layer)
