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
  // A module of the library lies in a folder below dist, the program's bundle in dist itself.
  const up = /\/services\/[^/]+$/.test(import.meta.url) ? "../.." : ".."
  const path = fileURLToPath(new URL(`${up}/templates/${name}.md`, import.meta.url))
  const missing = (cause?: unknown) => new TemplateMissing({ path, cause })
  if ((yield* Effect.mapError(fileSystem.stat(path), missing)).type !== "File") {
    return yield* missing()
  }
  return yield* Effect.mapError(fileSystem.readFileString(path), missing)
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
