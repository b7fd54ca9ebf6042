import * as Schema from "effect/Schema"
import { ThreadId } from "./ThreadId.js"

/** The file holds no line of any form of rollout. Reading it again cannot help; only new content can. */
export class NotACodexRollout extends Schema.TaggedError<NotACodexRollout>("rollout-memories/NotACodexRollout")(
  "NotACodexRollout",
  { path: Schema.String }
) {
  override get message(): string {
    return `${this.path} is no Codex rollout`
  }
}

/** Nothing in the rollout says where the session worked, so its memory belongs nowhere. Only new content can help. */
export class NoWorkingDirectory extends Schema.TaggedError<NoWorkingDirectory>("rollout-memories/NoWorkingDirectory")(
  "NoWorkingDirectory",
  { path: Schema.String }
) {
  override get message(): string {
    return `the rollout ${this.path} does not say which directory its session worked in`
  }
}

/** A fault of this program. The thread fails alone; please report it with the log. */
export class ExtractionDefect extends Schema.TaggedError<ExtractionDefect>("rollout-memories/ExtractionDefect")(
  "ExtractionDefect",
  { threadId: ThreadId, cause: Schema.Defect }
) {
  override get message(): string {
    const detail = this.cause instanceof Error ? this.cause.message : "unknown"
    return `thread ${this.threadId} met a fault of this program: ${detail}`
  }
}
