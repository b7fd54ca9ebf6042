import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import { ModelClient, type ModelEvent, type ModelFailure, type StageOneRequest } from "../services/ModelClient.js"

/** A model that is a function: whatever a host has, or what a test wants to be said. */
export const layer = (
  name: string,
  answer: (request: StageOneRequest) => Stream.Stream<ModelEvent, ModelFailure>
): Layer.Layer<ModelClient> => Layer.succeed(ModelClient, { name, stream: answer })
