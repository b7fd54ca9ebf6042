import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { AgentControl } from "../services/AgentControl.js"
import type { ModelClient } from "../services/ModelClient.js"
import type { StateDb } from "../services/StateDb.js"
import { Settings } from "../Settings.js"
import * as AgentControlOffline from "./AgentControlOffline.js"
import * as ModelClientOffline from "./ModelClientOffline.js"

/** Loaded where a model was named: it is most of this program. */
const loadOnline = Effect.promise(() => import("./openai/Online.js"))

/** What writes and what consolidates, as the settings have it. Nothing of a model is loaded for a pass without one. */
export const layer: Layer.Layer<AgentControl | ModelClient, never, FileSystem.FileSystem | Settings | StateDb> =
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const settings = yield* Settings
      const online = settings.model === "offline" ? undefined : yield* loadOnline
      return Layer.merge(online?.model ?? ModelClientOffline.layer, AgentControlOffline.layer)
    })
  )
