import type * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { MemoriesStartup } from "rollout-memories"
import * as Layers from "rollout-memories/layers"
import * as AgentControlFromFunction from "rollout-memories/layers/agent/FromFunction"
import * as ModelClientLanguageModel from "rollout-memories/layers/model/LanguageModel"

/** The host's own: the model of its sessions, and a function that runs an agent in a directory. */
interface Host<E extends { readonly message: string }> {
  readonly model: Layer.Layer<LanguageModel.LanguageModel>
  readonly runAgent: (directory: string, prompt: string) => Effect.Effect<void, E>
}

/** The host's model writes the trace memories, its agents consolidate them; the rest is the package's. */
export const memories = <E extends { readonly message: string }>(host: Host<E>, codexHome: string) =>
  MemoriesStartup.layer(
    { isEphemeral: false, isSubAgent: false, isEnabled: true },
    Layers.layer({
      settings: { codexHome, candidates: 4 },
      ports: Layer.merge(
        ModelClientLanguageModel.layer({ name: "the host's model", provider: "openai" }).pipe(
          Layer.provide(host.model)
        ),
        AgentControlFromFunction.layer(({ directory, prompt }) => host.runAgent(directory, prompt), {
          provider: "openai"
        })
      )
    })
  )
