import * as Schema from "effect/Schema"
import { decodeLenient, isJsonObject, type JsonObject, lenient } from "../LenientField.js"
import type { NumberedLine } from "../LineSplitter.js"
import { timestampOf } from "../Timestamp.js"
import { mayHoldPrivate, withoutPrivate } from "../../privacy/PrivateText.js"

/** The kinds of response items that a filter can tell apart; `other` stands for kinds that Codex adds later. */
export const itemKinds = [
  "message",
  "reasoning",
  "local_shell_call",
  "function_call",
  "function_call_output",
  "custom_tool_call",
  "custom_tool_call_output",
  "web_search_call",
  "ghost_snapshot",
  "compaction",
  "other"
] as const

/** One of {@link itemKinds}. */
export type ItemKind = (typeof itemKinds)[number]

const Git = Schema.Struct({
  commit_hash: lenient(Schema.String),
  branch: lenient(Schema.String),
  repository_url: lenient(Schema.String)
})

/**
 * The history that a file continues: the lines of another file whose ordinals are below a given one. A first line is
 * never undone, so an ordinal of 0 is invalid.
 */
const HistoryBase = Schema.Struct({
  thread_id: lenient(Schema.NonEmptyString),
  end_ordinal_exclusive: lenient(Schema.Int.pipe(Schema.positive())),
  end_byte_offset: lenient(Schema.Int.pipe(Schema.positive()))
})

const SessionMetaPayload = Schema.Struct({
  id: lenient(Schema.NonEmptyString),
  timestamp: lenient(Schema.String),
  cwd: lenient(Schema.NonEmptyString),
  originator: lenient(Schema.String),
  cli_version: lenient(Schema.String),
  model_provider: lenient(Schema.NonEmptyString),
  thread_source: lenient(Schema.NonEmptyString),
  forked_from_id: lenient(Schema.NonEmptyString),
  memory_mode: lenient(Schema.NonEmptyString),
  history_base: lenient(HistoryBase),
  source: Schema.optional(Schema.Unknown),
  git: lenient(Git)
})

const TurnContextPayload = Schema.Struct({
  turn_id: lenient(Schema.String),
  cwd: lenient(Schema.NonEmptyString),
  approval_policy: lenient(Schema.String),
  sandbox_policy: Schema.optional(Schema.Unknown)
})

const decodeSessionMeta = decodeLenient(SessionMetaPayload, {})
const decodeTurnContext = decodeLenient(TurnContextPayload, {})

/** The place of a line in its file, and its time. */
interface Placed {
  /** The line's number, from 1. Blank lines count, as in an editor. */
  readonly line: number
  /** The time of the line in Unix milliseconds; undefined if it has no valid timestamp. */
  readonly timestamp: number | undefined
  /** Number of the line in its thread, counted from 0; versions from about 0.150 on number every line. */
  readonly ordinal?: number
}

/**
 * The header of a session. The first one in a file belongs to the file's own session, and later ones with the same id
 * amend it; any other header belongs to the parent of a fork.
 */
export interface SessionMeta extends Placed {
  readonly _tag: "SessionMeta"
  /**
   * True if the line has no envelope, only an id and a time. Files of other programs may have such lines too. See
   * {@link decodeLine}.
   */
  readonly isBare?: true
  readonly meta: typeof SessionMetaPayload.Type
}

/** The settings of one turn. */
export interface TurnContext extends Placed {
  readonly _tag: "TurnContext"
  readonly context: typeof TurnContextPayload.Type
}

/** An item of the conversation with the model, either sent to it or received from it, as the file has it. */
export interface ResponseItem extends Placed {
  readonly _tag: "ResponseItem"
  readonly kind: ItemKind
  readonly item: JsonObject
}

/** A summary that replaced the history above it. */
export interface Compacted extends Placed {
  readonly _tag: "Compacted"
  readonly message: string
}

/** An event that the harness showed to its user. */
export interface Event extends Placed {
  readonly _tag: "Event"
  readonly kind: string
  readonly payload: JsonObject
}

/** A JSON line of no known type. It is not an error, since new versions of Codex add types. */
export interface Unrecognised extends Placed {
  readonly _tag: "Unrecognised"
  /** The type in the line; lines without an envelope may have a `record_type` instead. */
  readonly type: unknown
}

/** One decoded line of a rollout, whatever version of Codex wrote it. */
export type RolloutLine = SessionMeta | TurnContext | ResponseItem | Compacted | Event | Unrecognised

/** True if a line proves that its file is a rollout of Codex. */
export const isOfRollout = (line: RolloutLine): boolean =>
  line._tag !== "Unrecognised" && !(line._tag === "SessionMeta" && line.isBare === true)

/** A line that is not a JSON object. It is counted and skipped, and never makes a read fail. */
export interface MalformedLine {
  readonly _tag: "MalformedLine"
  readonly line: number
}

/** Types of lines that are read as events of the same name, although they are not recorded as events. */
export const eventLineTypes = ["token_usage_record", "retained_context"] as const

const kindOf = (type: unknown): ItemKind => itemKinds.find((kind) => kind === type) ?? "other"

/** Types of items that older versions wrote without an envelope. */
const bareItemTypes: ReadonlySet<unknown> = new Set(itemKinds.filter((kind) => kind !== "other"))

const isOrdinal = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0

/** Matches the beginning of a JSON object. */
const objectStart = /^\s*\{\s*["}]/

/**
 * Parses a JSON object; undefined for any other text. `JSON.parse` is called only for text that begins like an object:
 * a file may have a million other lines, and throwing an error costs a hundred times as much as this test.
 */
const parseObject = (text: string): JsonObject | undefined => {
  if (!objectStart.test(text)) {
    return undefined
  }
  try {
    const json: unknown = JSON.parse(text)
    return isJsonObject(json) ? json : undefined
  } catch {
    return undefined
  }
}

/**
 * Decodes one line: the envelope `{timestamp, type, payload}`, or a line of the older form without one (first `{id,
 * timestamp, …}`, then response items). Decides by the parsed JSON alone, and never by searching the text. Pure and
 * total.
 */
export const decodeLine = (text: string, line: number): RolloutLine | MalformedLine => {
  const parsed = parseObject(text)
  if (parsed === undefined) {
    return { _tag: "MalformedLine", line }
  }
  const json = mayHoldPrivate(text) ? withoutPrivateMessages(parsed, 0) : parsed
  const { ordinal } = json
  const placed: Placed = {
    line,
    timestamp: timestampOf(json["timestamp"]),
    ...(isOrdinal(ordinal) ? { ordinal } : {})
  }
  return isJsonObject(json["payload"])
    ? decodeEnvelope(json["type"], json["payload"], placed)
    : decodeBare(json, placed)
}

/**
 * Decodes a line of a file. If a partly written line is followed by its complete repetition, decodes the repetition,
 * and reports the part before it as malformed.
 */
export const decodeNumberedLine = ({ line, text }: NumberedLine): ReadonlyArray<RolloutLine | MalformedLine> => {
  const malformed: MalformedLine = { _tag: "MalformedLine", line }
  if (text === undefined) {
    return [malformed]
  }
  const decoded = decodeLine(text, line)
  const again = decoded._tag === "MalformedLine" ? text.lastIndexOf('{"timestamp"') : -1
  if (again <= 0) {
    return [decoded]
  }
  const rest = decodeLine(text.slice(again), line)
  return rest._tag === "MalformedLine" ? [malformed] : [malformed, rest]
}

/** Maximum depth below a line's payload at which messages are searched. */
const deepestMessage = 8

/** Types of records that hold the user's own words: messages, goals, names, answers and instructions for a review. */
const usersTypes: ReadonlySet<unknown> = new Set([
  "user_message",
  "UserMessage",
  "thread_goal_updated",
  "thread_name_updated",
  "verified_answer",
  "entered_review_mode",
  "EnteredReviewMode"
])

/**
 * True if a record holds the user's own words, or a command that the user ran. The answers in the output of a call are
 * known by their call alone; see `PrivateAnswers`.
 */
const isUsers = ({ name, role, source, type }: JsonObject): boolean =>
  usersTypes.has(type) ||
  (type === "message" && role === "user") ||
  (type === "function_call_output" && name === "goal_objective") ||
  source === "user_shell"

/** Removes private text from everything that the user said in a line, and drops values that are nested deeper. */
const withoutPrivateMessages = (json: JsonObject, depth: number): JsonObject => {
  if (depth > deepestMessage) {
    return {}
  }
  const { item, payload } = json
  return {
    ...(isUsers(json) ? withoutPrivate(json) : json),
    ...(isJsonObject(payload) ? { payload: withoutPrivateMessages(payload, depth + 1) } : {}),
    ...(isJsonObject(item) ? { item: withoutPrivateMessages(item, depth + 1) } : {})
  }
}

const decodeEnvelope = (type: unknown, payload: JsonObject, placed: Placed): RolloutLine => {
  switch (type) {
    case "session_meta":
      return { _tag: "SessionMeta", ...placed, meta: decodeSessionMeta(payload) }
    case "turn_context":
      return { _tag: "TurnContext", ...placed, context: decodeTurnContext(payload) }
    case "response_item":
      return { _tag: "ResponseItem", ...placed, kind: kindOf(payload["type"]), item: payload }
    case "compacted":
      return { _tag: "Compacted", ...placed, message: typeof payload["message"] === "string" ? payload["message"] : "" }
    case "event_msg":
      return {
        _tag: "Event",
        ...placed,
        kind: typeof payload["type"] === "string" ? payload["type"] : "",
        payload
      }
    default: {
      const kind = eventLineTypes.find((known) => known === type)
      return kind === undefined
        ? { _tag: "Unrecognised", ...placed, type }
        : { _tag: "Event", ...placed, kind, payload }
    }
  }
}

const decodeBare = (json: JsonObject, placed: Placed): RolloutLine => {
  if (bareItemTypes.has(json["type"])) {
    return { _tag: "ResponseItem", ...placed, kind: kindOf(json["type"]), item: json }
  }
  if (json["type"] === undefined && typeof json["id"] === "string" && placed.timestamp !== undefined) {
    return { _tag: "SessionMeta", ...placed, isBare: true, meta: decodeSessionMeta(json) }
  }
  const recordType = json["record_type"]
  const type = json["type"] ?? (typeof recordType === "string" ? `record_type/${recordType}` : undefined)
  return { _tag: "Unrecognised", ...placed, type }
}

/**
 * Returns the source of a session: `cli`, `vscode`, `exec`, …, or `subagent:<kind>` for sub-agents, including
 * consolidation agents. A missing source counts as `vscode`, as in Codex.
 */
export const sourceOf = (meta: SessionMeta["meta"]): string => {
  const subAgent = isJsonObject(meta.source) ? meta.source["subagent"] : undefined
  if (subAgent !== undefined) {
    return `subagent:${typeof subAgent === "string" ? subAgent : (Object.keys(subAgent ?? {})[0] ?? "other")}`
  }
  if (meta.originator === "memory_consolidation") {
    return "subagent:memory_consolidation"
  }
  if (meta.thread_source !== undefined && meta.thread_source !== "user") {
    return `subagent:${meta.thread_source}`
  }
  if (meta.source === undefined || meta.source === null || meta.source === "") {
    return "vscode"
  }
  return typeof meta.source === "string" ? meta.source : "unknown"
}

/**
 * True if a source in the form of {@link sourceOf} is a sub-agent's. Its sessions are never candidates, whatever
 * sources are allowed.
 */
export const isSubAgentSource = (source: string): boolean =>
  source.startsWith("subagent") || source === "memory_consolidation"
