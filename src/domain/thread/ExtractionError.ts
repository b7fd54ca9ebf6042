import * as Schema from "effect/Schema"
import { agentTitles, CodingAgent } from "../session/CodingAgent.js"
import { ThreadId } from "./ThreadId.js"

/** The file contains no line of any format of its agent's sessions. Only new content makes another attempt useful. */
export class NotACodexRollout extends Schema.TaggedError<NotACodexRollout>("rollout-memories/NotACodexRollout")(
  "NotACodexRollout",
  {
    path: Schema.String,
    /** The agent in whose home the file lies; Codex if it is absent. */
    agent: Schema.optional(CodingAgent)
  }
) {
  override get message(): string {
    const { agent = "codex" } = this
    const what = agent === "codex" ? "Codex rollout" : `session of ${agentTitles[agent]}`
    return `${this.path} is not a ${what}; it is read again when its content changes`
  }
}

/**
 * The rollout does not name the session's working directory, so its memory belongs to no project. Only new content
 * makes another attempt useful.
 */
export class NoWorkingDirectory extends Schema.TaggedError<NoWorkingDirectory>("rollout-memories/NoWorkingDirectory")(
  "NoWorkingDirectory",
  { path: Schema.String }
) {
  override get message(): string {
    return `the rollout ${this.path} does not name the directory of its session; it is read again when its content changes`
  }
}

/**
 * A file of the session is missing, and a memory from the rest would replace one from the whole session. The memory
 * stays; only new content makes another attempt useful.
 */
export class IncompleteSession extends Schema.TaggedError<IncompleteSession>("rollout-memories/IncompleteSession")(
  "IncompleteSession",
  { path: Schema.String }
) {
  override get message(): string {
    return `${this.path} goes on from a rollout that is not there any more; what was learned stays, and put that rollout back to have the rest learned`
  }
}

/** A fault of this program. Only this thread fails; the user should report the fault with the log. */
export class ExtractionDefect extends Schema.TaggedError<ExtractionDefect>("rollout-memories/ExtractionDefect")(
  "ExtractionDefect",
  { threadId: ThreadId, cause: Schema.Defect }
) {
  override get message(): string {
    const detail = this.cause instanceof Error ? this.cause.message : "unknown"
    return `thread ${this.threadId} met a fault of this program: ${detail}`
  }
}
