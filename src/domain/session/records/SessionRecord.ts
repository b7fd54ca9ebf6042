import type { CommandEnd } from "../CommandOutput.js"
import type { FileChange } from "../FileChange.js"
import type { Provenance, UserText } from "../SessionEvent.js"

/*
 * The neutral lines of a session. The reader of an agent's files converts them to these records, and one reading makes
 * events, facts and redactions from the records of all agents. A record is what one line says, as it says it: with
 * secrets, and without any judgement about the lines around it.
 */

/** A piece of a session, with the place in its file. */
export interface SessionRecord {
  readonly _tag: "SessionRecord"
  /** The line of the file, counted from 1. Several records may come from one line. */
  readonly line: number
  /** The time of the line in Unix milliseconds; undefined if it has none. */
  readonly timestamp: number | undefined
  readonly entry: RecordEntry
}

/** The content of a record. */
export type RecordEntry =
  | SessionDetails
  | WorkingIn
  | UserSaid
  | AssistantSaid
  | Called
  | Returned
  | Planned
  | Stopped
  | Ended
  | Compacted
  | Undone
  | Unread

/** Facts about the session. An undefined field is one that this line does not tell. */
export interface SessionDetails {
  readonly _tag: "SessionDetails"
  /** The agent's own id of the session; for a sub-agent's session, one that no other session has. */
  readonly id?: string | undefined
  /** The way in which the session was started: `cli`, `exec`, `vscode`, …, or `subagent:<kind>`. */
  readonly source?: string | undefined
  readonly agentVersion?: string | undefined
  readonly gitBranch?: string | undefined
  /** The provider of the model. */
  readonly provider?: string | undefined
  /** The name that a person gave the session. */
  readonly name?: string | undefined
}

/** The directory of the session from this line on. The first one is the directory in which it began. */
export interface WorkingIn {
  readonly _tag: "WorkingIn"
  readonly directory: string
}

/** The user's own words. */
export interface UserSaid {
  readonly _tag: "UserSaid"
  readonly kind: UserText["kind"]
  /** The text; empty if the message has only images. */
  readonly text: string
  /** The assistant's question that the text answers. */
  readonly question?: string | undefined
}

/** A text that the assistant showed to the user. */
export interface AssistantSaid {
  readonly _tag: "AssistantSaid"
  readonly text: string
  /** True if it answers the request and so ends the turn; undefined if the line does not say. */
  readonly isFinal: boolean | undefined
}

/** The action of a call: a shell command, an edit of files, or the use of any other tool. */
export type CallAction =
  | {
      readonly _tag: "Command"
      readonly command: string
      /** The directory that it runs in; undefined for the session's own. */
      readonly directory?: string | undefined
      readonly isEscalated: boolean
    }
  | { readonly _tag: "Edit"; readonly changes: ReadonlyArray<FileChange> }
  | {
      readonly _tag: "Tool"
      readonly tool: string
      /** The texts of its input, which may name a file of memory. They are no evidence. */
      readonly input: string
    }

/** A call of a tool. */
export interface Called {
  readonly _tag: "Called"
  readonly callId: string
  readonly by: Provenance
  readonly action: CallAction
}

/** The result of a call. A later result of the same call completes it, as for a command that went on in the background. */
export interface Returned {
  readonly _tag: "Returned"
  readonly callId: string
  /** The way in which the call ended. For other calls than commands, `failed` tells errors. */
  readonly end: CommandEnd
  readonly hasFailed: boolean
  readonly exitCode: number | undefined
  /** The text that a command printed, or that tells the error of another call. */
  readonly text: string
  /** The name of a file beside the session's in which the whole text lies; the text is then a part of it. */
  readonly stored?: string | undefined
  /** The changes as the result records them, which say more than the call does. */
  readonly changes?: ReadonlyArray<FileChange> | undefined
}

/** The assistant's plan, as far as it is not done. */
export interface Planned {
  readonly _tag: "Planned"
  readonly left: ReadonlyArray<string>
}

/** The stop of a turn before its end. */
export interface Stopped {
  readonly _tag: "Stopped"
  readonly by: Provenance
}

/** The end of a turn. */
export interface Ended {
  readonly _tag: "Ended"
}

/** A compaction: a summary replaced the history above it. */
export interface Compacted {
  readonly _tag: "Compacted"
}

/**
 * Records that are no part of this session: a rewind undid them, or they were copied from another session. All records
 * from a line on, up to this one.
 */
export interface Undone {
  readonly _tag: "Undone"
  readonly fromLine: number
}

/** A line of a type that this version does not know, which was skipped. */
export interface Unread {
  readonly _tag: "Unread"
  readonly type: string
}

/** Applies a function to every text of an entry that a session's content gives. */
export const mapTexts = (entry: RecordEntry, map: (text: string) => string): RecordEntry => {
  switch (entry._tag) {
    case "UserSaid":
      return {
        ...entry,
        text: map(entry.text),
        ...(entry.question === undefined ? {} : { question: map(entry.question) })
      }
    case "AssistantSaid":
      return { ...entry, text: map(entry.text) }
    case "Called":
      return { ...entry, action: mapAction(entry.action, map) }
    case "Returned":
      return {
        ...entry,
        text: map(entry.text),
        ...(entry.changes === undefined ? {} : { changes: entry.changes.map((change) => mapChange(change, map)) })
      }
    case "Planned":
      return { ...entry, left: entry.left.map(map) }
    default:
      return entry
  }
}

const mapAction = (action: CallAction, map: (text: string) => string): CallAction => {
  switch (action._tag) {
    case "Command":
      return { ...action, command: map(action.command) }
    case "Edit":
      return { ...action, changes: action.changes.map((change) => mapChange(change, map)) }
    case "Tool":
      return { ...action, tool: map(action.tool) }
  }
}

const mapChange = (change: FileChange, map: (text: string) => string): FileChange => ({
  ...change,
  path: map(change.path),
  movedTo: change.movedTo === undefined ? undefined : map(change.movedTo),
  ...(change.before === undefined ? {} : { before: map(change.before) }),
  ...(change.after === undefined ? {} : { after: map(change.after) })
})
