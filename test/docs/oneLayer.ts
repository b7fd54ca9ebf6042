import { MemoriesStartup } from "rollout-memories"
import * as Layers from "rollout-memories/layers"

/** Added to what a session is made of: one pass in its background, which learns from the sessions before it. */
export const memories = (codexHome: string, threadId: string) =>
  MemoriesStartup.layer(
    { threadId, isEphemeral: false, isSubAgent: false, isEnabled: true },
    Layers.layer({ settings: { codexHome } })
  )
