import * as Schema from "effect/Schema"

/** The command line is invalid. Nothing was done; `problem` says what is wrong, `todo` what to type instead. */
export class UsageError extends Schema.TaggedError<UsageError>("rollout-memories/UsageError")("UsageError", {
  problem: Schema.String,
  todo: Schema.String
}) {
  override get message(): string {
    return `${this.problem}; ${this.todo}`
  }
}
