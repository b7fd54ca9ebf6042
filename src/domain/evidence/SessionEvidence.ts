import { type AssistantPlan, readPlan } from "./AssistantPlan.js"
import { CallPairing } from "./CallPairing.js"
import { EventList } from "./EventList.js"
import type { Event, ResponseItem, RolloutLine } from "../session/RolloutLine.js"
import type { SessionEvent } from "./SessionEvent.js"
import { completedItem, contentText, typedEventText, typedText } from "../session/SessionText.js"
import { readCommandEnding, readMcpEnding, readPatchEnding } from "./ToolCall.js"

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

/**
 * Folds a rollout's lines into {@link SessionEvidence}, one line at a time. A builder serves one rollout and is not to be
 * shared.
 */
export class SessionEvidenceBuilder {
  private readonly events = new EventList(keptEvidenceCharacters)
  private readonly calls = new CallPairing(this.events)
  /** Requests known from a user-role message alone: no request after all where the rollout has events for requests. */
  private roleOnly = new Set<number>()
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
      events: this.events.all.filter((_, index) => !(this.sawUserEvents && this.roleOnly.has(index))),
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
        this.plan = readPlan(item, line) ?? this.plan
        return this.calls.addCall(item, line)
      case "function_call_output":
      case "custom_tool_call_output":
        return this.calls.addOutput(item, line)
      case "web_search_call":
        this.events.push({ _tag: "ToolUse", line, tool: "web_search", error: undefined })
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
        return this.calls.addEnding(readCommandEnding(payload, event.line))
      case "patch_apply_end":
      case "FileChange":
        return this.calls.addEnding(readPatchEnding(payload, event.line))
      case "mcp_tool_call_end":
      case "McpToolCall":
        return this.calls.addEnding(readMcpEnding(payload, event.line))
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
    this.calls.endTurn()
    this.events.push({ _tag: "TurnEnd", line: event.line, aborted: event.kind === "turn_aborted" })
  }

  private addAssistantText(text: string, line: number): void {
    const last = this.events.last
    const isToldAgain = last?._tag === "AssistantMessage" && last.text === text
    if (text !== "" && !isToldAgain) {
      this.events.push({ _tag: "AssistantMessage", line, text })
    }
  }

  /** Before a compaction the model writes a summary for itself: it stands there as a message, but nobody was told it. */
  private dropHandOff(summary: string): void {
    const last = this.events.last
    if (last?._tag === "AssistantMessage" && summary.endsWith(last.text)) {
      this.events.cut(this.events.length - 1)
    }
  }

  private addRoleMessage(text: string, line: number): void {
    if (text !== "" && !this.justRequested(text)) {
      this.roleOnly.add(this.events.push({ _tag: "UserRequest", line, text }))
      this.turnIsOpen = true
    }
  }

  private addUserEvent(text: string, line: number): void {
    this.sawUserEvents = true
    this.turnIsOpen = true
    if (this.justRequested(text)) {
      this.roleOnly.delete(this.events.length - 1)
    } else if (text !== "") {
      this.events.push({ _tag: "UserRequest", line, text })
    } else {
      this.imageTurns = [...this.imageTurns, this.events.length]
    }
  }

  /** A request is told twice, by a message and by an event, with nothing between them. */
  private justRequested(text: string): boolean {
    const last = this.events.last
    return last?._tag === "UserRequest" && last.text === text
  }

  /** Where each turn began. */
  private turnStarts(): ReadonlyArray<number> {
    const requests = this.events.all.flatMap((event, index) =>
      event._tag === "UserRequest" && !(this.sawUserEvents && this.roleOnly.has(index)) ? [index] : []
    )
    return [...requests, ...this.imageTurns].sort((left, right) => left - right)
  }

  private rollBack(turns: unknown): void {
    const starts = this.turnStarts()
    const from = typeof turns === "number" && turns > 0 ? (starts.at(-turns) ?? starts[0]) : undefined
    if (from !== undefined) {
      this.plan = undefined
      this.events.cut(from)
      this.calls.rollBack(from)
      this.roleOnly = new Set([...this.roleOnly].filter((index) => index < from))
      this.imageTurns = this.imageTurns.filter((index) => index < from)
      this.turnIsOpen = this.events.all.findLast(beginsOrEndsTurn)?._tag === "UserRequest"
    }
  }
}

const beginsOrEndsTurn = ({ _tag }: SessionEvent): boolean => _tag === "UserRequest" || _tag === "TurnEnd"
