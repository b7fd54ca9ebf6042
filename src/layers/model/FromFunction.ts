import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { ModelError } from "../../domain/model/ModelError.js"
import {
  ModelClient,
  type ModelEvent,
  type ModelFailure,
  type StageOneRequest,
  type TokenWindow
} from "../../services/ModelClient.js"

/**
 * A model that is a function: whatever a host has, or what a test wants to be said. It is called when the request's turn has
 * come, so that one which starts to work at once does not start early.
 */
export const layer = (
  name: string,
  answer: (request: StageOneRequest) => Stream.Stream<ModelEvent, ModelFailure | ModelError>,
  options: { readonly provider?: string; readonly window?: TokenWindow } = {}
): Layer.Layer<ModelClient> =>
  Layer.succeed(ModelClient, { name, stream: (request) => Stream.suspend(() => answer(request)), ...options })
