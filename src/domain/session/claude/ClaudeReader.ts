import { withoutPrivateText } from "../../privacy/PrivateText.js"
import type { MalformedLine } from "../codex/RolloutLine.js"
import { isJsonObject, type JsonObject } from "../LenientField.js"
import type { NumberedLine } from "../LineSplitter.js"
import type { RecordEntry, SessionRecord } from "../records/SessionRecord.js"
import { readAction } from "./ClaudeCall.js"
import { ClaudeChain } from "./ClaudeChain.js"
import { type ClaudeLine, decodeClaudeLine } from "./ClaudeLine.js"
import { ClaudePlan } from "./ClaudePlan.js"
import { answersIn } from "./ClaudeQuestions.js"
import { backgroundTask, feedbackIn, readResult } from "./ClaudeResult.js"
import type { ClaudeFile } from "./ClaudeFile.js"
import {
  blocksOf,
  isInterruption,
  ownCommand,
  ownOutput,
  slashCommand,
  taskReport,
  textOf,
  typedText
} from "./ClaudeText.js"

/** A call whose result has not come yet. */
interface OpenCall {
  readonly tool: string
  readonly input: JsonObject
  readonly isCommand: boolean
  readonly isEdit: boolean
}

type Told = Extract<ClaudeLine, { readonly _tag: "Told" }>

/** The provider of the models of Claude Code. A transcript does not name it. */
const provider = "anthropic"

/** The ways in which sessions are started, by the names that Claude Code gives them. */
const sources: { readonly [entrypoint: string]: string } = { "sdk-cli": "exec", "claude-vscode": "vscode" }

const sourceOf = (entrypoint: unknown): string =>
  typeof entrypoint === "string" && entrypoint !== "" ? (sources[entrypoint] ?? entrypoint) : "cli"

/** Sources of a prompt which mean that a person typed it, or gave it to the program. */
const typedSources: ReadonlySet<unknown> = new Set(["typed", "sdk", "queued", undefined])

const tasksRead: ReadonlySet<string> = new Set(["BashOutput", "TaskOutput", "AgentOutputTool", "KillShell", "TaskStop"])

/**
 * Converts the lines of a transcript of Claude Code to records. An instance serves one file, and takes its lines in
 * order; it may begin anywhere in the file.
 */
export class ClaudeReader {
  private readonly file: ClaudeFile
  private readonly chain = new ClaudeChain()
  private readonly plan = new ClaudePlan()
  private readonly calls = new Map<string, OpenCall>()
  /** The calls of commands that went on in the background, by the id of their task. */
  private readonly tasks = new Map<string, string>()
  /** Texts that were typed while the assistant worked; the same text may be recorded again when its turn comes. */
  private readonly queued = new Set<string>()
  /** The newest slash command, until it is known whether it stands for a prompt. */
  private slash: { readonly uuid: unknown; readonly text: string } | undefined
  private ownCommandId: string | undefined
  private directory: string | undefined
  private hasDetails = false
  private branch: string | undefined
  /** True once a record belonged to another session, from which this one was copied. */
  private isCopied = false

  constructor(file: ClaudeFile) {
    this.file = file
  }

  /** Returns what a line tells. */
  read(numbered: NumberedLine): ReadonlyArray<SessionRecord | MalformedLine> {
    const read = decodeClaudeLine(numbered)
    switch (read._tag) {
      case "Malformed":
        return [{ _tag: "MalformedLine", line: read.line }]
      case "Skipped":
        this.chain.add(read.uuid)
        return []
      case "Unknown":
        return [recordOf(read.line, undefined, { _tag: "Unread", type: read.type })]
      case "Told":
        return this.entriesOf(read).map((entry) => recordOf(read.line, read.timestamp, entry))
    }
  }

  private entriesOf(told: Told): ReadonlyArray<RecordEntry> {
    const { record } = told
    if (record["type"] === "custom-title") {
      const name = record["customTitle"]
      return typeof name === "string" && name.trim() !== "" ? [{ _tag: "SessionDetails", name: name.trim() }] : []
    }
    if (typeof record["uuid"] !== "string" || typeof record["sessionId"] !== "string") {
      return []
    }
    // A sub-agent's work is no work of this session, and a record may be written twice.
    if (record["isSidechain"] === true || this.chain.has(record["uuid"])) {
      return timeOnly
    }
    const details = this.detailsOf(record)
    const isCopy = isCopiedRecord(record)
    const copied: ReadonlyArray<RecordEntry> = isCopy || this.endsCopy(record) ? [{ _tag: "Undone", fromLine: 1 }] : []
    const entries = isCopy ? [] : this.contentOf(told)
    this.chain.add(record["uuid"])
    const all = [...details, ...copied, ...entries]
    return all.length === 0 ? timeOnly : all
  }

  /**
   * True if a record is the first of this session behind records of another one, whose beginning it repeats. A file under
   * another name than its session's has none of its own.
   */
  private endsCopy({ sessionId }: JsonObject): boolean {
    const isOwn = sessionId === this.file.sessionId
    const wasCopied = this.isCopied
    this.isCopied = this.file.sessionId !== undefined && !isOwn
    return wasCopied && isOwn
  }

  private detailsOf(record: JsonObject): ReadonlyArray<RecordEntry> {
    const { cwd, entrypoint, gitBranch, version } = record
    const branch = typeof gitBranch === "string" && gitBranch !== "" && gitBranch !== "HEAD" ? gitBranch : undefined
    const isTold = this.hasDetails && (this.branch !== undefined || branch === undefined)
    const id = this.file.sessionId ?? record["sessionId"]
    const entries: Array<RecordEntry> = []
    if (!isTold) {
      this.hasDetails = true
      this.branch = branch
      entries.push({
        _tag: "SessionDetails",
        id: typeof id === "string" ? id : undefined,
        source: sourceOf(entrypoint),
        agentVersion: typeof version === "string" ? version : undefined,
        gitBranch: branch,
        provider
      })
    }
    if (this.directory === undefined && typeof cwd === "string" && cwd !== "") {
      this.directory = cwd
      entries.push({ _tag: "WorkingIn", directory: cwd })
    }
    return entries
  }

  private contentOf(told: Told): ReadonlyArray<RecordEntry> {
    switch (told.record["type"]) {
      case "user":
        return this.ofUser(told)
      case "assistant":
        return this.ofAssistant(told.record)
      case "attachment":
        return this.ofAttachment(told)
      case "system":
        return this.ofSystem(told.record)
      default:
        return []
    }
  }

  private ofSystem({ preventedContinuation, subtype }: JsonObject): ReadonlyArray<RecordEntry> {
    switch (subtype) {
      case "compact_boundary":
        this.chain.cut()
        return [{ _tag: "Compacted" }]
      case "turn_duration":
        return [{ _tag: "Ended" }]
      case "stop_hook_summary":
        return preventedContinuation === true ? [] : [{ _tag: "Ended" }]
      default:
        return []
    }
  }

  private ofAttachment(told: Told): ReadonlyArray<RecordEntry> {
    const attachment = told.record["attachment"]
    if (!isJsonObject(attachment) || attachment["type"] !== "queued_command") {
      return []
    }
    const raw = textOf(attachment["prompt"])
    const report = taskReport(raw)
    if (report !== undefined || attachment["commandMode"] === "task-notification") {
      return this.reported(report)
    }
    const text = typedText(raw)
    if (text === "") {
      return []
    }
    this.queued.add(text)
    return said("typed", text)
  }

  private ofAssistant(record: JsonObject): ReadonlyArray<RecordEntry> {
    const message = isJsonObject(record["message"]) ? record["message"] : {}
    if (record["isApiErrorMessage"] === true) {
      return [{ _tag: "Stopped", by: "harness" }]
    }
    // The harness speaks in the assistant's name where no model was asked.
    if (message["model"] === "<synthetic>") {
      return []
    }
    const isFinal = record["isAbortedMidStream"] === true ? false : isFinalReason(message["stop_reason"])
    return blocksOf(message["content"]).flatMap((block): ReadonlyArray<RecordEntry> => {
      if (block["type"] === "text" && typeof block["text"] === "string") {
        return [{ _tag: "AssistantSaid", text: block["text"].trim(), isFinal }]
      }
      return block["type"] === "tool_use" ? this.called(block, record) : []
    })
  }

  private called(block: JsonObject, record: JsonObject): ReadonlyArray<RecordEntry> {
    const { id, name } = block
    if (typeof id !== "string" || typeof name !== "string" || this.calls.has(id)) {
      return []
    }
    const input = isJsonObject(block["input"]) ? block["input"] : {}
    const cwd = typeof record["cwd"] === "string" ? record["cwd"] : undefined
    const action = readAction(name, input, cwd)
    this.calls.set(id, { tool: name, input, isCommand: action._tag === "Command", isEdit: action._tag === "Edit" })
    const left = this.plan.addCall(name, input, id)
    const plan = name === "ExitPlanMode" && typeof input["plan"] === "string" ? input["plan"] : undefined
    return [
      ...(plan === undefined ? [] : [{ _tag: "AssistantSaid" as const, text: plan.trim(), isFinal: false }]),
      { _tag: "Called", callId: id, by: "assistant", action },
      ...(left === undefined ? [] : [{ _tag: "Planned" as const, left }])
    ]
  }

  private ofUser(told: Told): ReadonlyArray<RecordEntry> {
    const { record } = told
    const message = isJsonObject(record["message"]) ? record["message"] : {}
    const blocks = blocksOf(message["content"])
    const raw = textOf(message["content"])
    if (record["isCompactSummary"] === true) {
      return []
    }
    if (blocks.some(({ type }) => type === "tool_result")) {
      const results = blocks
        .filter(({ type }) => type === "tool_result")
        .flatMap((block) => this.returned(block, record))
      return isInterruption(raw) ? [...results, { _tag: "Stopped", by: "user" }] : results
    }
    if (record["isMeta"] === true) {
      return this.expanded(told)
    }
    if (isInterruption(raw)) {
      return [{ _tag: "Stopped", by: "user" }]
    }
    const report = taskReport(raw)
    const origin = isJsonObject(record["origin"]) ? record["origin"]["kind"] : undefined
    if (report !== undefined || !typedSources.has(record["promptSource"]) || (origin ?? "human") !== "human") {
      return this.reported(report)
    }
    return this.typed(
      told,
      raw,
      blocks.some(({ type }) => type === "image")
    )
  }

  /** Returns what a message says that a person may have typed. */
  private typed(told: Told, raw: string, hasImages: boolean): ReadonlyArray<RecordEntry> {
    const { line, record } = told
    const command = slashCommand(raw)
    if (command !== undefined) {
      this.slash = { uuid: record["uuid"], text: command }
      return []
    }
    const own = ownCommand(raw)
    if (own !== undefined) {
      this.ownCommandId = `line ${line}`
      const action = { _tag: "Command" as const, command: own, directory: this.directory, isEscalated: false }
      return [{ _tag: "Called", callId: this.ownCommandId, by: "user", action }]
    }
    const printed = ownOutput(raw)
    if (printed !== undefined) {
      return this.ownCommandId === undefined
        ? []
        : [{ ...exited, callId: this.ownCommandId, text: printed, exitCode: undefined }]
    }
    const text = typedText(raw)
    if (record["promptSource"] === "queued" && this.queued.delete(text)) {
      return []
    }
    return text === "" && !hasImages ? [] : this.prompted(told, text)
  }

  /** Begins a turn with a prompt. */
  private prompted({ line, record }: Told, text: string): ReadonlyArray<RecordEntry> {
    const undoneFrom = this.chain.begin(record, line)
    const { cwd } = record
    const moved = typeof cwd === "string" && isElsewhere(cwd, this.directory) ? cwd : undefined
    this.directory = moved ?? this.directory
    return [
      ...(undoneFrom === undefined ? [] : [{ _tag: "Undone" as const, fromLine: undoneFrom }]),
      ...(moved === undefined ? [] : [{ _tag: "WorkingIn" as const, directory: moved }]),
      ...said("typed", text)
    ]
  }

  /**
   * Returns the slash command that stands for a prompt, once the harness wrote that prompt. Other slash commands are
   * done by the harness, and say nothing to the assistant.
   */
  private expanded(told: Told): ReadonlyArray<RecordEntry> {
    const { slash } = this
    const message = isJsonObject(told.record["message"]) ? told.record["message"] : {}
    if (slash === undefined || slash.uuid !== told.record["parentUuid"] || !Array.isArray(message["content"])) {
      return []
    }
    this.slash = undefined
    return this.prompted(told, slash.text)
  }

  private reported(report: ReturnType<typeof taskReport>): ReadonlyArray<RecordEntry> {
    const callId = report === undefined ? undefined : this.tasks.get(report.task)
    return callId === undefined || report?.exitCode === undefined
      ? []
      : [{ ...exited, callId, text: "", exitCode: report.exitCode, hasFailed: report.exitCode !== 0 }]
  }

  private returned(block: JsonObject, record: JsonObject): ReadonlyArray<RecordEntry> {
    const callId = block["tool_use_id"]
    const words = feedbackIn(block)
    const feedback = words === undefined ? [] : said("typed", words)
    const call = typeof callId === "string" ? this.calls.get(callId) : undefined
    if (typeof callId !== "string" || call === undefined) {
      return feedback
    }
    // The id stays known, so that a repetition of the call is none.
    this.calls.set(callId, { ...call, input: {} })
    const task = call.isCommand ? backgroundTask({ block, record }) : undefined
    if (task !== undefined) {
      this.tasks.set(task, callId)
    }
    const left = this.plan.addResult(callId, record["toolUseResult"])
    return [
      readResult({ block, record, callId, isCommand: call.isCommand, isEdit: call.isEdit }),
      ...this.ofTask(call, record["toolUseResult"]),
      ...(call.tool === "AskUserQuestion" && block["is_error"] !== true
        ? answersIn(record["toolUseResult"], textOf(block["content"])).flatMap(({ answer, question }) =>
            said("answer", answer, question)
          )
        : []),
      ...(left === undefined ? [] : [{ _tag: "Planned" as const, left }]),
      ...feedback
    ]
  }

  /** Returns the end of a background command that a call asked for. */
  private ofTask({ input, tool }: OpenCall, result: unknown): ReadonlyArray<RecordEntry> {
    if (!tasksRead.has(tool)) {
      return []
    }
    const id = input["task_id"] ?? input["bash_id"] ?? input["shell_id"]
    const callId = typeof id === "string" ? this.tasks.get(id) : undefined
    const beside = isJsonObject(result) ? result : {}
    const task = isJsonObject(beside["task"]) ? beside["task"] : beside
    const [code, output] = [task["exitCode"], task["output"] ?? task["stdout"]]
    return callId === undefined || typeof code !== "number"
      ? []
      : [
          {
            ...exited,
            callId,
            text: typeof output === "string" ? output : "",
            exitCode: code,
            hasFailed: code !== 0
          }
        ]
  }
}

/** The entries of a record that tells only its time: the session went on until then. */
const timeOnly: ReadonlyArray<RecordEntry> = [{ _tag: "SessionDetails" }]

/**
 * True if a record was copied from another session. A forked session repeats the records of the one that it goes on from,
 * with their ids, and some of them name that session. All records before such a record were copied too.
 */
const isCopiedRecord = ({ forkedFrom, requestSessionId, sessionId }: JsonObject): boolean =>
  isJsonObject(forkedFrom) || (typeof requestSessionId === "string" && requestSessionId !== sessionId)

const exited = { _tag: "Returned", end: "exited", hasFailed: false } as const

const recordOf = (line: number, timestamp: number | undefined, entry: RecordEntry): SessionRecord => ({
  _tag: "SessionRecord",
  line,
  timestamp,
  entry
})

const said = (kind: "typed" | "answer", text: string, question?: string): ReadonlyArray<RecordEntry> => [
  { _tag: "UserSaid", kind, text: withoutPrivateText(text), ...(question === undefined ? {} : { question }) }
]

/** True for the reason of an answer's end that ends the turn; undefined if the record has none, as in older versions. */
const isFinalReason = (reason: unknown): boolean | undefined =>
  typeof reason === "string" ? reason === "end_turn" || reason === "stop_sequence" : undefined

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`)

/**
 * True if a prompt was given in a directory that is neither within the session's nor around it. The shell of a session
 * moves within its project; a session that was resumed from another one goes on there.
 */
const isElsewhere = (path: string, directory: string | undefined): boolean =>
  path !== "" && directory !== undefined && !isWithin(path, directory) && !isWithin(directory, path)
