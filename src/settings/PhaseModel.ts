import { type ModelPhase, type NamedModel, namedModel } from "../domain/model/Api.js"
import type { GivenPrices } from "../domain/model/ModelFacts.js"
import { consolidationModelOf, type ModelServer, type Settings } from "./Settings.js"

/** The model of a phase, its server, and its limits and prices as far as the user set them. */
export interface PhaseModel {
  readonly named: NamedModel
  readonly server: ModelServer
  /** The window that the user set; undefined takes the model's. */
  readonly window: number | undefined
  readonly prices: GivenPrices
}

/**
 * Returns the model that a phase asks; undefined for `offline`. The settings of a window and of prices are of the first
 * model, unless the consolidation has a model of its own, which has settings of its own.
 */
export const modelOfPhase = (settings: Settings["Type"], phase: ModelPhase): PhaseModel | undefined => {
  const isOwn = phase === "consolidation" && settings.consolidationModel !== "same"
  const named = namedModel(phase === "extraction" ? settings.model : consolidationModelOf(settings))
  return named === undefined
    ? undefined
    : {
        named,
        server: settings.modelServers[named.api],
        window: isOwn ? settings.consolidationWindow : settings.modelWindow,
        prices: isOwn
          ? { input: settings.consolidationPriceInput, output: settings.consolidationPriceOutput }
          : { input: settings.priceInput, output: settings.priceOutput }
      }
}
