import * as Schema from "effect/Schema"

/** A tool could not do what a model asked of it. Its message goes back to the model, and says what to do instead. */
export class ToolRefusal extends Schema.TaggedError<ToolRefusal>("rollout-memories/ToolRefusal")("ToolRefusal", {
  reason: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
}
