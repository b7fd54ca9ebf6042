import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { AgentControl } from "../../services/AgentControl.js"
import type { ModelClient } from "../../services/ModelClient.js"
import type { Spending } from "../../services/state/Spending.js"
import { agentOf, Settings } from "../../settings/Settings.js"
import * as AgentControlOffline from "../agent/Offline.js"
import * as ModelClientOffline from "./Offline.js"

/** Loaded where a model was named: it is most of this program. */
const loadOnline = Effect.promise(() => import("./responses/Online.js"))

const loadCommand = Effect.promise(() => import("../agent/Command.js"))

type Needs = FileSystem.FileSystem | Settings | Spending

/** What writes trace memories, as the settings have it. Nothing of a model is loaded for a pass without one. */
export const model: Layer.Layer<ModelClient, never, Needs> = Layer.unwrapEffect(
  Effect.gen(function* () {
    const settings = yield* Settings
    return settings.model === "offline" ? ModelClientOffline.layer : (yield* loadOnline).model
  })
)

/** What consolidates them, as the settings have it. */
export const agent: Layer.Layer<AgentControl, never, Needs> = Layer.unwrapEffect(
  Effect.gen(function* () {
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
