import type { CommandOutput } from "./CommandOutput.js"
import type { FileChange } from "./FileChange.js"

/**
 * An event of a session, independent of the agent that recorded it. The reader of each agent's files converts them to
 * these events, and everything that learns from a session uses only these.
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

/** The origin of an event, as the session's record states it. The harness is the program that runs the agent. */
export type Provenance = "user" | "assistant" | "harness"

/** The place of an event in its session. */
export interface Place {
  /** The line of the session's file that has the event, counted from 1. */
  readonly line: number
  /** The time of the event in Unix milliseconds; undefined if the record does not have it. */
  readonly time: number | undefined
  /** The session's working directory at that time; undefined if the record does not have it. */
  readonly directory: string | undefined
}

interface Placed extends Place {
  readonly provenance: Provenance
}

/** The place of a command or an edit, which may be in another directory than the session's. */
interface DonePlaced extends Placed {
  /**
   * The directory that the session worked in at that time; absent if the command or edit was in that same directory.
   */
  readonly sessionDirectory?: string | undefined
  /** The sandbox mode of the turn, such as `workspace-write`; absent if the record does not have it. */
  readonly sandbox?: string
}

/** The place of a call, with the sandbox mode of its turn. */
export type CallPlace = Place & Pick<DonePlaced, "sandbox">

/** The user's own words. */
export interface UserText extends Placed {
  readonly _tag: "UserText"
  /** The form of the text: a typed message, the answer to a question, a goal to pursue, or a note beside an answer. */
  readonly kind: "typed" | "answer" | "goal" | "note"
  readonly text: string
  /** The assistant's question that the text answers; it does not belong to the user's words. */
  readonly question?: string
}

/** A text that the assistant showed to the user. */
export interface AssistantText extends Placed {
  readonly _tag: "AssistantText"
  readonly text: string
  /** True if it answers the request and so ends the turn; undefined if the record does not say. */
  readonly isFinal: boolean | undefined
}

/** A shell command. Its `directory` is the one that it was run in. */
export interface CommandRun extends DonePlaced {
  readonly _tag: "CommandRun"
  /** The line that records the end of the command or the edit; the line of the call if none does. */
  readonly outputLine: number
  /** The command as a person would type it, without the shell that ran it. */
  readonly command: string
  /** True if the assistant asked to run it outside the sandbox. */
  readonly isEscalated: boolean
  /** The output; undefined until the record has one. */
  readonly output: CommandOutput | undefined
}

/**
 * The way in which an edit ended. `applied`: the record says that it changed the files; `refused`: it was not allowed;
 * `unknown`: the record has no result, or somebody stopped the edit. Only an applied edit changed anything for sure.
 */
export type EditEnd = "applied" | "failed" | "refused" | "unknown"

/** An edit of files. */
export interface FileEdit extends DonePlaced {
  readonly _tag: "FileEdit"
  /** The line that records the end of the command or the edit; the line of the call if none does. */
  readonly outputLine: number
  readonly changes: ReadonlyArray<FileChange>
  readonly end: EditEnd
  /** The reason why the edit failed; undefined for any other end. */
  readonly error: string | undefined
}

/** A call of any other tool, such as MCP or web search. */
export interface ToolUse extends Placed {
  readonly _tag: "ToolUse"
  readonly tool: string
  /** True if the record has the result of the call. */
  readonly hasEnded: boolean
  /** The error; undefined if the record has none. */
  readonly error: string | undefined
}

/** A turn that was stopped before its end, by the user or the harness. */
export interface Interruption extends Placed {
  readonly _tag: "Interruption"
  /** The error that stopped the turn, such as a usage limit; absent if the record names none. */
  readonly reason?: string
}

/** A compaction: a summary replaced the history above it. */
export interface Compaction extends Placed {
  readonly _tag: "Compaction"
}

/** The end of a turn. */
export interface TurnEnd extends Placed {
  readonly _tag: "TurnEnd"
}
