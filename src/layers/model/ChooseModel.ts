import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { AgentControl } from "../../services/AgentControl.js"
import type { ModelClient } from "../../services/ModelClient.js"
import type { Redactor } from "../../services/Redactor.js"
import { loadPart, modelPart, nodePart, type PackageMissing } from "../../services/PackageMissing.js"
import type { Spending } from "../../services/state/Spending.js"
import { agentOf, Settings } from "../../settings/Settings.js"
import * as AgentControlOffline from "../agent/Offline.js"
import * as ModelClientOffline from "./Offline.js"

/** Loads the code of the model client, which is most of this program, only if the settings name a model. */
const loadOnline = loadPart(() => import("./responses/Online.js"), modelPart)

const loadCommand = loadPart(() => import("../agent/Command.js"), nodePart)

type Needs = FileSystem.FileSystem | Redactor | Settings | Spending

/** Provides the model client that the settings choose. Without a model, no code for one is loaded. */
export const model: Layer.Layer<ModelClient, PackageMissing, Needs> = Layer.unwrapEffect(
  Effect.gen(function* () {
    const settings = yield* Settings
    return settings.model === "offline" ? ModelClientOffline.layer : (yield* loadOnline).model
  })
)

/** Provides the agent that the settings choose. */
export const agent: Layer.Layer<AgentControl, PackageMissing, Needs> = Layer.unwrapEffect(
  Effect.gen(function* (): Effect.fn.Return<
    Layer.Layer<AgentControl, PackageMissing, Needs>,
    PackageMissing,
    Settings
  > {
    switch (agentOf(yield* Settings)) {
      case "offline":
        return AgentControlOffline.layer
      case "model":
        return (yield* loadOnline).agent
      case "command":
        return (yield* loadCommand).layer
    }
  })
)
