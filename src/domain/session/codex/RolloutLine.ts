import * as Schema from "effect/Schema"
import { decodeLenient, isJsonObject, type JsonObject, lenient } from "../LenientField.js"
import type { NumberedLine } from "../LineSplitter.js"
import { timestampOf } from "../Timestamp.js"
import { mayHoldPrivate, withoutPrivate } from "../../privacy/PrivateText.js"

/**
 * The kinds of response item a filter can tell apart. `other` is whatever Codex adds next.
 */
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

/** The history that a file goes on from: the lines of another one below an ordinal. The first line of a file is never undone. */
const HistoryBase = Schema.Struct({
  thread_id: lenient(Schema.NonEmptyString),
  end_ordinal_exclusive: lenient(Schema.Int.pipe(Schema.positive()))
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

/** Where a line stands and when it was written. */
interface Placed {
  /** Counted from 1, blank lines included, as an editor counts. */
  readonly line: number
  /** Unix milliseconds; undefined where the line has no timestamp that is a date. */
  readonly timestamp: number | undefined
  /** Its number in its thread, counted from 0, where the line says one: versions from about 0.150 on number every line. */
  readonly ordinal?: number
}

/** The record of a session about itself. The first one of a file is the file's own, and later ones of the same id amend it; others belong to a fork's parents. */
export interface SessionMeta extends Placed {
  readonly _tag: "SessionMeta"
  readonly meta: typeof SessionMetaPayload.Type
}

/** The settings of one turn. */
export interface TurnContext extends Placed {
  readonly _tag: "TurnContext"
  readonly context: typeof TurnContextPayload.Type
}

/** An item that the model was sent, or sent back, as the file has it. */
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

/** An event that the harness showed its user. */
export interface Event extends Placed {
  readonly _tag: "Event"
  readonly kind: string
  readonly payload: JsonObject
}

/** A line of JSON that belongs to no form of rollout known here; not an error, rollouts grow new types. */
export interface Unrecognised extends Placed {
  readonly _tag: "Unrecognised"
}

/** One decoded line of a rollout, whatever version of Codex wrote it. */
export type RolloutLine = SessionMeta | TurnContext | ResponseItem | Compacted | Event | Unrecognised

/** A line that is not JSON, or JSON that is no object: counted, skipped, and never fatal. */
export interface MalformedLine {
  readonly _tag: "MalformedLine"
  readonly line: number
}

const kindOf = (type: unknown): ItemKind => itemKinds.find((kind) => kind === type) ?? "other"

/** Item types that stood bare on a line before Codex wrapped them in an envelope. */
const bareItemTypes: ReadonlySet<unknown> = new Set(itemKinds.filter((kind) => kind !== "other"))

const isOrdinal = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0

/** The beginning of an object of JSON. */
const objectStart = /^\s*\{\s*["}]/

/**
 * The object that a text of JSON is. Asks `JSON.parse` itself, and only about what can be one: a file may have a million
 * lines that are none, and what is thrown for each, and told of it, costs a hundred times what reading it does.
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
 * Decodes one line: the envelope `{timestamp, type, payload}`, or a bare line of the form before it (first
 * `{id, timestamp, …}`, then response items). Only JSON decides, never a search through the text. Pure and total.
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
 * Decodes a line of a file. A line that was written in part and then again in full is taken from where it begins again;
 * what stands before that is malformed all the same.
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

/** Messages stand in the payload of a line, or in an item of that; nothing that is nested deeper than this is one. */
const deepestMessage = 8

/** A line with what is private gone from each user's message that it can hold, and without what no message can stand in. */
const withoutPrivateMessages = (json: JsonObject, depth: number): JsonObject => {
  if (depth > deepestMessage) {
    return {}
  }
  const { item, payload } = json
  const isMessage = (json["type"] === "message" && json["role"] === "user") || json["type"] === "user_message"
  return {
    ...(isMessage || json["type"] === "UserMessage" ? withoutPrivate(json) : json),
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
    case "token_usage_record":
    case "retained_context":
      return { _tag: "Event", ...placed, kind: type, payload }
    default:
      return { _tag: "Unrecognised", ...placed }
  }
}

const decodeBare = (json: JsonObject, placed: Placed): RolloutLine => {
  if (bareItemTypes.has(json["type"])) {
    return { _tag: "ResponseItem", ...placed, kind: kindOf(json["type"]), item: json }
  }
  if (json["type"] === undefined && typeof json["id"] === "string" && placed.timestamp !== undefined) {
    return { _tag: "SessionMeta", ...placed, meta: decodeSessionMeta(json) }
  }
  return { _tag: "Unrecognised", ...placed }
}

/**
 * Where a session came from: `cli`, `vscode`, `exec`, …; `subagent:<kind>` for the sessions of sub-agents, the
 * consolidation agent's own included. A missing source counts as `vscode`, as Codex has it.
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

/** Whether a source, as {@link sourceOf} spells it, is a sub-agent's: never a candidate, whatever sources are allowed. */
export const isSubAgentSource = (source: string): boolean =>
  source.startsWith("subagent") || source === "memory_consolidation"
