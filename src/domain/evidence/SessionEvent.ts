import type { CommandOutput } from "./CommandOutput.js"
import type { FileChange } from "./Patch.js"

/** Something the user typed. */
export interface UserRequest {
  readonly _tag: "UserRequest"
  readonly line: number
  readonly text: string
}

/** Something the assistant said to the user. */
export interface AssistantMessage {
  readonly _tag: "AssistantMessage"
  readonly line: number
  readonly text: string
}

/** A shell command that was run. */
export interface CommandRun {
  readonly _tag: "CommandRun"
  /** The line of the call. */
  readonly line: number
  /** The line that shows how it ended; the call's own while none did. */
  readonly outputLine: number
  /** As the model wrote it, without the `bash -lc` around it. */
  readonly command: string
  readonly workdir: string | undefined
  /** Undefined while nothing came back. */
  readonly output: CommandOutput | undefined
}

/** A patch that was applied, or that did not apply. */
export interface FileEdit {
  readonly _tag: "FileEdit"
  readonly line: number
  readonly outputLine: number
  readonly changes: ReadonlyArray<FileChange>
  /** Why the patch did not apply; undefined when it did, or when nothing says otherwise. */
  readonly error: string | undefined
}

/** A call of any other tool: MCP, web search, …. */
export interface ToolUse {
  readonly _tag: "ToolUse"
  readonly line: number
  readonly tool: string
  /** What went wrong, where the rollout says so. */
  readonly error: string | undefined
}

/** The end of a turn; a session that ends without one was cut off in the middle. */
export interface TurnEnd {
  readonly _tag: "TurnEnd"
  readonly line: number
  readonly aborted: boolean
}

/** One thing that happened in a session, with the line of the rollout that shows it. */
export type SessionEvent = UserRequest | AssistantMessage | CommandRun | FileEdit | ToolUse | TurnEnd
