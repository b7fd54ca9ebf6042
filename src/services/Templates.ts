import { fileURLToPath } from "node:url"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

/** A prompt's file is not there: the installation is broken. Install the program again. */
export class TemplateMissing extends Schema.TaggedError<TemplateMissing>("rollout-memories/TemplateMissing")(
  "TemplateMissing",
  { path: Schema.String, cause: Schema.optional(Schema.Defect) }
) {
  override get message(): string {
    return `the prompt template ${this.path} cannot be read; install rollout-memories again`
  }
}

/** The texts of the three prompts, their `{{ name }}` places still open. A host may bring its own. */
export class Templates extends Context.Tag("rollout-memories/Templates")<
  Templates,
  {
    readonly stageOneSystem: string
    /** Variables: `rollout_path`, `rollout_contents`. */
    readonly stageOneInput: string
    /** Variable: `memory_root`. */
    readonly consolidation: string
  }
>() {}

const read = Effect.fnUntraced(function* (name: string) {
  const fileSystem = yield* FileSystem.FileSystem
  // One level up is right from src, from dist and from a bundle that lies flat in dist.
  const path = fileURLToPath(new URL(`../templates/${name}.md`, import.meta.url))
  return yield* Effect.mapError(fileSystem.readFileString(path), (cause) => new TemplateMissing({ path, cause }))
})

/** The templates that come with the program. */
export const layer: Layer.Layer<Templates, TemplateMissing, FileSystem.FileSystem> = Layer.effect(
  Templates,
  Effect.all({
    stageOneSystem: read("stage_one_system"),
    stageOneInput: read("stage_one_input"),
    consolidation: read("consolidation")
  })
)
