import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ModelPhase } from "../../../domain/model/Api.js"
import { Spending } from "../../../services/state/Spending.js"
import * as AgentControlToolLoop from "../../agent/ToolLoop.js"
import * as ModelClientServed from "../Served.js"
import { type Connect, layer } from "./HttpModel.js"

/** Spending without caps and without a record, for the one small request of a probe. */
const unrecorded = Layer.succeed(Spending, {
  reserve: () => Effect.succeedNone,
  settle: () => Effect.void,
  tokensOn: () => Effect.succeed(0),
  bill: Effect.succeed([])
})

/**
 * Makes the layers of a package's API: the model client of phase one, the agent of phase two, and the model that a probe
 * asks. Everything that only a pass with such a model needs is behind this module, so that it is loaded as a whole.
 */
export const layersOver = (connect: Connect) => ({
  model: Layer.provide(ModelClientServed.layer, layer("extraction", connect)),
  agent: Layer.provide(AgentControlToolLoop.layer, layer("consolidation", connect)),
  probed: (phase: ModelPhase) => Layer.provide(layer(phase, connect), unrecorded)
})
