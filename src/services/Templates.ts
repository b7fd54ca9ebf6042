import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import { consolidation, stageOneInput, stageOneSystem } from "./TemplateTexts.js"

/** The texts of the three prompts, with `{{ name }}` placeholders. A host may replace them. */
export class Templates extends Context.Tag("rollout-memories/Templates")<
  Templates,
  {
    readonly stageOneSystem: string
    /** Variables: `rollout_path`, `session_header`, `session_facts`, `rollout_contents`. */
    readonly stageOneInput: string
    /** Variable: `memory_root`. */
    readonly consolidation: string
  }
>() {}

/** The prompts of this package. */
export const layer: Layer.Layer<Templates> = Layer.succeed(Templates, { stageOneSystem, stageOneInput, consolidation })
