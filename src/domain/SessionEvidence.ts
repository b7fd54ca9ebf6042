import { type AssistantPlan, readPlan } from "./AssistantPlan.js"
import { type CommandOutput, continueOutput, readOutput } from "./CommandOutput.js"
import type { JsonObject } from "./Lenient.js"
import type { Event, ResponseItem, RolloutLine } from "./RolloutLine.js"
import type { SessionEvent } from "./SessionEvent.js"
import { completedItem, contentText, typedEventText, typedText } from "./SessionText.js"
import {
  type Ending,
  readCommandEnding,
  readMcpEnding,
  readPatchEnding,
  readToolCall,
  type ToolCall
} from "./ToolCall.js"

/** What is known of a session beside its rendering: everything a reader without a model needs to tell what happened. */
export interface SessionEvidence {
  /** In the rollout's order; turns that were rolled back and items copied from a parent are not among them. */
  readonly events: ReadonlyArray<SessionEvent>
  /** Whether the newest turn came to an end; undefined where the rollout's form does not record ends. */
  readonly finished: boolean | undefined
  /** Undefined where none was noted. */
  readonly plan?: AssistantPlan
  /** Whether memory was read, and nothing else was done: such a session has learned nothing by what it was told. */
  readonly onlyReadMemory?: boolean
}

/**
 * How many characters of output one session's evidence may hold. Beyond it the oldest outputs keep their exit code and
 * error line alone, so that a session of gigabytes costs no more memory than a large one.
 */
export const keptEvidenceCharacters = 16_777_216

/** How many scripts of one turn may still hear how their calls ended: more never run at a time. */
const openScriptsKept = 64

/** A call, and where in the list of events what it did stands. */
interface Call {
  readonly form: ToolCall["form"]
  readonly events: ReadonlyArray<number>
}

const failedPatch = /^(?:apply_patch verification failed|Failed to |error:|Invalid )/i
const failedTool = /^(?:error\b|err:|failed\b|tool call (?:error|failed))/i

/**
 * Folds a rollout's lines into {@link SessionEvidence}, one line at a time. A builder serves one rollout and is not to be
 * shared.
 */
export class SessionEvidenceBuilder {
  private readonly events: Array<SessionEvent> = []
  private readonly calls = new Map<string, Call>()
  private readonly openScripts = new Map<string, Call>()
  private readonly runningSessions = new Map<string, number>()
  /** Requests known from a user-role message alone: no request after all where the rollout has events for requests. */
  private roleOnly = new Set<number>()
  private outputCharacters = 0
  private shrunk = 0
  /** Events of the list that an event of the rollout has ended: nothing that comes later knows better. */
  private ended = new Set<number>()
  /** Where a turn began with images alone. */
  private imageTurns: ReadonlyArray<number> = []
  private sawUserEvents = false
  private recordsTurns = false
  private sawTurnEnds = false
  private turnIsOpen = false
  private plan: AssistantPlan | undefined

  /** Takes the next line of the rollout, in file order. */
  add(line: RolloutLine): void {
    if (line._tag === "ResponseItem") {
      this.addItem(line)
    } else if (line._tag === "Event") {
      this.addEvent(line)
    } else if (line._tag === "Compacted") {
      this.dropHandOff(line.message)
    }
  }

  /** What the lines so far amount to. */
  result(): SessionEvidence {
    return {
      events: this.events.filter((_, index) => !(this.sawUserEvents && this.roleOnly.has(index))),
      finished: this.turnIsOpen ? (this.recordsTurns ? false : undefined) : this.sawTurnEnds ? true : undefined,
      ...(this.plan === undefined ? {} : { plan: this.plan })
    }
  }

  private addItem({ item, kind, line }: ResponseItem): void {
    switch (kind) {
      case "message":
        return item["role"] === "assistant"
          ? this.addAssistantText(contentText(item["content"]), line)
          : item["role"] === "user"
            ? this.addRoleMessage(typedText(item), line)
            : undefined
      case "function_call":
      case "custom_tool_call":
      case "local_shell_call":
        return this.addCall(item, line)
      case "function_call_output":
      case "custom_tool_call_output":
        return this.addOutput(item, line)
      case "web_search_call":
        this.push({ _tag: "ToolUse", line, tool: "web_search", error: undefined })
        return
      default:
    }
  }

  private addEvent(event: Event): void {
    const typed = typedEventText(event)
    if (typed !== undefined) {
      return this.addUserEvent(typed, event.line)
    }
    const item = completedItem(event)
    const payload = item ?? event.payload
    switch (item === undefined ? event.kind : item["type"]) {
      case "agent_message":
        return this.addAssistantText(String(payload["message"] ?? "").trim(), event.line)
      case "AgentMessage":
        return this.addAssistantText(contentText(payload["content"]), event.line)
      case "exec_command_end":
      case "CommandExecution":
        return this.addEnding(readCommandEnding(payload, event.line))
      case "patch_apply_end":
      case "FileChange":
        return this.addEnding(readPatchEnding(payload, event.line))
      case "mcp_tool_call_end":
      case "McpToolCall":
        return this.addEnding(readMcpEnding(payload, event.line))
      case "task_started":
        this.recordsTurns = true
        this.turnIsOpen = true
        return
      case "task_complete":
        this.recordsTurns = true
        return this.endTurn(event)
      case "turn_aborted":
        return this.endTurn(event)
      case "thread_rolled_back":
        return this.rollBack(event.payload["num_turns"])
      default:
    }
  }

  private endTurn(event: Event): void {
    this.sawTurnEnds = true
    this.turnIsOpen = false
    this.openScripts.clear()
    this.push({ _tag: "TurnEnd", line: event.line, aborted: event.kind === "turn_aborted" })
  }

  private addAssistantText(text: string, line: number): void {
    const last = this.events.at(-1)
    const isToldAgain = last?._tag === "AssistantMessage" && last.text === text
    if (text !== "" && !isToldAgain) {
      this.push({ _tag: "AssistantMessage", line, text })
    }
  }

  /** Before a compaction the model writes a summary for itself: it stands there as a message, but nobody was told it. */
  private dropHandOff(summary: string): void {
    const last = this.events.at(-1)
    if (last?._tag === "AssistantMessage" && summary.endsWith(last.text)) {
      this.events.pop()
    }
  }

  private addRoleMessage(text: string, line: number): void {
    if (text !== "" && !this.justRequested(text)) {
      this.roleOnly.add(this.push({ _tag: "UserRequest", line, text }))
      this.turnIsOpen = true
    }
  }

  private addUserEvent(text: string, line: number): void {
    this.sawUserEvents = true
    this.turnIsOpen = true
    if (this.justRequested(text)) {
      this.roleOnly.delete(this.events.length - 1)
    } else if (text !== "") {
      this.push({ _tag: "UserRequest", line, text })
    } else {
      this.imageTurns = [...this.imageTurns, this.events.length]
    }
  }

  /** A request is told twice, by a message and by an event, with nothing between them. */
  private justRequested(text: string): boolean {
    const last = this.events.at(-1)
    return last?._tag === "UserRequest" && last.text === text
  }

  private addCall(item: JsonObject, line: number): void {
    this.plan = readPlan(item, line) ?? this.plan
    const { events, form, session } = readToolCall(item, line)
    const running = session === undefined ? undefined : this.runningSessions.get(session)
    const indices = running === undefined ? events.map((event) => this.push(event)) : [running]
    const call = { form, events: indices }
    this.calls.set(callIdOf(item, line), call)
    if (form === "script") {
      this.openScript(callIdOf(item, line), call)
    }
  }

  private openScript(callId: string, call: Call): void {
    this.openScripts.set(callId, call)
    const [oldest] = this.openScripts.keys()
    if (oldest !== undefined && this.openScripts.size > openScriptsKept) {
      this.openScripts.delete(oldest)
    }
  }

  private addOutput(item: JsonObject, line: number): void {
    const call = this.calls.get(callIdOf(item, line))
    if (call === undefined) {
      return
    }
    const output = readOutput(item["output"])
    const open = call.events.filter((index) => !this.ended.has(index))
    // What a script printed cannot be shared out among several calls.
    const owners = call.form === "call" ? call.events : call.form === "script" && open.length > 1 ? [] : open
    for (const index of owners) {
      this.answer(index, output, line, call.form)
      if (output.runningSession !== undefined) {
        this.runningSessions.set(output.runningSession, index)
      }
    }
  }

  private answer(index: number, output: CommandOutput, line: number, form: ToolCall["form"]): void {
    const event = this.events[index]
    if (event?._tag === "CommandRun") {
      const merge = form === "continuation" ? continueOutput : mergeOutputs
      const whole = event.output === undefined ? output : merge(event.output, output)
      this.replace(index, { ...event, outputLine: line, output: whole })
    } else if (event?._tag === "FileEdit") {
      const failed = failedPatch.test(output.text) || (output.exitCode ?? 0) !== 0
      const error = failed ? output.text.trim().split("\n", 2).join(" ") : event.error
      this.replace(index, { ...event, outputLine: line, error })
    } else if (event?._tag === "ToolUse" && failedTool.test(output.text.trim())) {
      this.replace(index, { ...event, error: output.errorLine ?? event.error })
    }
  }

  private addEnding({ callId, event }: Ending<SessionEvent>): void {
    const index = this.endedEvent(callId, event)
    const known = index === undefined ? undefined : this.events[index]
    if (index === undefined || known === undefined) {
      const tellsNothing =
        (event._tag === "CommandRun" && event.command === "") ||
        (event._tag === "FileEdit" && event.changes.length === 0) ||
        (event._tag === "ToolUse" && event.tool === "")
      if (!tellsNothing) {
        this.push(event)
      }
      return
    }
    this.ended.add(index)
    if (known._tag === "CommandRun" && event._tag === "CommandRun" && event.output !== undefined) {
      const output = known.output === undefined ? event.output : mergeOutputs(known.output, event.output)
      this.replace(index, { ...known, outputLine: event.outputLine, output })
    } else if (known._tag === "FileEdit" && event._tag === "FileEdit") {
      const changes = known.changes.length > 0 ? known.changes : event.changes
      this.replace(index, { ...known, outputLine: event.outputLine, changes, error: event.error ?? known.error })
    } else if (known._tag === "ToolUse" && event._tag === "ToolUse") {
      this.replace(index, { ...known, error: event.error ?? known.error })
    }
  }

  /** The event that an ending ends: its call's own, else the first open one of this turn's scripts, the newest first. */
  private endedEvent(callId: string | undefined, ending: SessionEvent): number | undefined {
    const own = callId === undefined ? undefined : this.calls.get(callId)
    if (own !== undefined) {
      return own.events.find((index) => this.events[index]?._tag === ending._tag)
    }
    for (const script of [...this.openScripts.values()].toReversed()) {
      const found = script.events.find((index) => !this.ended.has(index) && this.fits(index, ending))
      if (found !== undefined) {
        return found
      }
    }
    return undefined
  }

  private fits(index: number, ending: SessionEvent): boolean {
    const event = this.events[index]
    return (
      (event?._tag === "CommandRun" && ending._tag === "CommandRun" && event.command === ending.command) ||
      (event?._tag === "FileEdit" && ending._tag === "FileEdit")
    )
  }

  /** Where each turn began. */
  private turnStarts(): ReadonlyArray<number> {
    const requests = this.events.flatMap((event, index) =>
      event._tag === "UserRequest" && !(this.sawUserEvents && this.roleOnly.has(index)) ? [index] : []
    )
    return [...requests, ...this.imageTurns].sort((left, right) => left - right)
  }

  private rollBack(turns: unknown): void {
    const starts = this.turnStarts()
    const from = typeof turns === "number" && turns > 0 ? (starts.at(-turns) ?? starts[0]) : undefined
    if (from !== undefined) {
      this.plan = undefined
      for (const undone of this.events.splice(from)) {
        this.outputCharacters -= heldCharacters(undone)
      }
      this.shrunk = Math.min(this.shrunk, from)
      this.roleOnly = new Set([...this.roleOnly].filter((index) => index < from))
      this.ended = new Set([...this.ended].filter((index) => index < from))
      this.imageTurns = this.imageTurns.filter((index) => index < from)
      this.turnIsOpen = this.events.findLast(beginsOrEndsTurn)?._tag === "UserRequest"
      this.calls.clear()
      this.openScripts.clear()
      this.runningSessions.clear()
    }
  }

  private push(event: SessionEvent): number {
    this.events.push(event)
    this.hold(heldCharacters(event))
    return this.events.length - 1
  }

  private replace(index: number, event: SessionEvent): void {
    const before = this.events[index]
    this.events[index] = event
    this.hold(heldCharacters(event) - (before === undefined ? 0 : heldCharacters(before)))
  }

  private hold(characters: number): void {
    this.outputCharacters += characters
    while (this.outputCharacters > keptEvidenceCharacters && this.shrunk < this.events.length) {
      const oldest = this.events[this.shrunk]
      if (oldest?._tag === "CommandRun" && oldest.output !== undefined) {
        this.outputCharacters -= oldest.output.text.length
        this.events[this.shrunk] = { ...oldest, output: { ...oldest.output, text: "" } }
      }
      this.shrunk++
    }
  }
}

const beginsOrEndsTurn = ({ _tag }: SessionEvent): boolean => _tag === "UserRequest" || _tag === "TurnEnd"

const callIdOf = (item: JsonObject, line: number): string =>
  typeof item["call_id"] === "string" ? item["call_id"] : `line ${line}`

const heldCharacters = (event: SessionEvent): number =>
  event._tag === "CommandRun" ? (event.output?.text.length ?? 0) : 0

/** Of one ending told twice, by an event and by the call's output: the exit code of either, and the longer text. */
const mergeOutputs = (known: CommandOutput, told: CommandOutput): CommandOutput => ({
  exitCode: told.exitCode ?? known.exitCode,
  runningSession: told.runningSession ?? known.runningSession,
  text: told.text.length > known.text.length ? told.text : known.text,
  errorLine: told.errorLine ?? known.errorLine
})
