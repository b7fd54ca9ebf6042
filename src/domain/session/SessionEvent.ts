import type { CommandOutput } from "./CommandOutput.js"
import type { FileChange } from "./FileChange.js"

/**
 * The neutral form of a session: what happened, whichever agent's files recorded it. Each agent's reader turns its own files
 * into a list of these events; whatever learns from a session sees nothing else.
 */
export type SessionEvent =
  | UserText
  | AssistantText
  | CommandRun
  | FileEdit
  | ToolUse
  | Interruption
  | Compaction
  | TurnEnd

/** Who did something, as the session's own record says. The harness is the program that runs the agent. */
export type Provenance = "user" | "assistant" | "harness"

/** Where an event stands in its session. */
export interface Place {
  /** The line of the session's file that shows it, counted from 1. */
  readonly line: number
  /** Unix milliseconds; undefined where the record does not say. */
  readonly time: number | undefined
  /** The directory that the session worked in then; undefined where the record does not say. */
  readonly directory: string | undefined
}

interface Placed extends Place {
  readonly provenance: Provenance
}

/** An act that may have been done in another directory than the session's. */
interface DonePlaced extends Placed {
  /** The directory that the session worked in then; absent where the act's own is that. */
  readonly sessionDirectory?: string | undefined
}

/** The user's own words. */
export interface UserText extends Placed {
  readonly _tag: "UserText"
  /** The way they were given: typed as a message, as the answer to a question, as a goal to pursue, or as a note. */
  readonly kind: "typed" | "answer" | "goal" | "note"
  readonly text: string
  /** The assistant's question that the text answers, which is none of the user's words. */
  readonly question?: string
}

/** Words of the assistant that the user was shown. */
export interface AssistantText extends Placed {
  readonly _tag: "AssistantText"
  readonly text: string
  /** Whether it answers the request and so ends the turn; undefined where the record does not tell. */
  readonly isFinal: boolean | undefined
}

/** A shell command. Its `directory` is the one that it ran in. */
export interface CommandRun extends DonePlaced {
  readonly _tag: "CommandRun"
  /** The line that shows how it ended; the call's own while none did. */
  readonly outputLine: number
  /** The command as a person would type it, without the shell that it was handed to. */
  readonly command: string
  /** Whether the assistant asked for it to run outside of the sandbox. */
  readonly isEscalated: boolean
  /** Undefined while nothing came back. */
  readonly output: CommandOutput | undefined
}

/** An edit of files. */
export interface FileEdit extends DonePlaced {
  readonly _tag: "FileEdit"
  /** The line that shows how it ended; the call's own while none did. */
  readonly outputLine: number
  readonly changes: ReadonlyArray<FileChange>
  /** Why it was not made; undefined when it was, or when nothing says otherwise. */
  readonly error: string | undefined
}

/** A call of any other tool: MCP, web search, …. */
export interface ToolUse extends Placed {
  readonly _tag: "ToolUse"
  readonly tool: string
  /** The error, where the record has one. */
  readonly error: string | undefined
}

/** A turn that was stopped before its end, by the user or by the harness. */
export interface Interruption extends Placed {
  readonly _tag: "Interruption"
}

/** The history above was replaced by a summary. */
export interface Compaction extends Placed {
  readonly _tag: "Compaction"
}

/** A turn that came to its end. */
export interface TurnEnd extends Placed {
  readonly _tag: "TurnEnd"
}
