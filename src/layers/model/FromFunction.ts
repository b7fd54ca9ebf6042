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
 * A model client made from a function, for hosts and for tests. The function is called when the stream is run, not when
 * it is created, so that a function which starts work at once does not start before the request's turn.
 */
export const layer = (
  name: string,
  answer: (request: StageOneRequest) => Stream.Stream<ModelEvent, ModelFailure | ModelError>,
  options: { readonly provider?: string; readonly window?: TokenWindow } = {}
): Layer.Layer<ModelClient> =>
  Layer.succeed(ModelClient, { name, stream: (request) => Stream.suspend(() => answer(request)), ...options })
