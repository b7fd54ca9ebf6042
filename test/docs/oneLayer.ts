import { MemoriesStartup } from "rollout-memories"
import * as Layers from "rollout-memories/layers"

/** A layer for each session: one pass in the background learns from the sessions before. */
export const memories = (codexHome: string, threadId: string) =>
  MemoriesStartup.layer(
    { threadId, isEphemeral: false, isSubAgent: false, isEnabled: true },
    Layers.layer({ settings: { codexHome } })
  )
