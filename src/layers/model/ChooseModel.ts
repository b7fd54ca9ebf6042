import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { AgentControl } from "../../services/AgentControl.js"
import type { ModelClient } from "../../services/ModelClient.js"
import type { Redactor } from "../../services/Redactor.js"
import { loadPart, nodePart, type PackageMissing } from "../../services/PackageMissing.js"
import type { Spending } from "../../services/state/Spending.js"
import { agentOf, modelsInUse, Settings } from "../../settings/Settings.js"
import * as AgentControlOffline from "../agent/Offline.js"
import * as ModelClientOffline from "./Offline.js"
import { loadModel } from "./server/LoadModel.js"

const loadCommand = loadPart(() => import("../agent/Command.js"), nodePart)

type Needs = FileSystem.FileSystem | Redactor | Settings | Spending

/** Provides the model client that the settings choose. Without a model, no code for one is loaded. */
export const model: Layer.Layer<ModelClient, PackageMissing, Needs> = Layer.unwrapEffect(
  Effect.gen(function* () {
    const { extraction } = modelsInUse(yield* Settings)
    return extraction === undefined ? ModelClientOffline.layer : (yield* loadModel(extraction)).model
  })
)

/** Provides the agent that the settings choose. */
export const agent: Layer.Layer<AgentControl, PackageMissing, Needs> = Layer.unwrapEffect(
  Effect.gen(function* (): Effect.fn.Return<
    Layer.Layer<AgentControl, PackageMissing, Needs>,
    PackageMissing,
    Settings
  > {
    const settings = yield* Settings
    const { consolidation } = modelsInUse(settings)
    return consolidation !== undefined
      ? (yield* loadModel(consolidation)).agent
      : agentOf(settings) === "command"
        ? (yield* loadCommand).layer
        : AgentControlOffline.layer
  })
)
