import * as Layer from "effect/Layer"
import * as ModelClientOpenAi from "../ModelClientOpenAi.js"
import * as Responses from "./Responses.js"

/** Everything that a pass with a model needs and one without does not: loaded as one. Both speak through one server. */
export const model = Layer.provide(ModelClientOpenAi.layer, Responses.layer)
