import * as Schema from "effect/Schema"

/** A tool refused a model's call. The message goes back to the model and says what to do instead. */
export class ToolRefusal extends Schema.TaggedError<ToolRefusal>("rollout-memories/ToolRefusal")("ToolRefusal", {
  reason: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
}
