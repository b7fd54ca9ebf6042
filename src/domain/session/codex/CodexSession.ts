import { type AssistantPlan, hasFinished, type SessionEvidence } from "../../evidence/SessionEvidence.js"
import { EventList } from "../EventList.js"
import { isJsonObject, type JsonObject } from "../LenientField.js"
import { outputOf } from "../CommandOutput.js"
import type { CallPlace, Place, Provenance, SessionEvent, UserText } from "../SessionEvent.js"
import { keptEvidenceCharacters } from "../SessionReading.js"
import { readPlan } from "./AssistantPlan.js"
import { CallPairing } from "./calls/CallPairing.js"
import { environmentCwd, isAbortNote, isWrapped, readOwnCommand } from "./InjectedText.js"
import type { Compacted, Event, ResponseItem, RolloutLine } from "./RolloutLine.js"
import { Goals } from "./Goals.js"
import { completedItem, contentParts, contentText, typedEventText, typedText } from "./SessionText.js"
import { sandboxModeOf } from "./SandboxPolicy.js"
import { readScriptOutput } from "./calls/CallOutput.js"
import { isWait, readCommandEnding, readMcpEnding, readPatchEnding, scriptIn } from "./calls/ToolCall.js"
import {
  type AskedQuestions,
  readAnswers,
  readPrintedAnswers,
  readQuestions,
  readRetainedAnswers,
  readScriptQuestions,
  retainsAnswersTo,
  type UserAnswer
} from "./UserAnswers.js"

/** Reasons in an interruption event which mean that the user stopped the turn, and not the harness. */
const userReasons: ReadonlySet<unknown> = new Set(["interrupted", "replaced", "user_cancelled", undefined])

/** Converts the lines of a Codex rollout into events, one line at a time. An instance serves one rollout. */
export class CodexSessionBuilder {
  private readonly events = new EventList(keptEvidenceCharacters)
  private readonly calls = new CallPairing(this.events)
  /**
   * Indexes of user messages that only an item with the role `user` records. If the rollout also has events for
   * messages that users typed, these messages do not count as the user's.
   */
  private roleOnly = new Set<number>()
  /** Indexes of the events directly after a user's message that has only images, which makes no event itself. */
  private imageTurns: ReadonlyArray<number> = []
  private sawUserEvents = false
  private readonly goals = new Goals()
  /**
   * Questions to the user by the id of their call. `answered` has the calls whose answer was read, since two lines
   * record each answer.
   */
  private readonly questions = new Map<string, AskedQuestions>()
  private readonly answered = new Set<string>()
  /**
   * The newest script that asks the user something, with the ids of its own call and of the calls that waited for it;
   * undefined if there is none.
   */
  private asking: { readonly callId: string; readonly calls: ReadonlySet<string> } | undefined
  private recordsEnds = false
  /** True if a line recorded that the current turn began, and none that it ended. */
  private isTurnOpen = false
  /**
   * The place of the final answer in the current turn; undefined if there is none, or if a line records the end of the
   * turn.
   */
  private answeredAt: Place | undefined
  /**
   * The number of recorded turns so far, and for each typed message the open turn that it belongs to. A message that
   * steers a turn begins none of its own.
   */
  private turns = 0
  private turnOf = new Map<number, number>()
  /** The text of an error that may have stopped the current turn, with its place; undefined once the work went on. */
  private stopped: { readonly reason: string; readonly place: Place } | undefined
  /** The index of the first event after the last line that recorded the beginning of a turn. */
  private turnStart = 0
  private firstDirectory: string | undefined
  private directory: string | undefined
  private plan: AssistantPlan | undefined
  /** The sandbox mode of the current turn; undefined until a line records it. */
  private sandbox: string | undefined

  /** Adds the next line of the rollout, in file order. */
  add(line: RolloutLine): void {
    const place = { line: line.line, time: line.timestamp, directory: this.directory }
    const goal = this.goals.read(line)
    if (goal?.isUsers === true) {
      this.addGoal(goal.text, place)
    }
    switch (line._tag) {
      case "SessionMeta":
        return this.moveTo(this.directory ?? line.meta.cwd)
      case "TurnContext":
        this.moveTo(line.context.cwd)
        this.sandbox = sandboxModeOf(line.context.sandbox_policy) ?? this.sandbox
        return this.moveRequest()
      case "ResponseItem":
        return this.addItem(line, place)
      case "Event":
        return this.addEvent(line, place)
      case "Compacted":
        return this.compact(line, place)
      case "Unrecognised":
    }
  }

  /** Returns the session so far. */
  result(): SessionEvidence {
    const told = this.events.all.filter((_, index) => !this.isUntyped(index) && !this.calls.neverRan(index))
    const events: ReadonlyArray<SessionEvent> = [...told, ...this.openEnd()]
    return {
      events,
      finished: hasFinished(events, { recordsEnds: this.recordsEnds, isOpen: this.isTurnOpen }),
      ...(this.firstDirectory === undefined ? {} : { directory: this.firstDirectory }),
      ...(this.plan === undefined ? {} : { plan: this.plan })
    }
  }

  /** Returns the end of the current turn, if no line records it: its final answer, or the error that stopped it. */
  private openEnd(): ReadonlyArray<SessionEvent> {
    const { answeredAt, stopped } = this
    return answeredAt !== undefined
      ? [{ _tag: "TurnEnd", ...answeredAt, provenance: "assistant" }]
      : stopped !== undefined && this.isTurnOpen
        ? [{ _tag: "Interruption", ...stopped.place, provenance: "harness", reason: stopped.reason }]
        : []
  }

  /**
   * True if the user did not type a message that has the role `user`, since otherwise the rollout would also have an
   * event for it.
   */
  private isUntyped(index: number): boolean {
    if (!this.roleOnly.has(index)) {
      return false
    }
    const event = this.events.at(index)
    return this.sawUserEvents || (this.recordsEnds && event?._tag === "UserText" && isWrapped(event.text))
  }

  private callPlace(place: Place): CallPlace {
    return this.sandbox === undefined ? place : { ...place, sandbox: this.sandbox }
  }

  private moveTo(directory: string | undefined): void {
    this.directory = directory ?? this.directory
    this.firstDirectory ??= this.directory
  }

  /**
   * Moves the request of the current turn to the turn's directory. Some versions record that directory only below the
   * request.
   */
  private moveRequest(): void {
    const { directory } = this
    for (let index = this.events.length - 1; index >= this.turnStart; index--) {
      const event = this.events.at(index)
      if (event?._tag !== "UserText") {
        return
      }
      this.events.replace(index, { ...event, directory })
    }
  }

  private addItem(line: ResponseItem, place: Place): void {
    const { item, kind } = line
    switch (kind) {
      case "message":
        return item["role"] === "assistant"
          ? this.addAssistantText(contentText(item["content"]), item["phase"], place)
          : item["role"] === "user"
            ? this.addRoleMessage(item["content"], typedText(item), place)
            : undefined
      case "function_call":
      case "custom_tool_call":
      case "local_shell_call":
        this.goOn()
        this.goals.addCall(item)
        this.plan = readPlan(item, place.line) ?? this.plan
        return this.askUser(item) ? undefined : this.calls.addCall(item, this.callPlace(place))
      case "function_call_output":
      case "custom_tool_call_output":
        this.goals.addOutput(item)
        return this.answer(item, place) ? undefined : this.calls.addOutput(item, place.line)
      case "web_search_call":
        this.goOn()
        this.events.push({
          _tag: "ToolUse",
          ...place,
          provenance: "assistant",
          tool: "web_search",
          hasEnded: true,
          error: undefined
        })
        return
      default:
    }
  }

  /** Records a call that asks the user something. Returns whether the item does nothing else. */
  private askUser(item: JsonObject): boolean {
    const { call_id: callId } = item
    if (typeof callId !== "string") {
      return false
    }
    const questions = readQuestions(item)
    if (questions !== undefined) {
      this.questions.set(callId, questions)
      return true
    }
    const script = scriptIn(item)
    const asked = script === undefined ? undefined : readScriptQuestions(script)
    if (asked !== undefined && asked.size > 0) {
      this.questions.set(callId, asked)
      this.asking = { callId, calls: new Set([callId]) }
    } else if (this.asking !== undefined && isWait(item)) {
      this.asking = { ...this.asking, calls: new Set([...this.asking.calls, callId]) }
    }
    return false
  }

  /** Adds the answers in the output of a call that asked something. Returns whether the call did nothing else. */
  private answer({ call_id: callId, output }: JsonObject, place: Place): boolean {
    const { asking } = this
    if (asking !== undefined && typeof callId === "string" && asking.calls.has(callId)) {
      const { printed } = readScriptOutput(output)
      this.answerQuestions(asking.callId, place, (questions) => readPrintedAnswers(printed, questions))
      return false
    }
    return this.answerQuestions(callId, place, (questions) => readAnswers(output, questions))
  }

  /** Adds the answers in a line that retains them. It may name the call in a script, which has no line of its own. */
  private retainAnswers(payload: JsonObject, place: Place): void {
    const isKnown = typeof payload["call_id"] === "string" && this.questions.has(payload["call_id"])
    const asked = this.asking === undefined ? undefined : this.questions.get(this.asking.callId)
    const isOfScript = asked !== undefined && retainsAnswersTo(payload, asked)
    const callId = isKnown ? payload["call_id"] : isOfScript ? this.asking?.callId : undefined
    this.answerQuestions(callId, place, (questions) => readRetainedAnswers(payload, questions))
  }

  /**
   * Adds the user's answers to a call that asked something. Two lines may record them; only the first counts. Returns
   * whether the call was a question.
   */
  private answerQuestions(
    callId: unknown,
    place: Place,
    read: (questions: AskedQuestions) => ReadonlyArray<UserAnswer>
  ): boolean {
    const questions = typeof callId === "string" ? this.questions.get(callId) : undefined
    if (typeof callId !== "string" || questions === undefined) {
      return false
    }
    const push = (kind: UserText["kind"], text: string, question: string): void => {
      if (text !== "") {
        this.events.push({
          _tag: "UserText",
          ...place,
          provenance: "user",
          kind,
          text,
          ...(question === "" ? {} : { question })
        })
      }
    }
    const answers = this.answered.has(callId) ? [] : read(questions)
    for (const { choice, note, question } of answers) {
      push("answer", choice, question)
      push("note", note, question)
    }
    if (answers.length > 0) {
      this.answered.add(callId)
    }
    return true
  }

  private addGoal(goal: string, place: Place): void {
    this.sawUserEvents = true
    this.closeTurn()
    this.events.push({ _tag: "UserText", ...place, provenance: "user", kind: "goal", text: goal })
  }

  /** Adds a command that the user ran without the assistant, unless an event has already recorded it. */
  private addOwnCommand(text: string, place: Place): boolean {
    const own = readOwnCommand(text)
    if (own === undefined) {
      return false
    }
    const { command, exitCode, output } = own
    const { last } = this.events
    if (!(last?._tag === "CommandRun" && last.provenance === "user" && last.command === command)) {
      this.events.push({
        _tag: "CommandRun",
        ...place,
        provenance: "user",
        outputLine: place.line,
        command,
        isEscalated: false,
        output: outputOf(output, exitCode)
      })
    }
    return true
  }

  private addEvent(event: Event, place: Place): void {
    const typed = typedEventText(event)
    if (typed !== undefined) {
      return this.addUserEvent(typed, place)
    }
    const item = completedItem(event)
    const payload = item ?? event.payload
    switch (item === undefined ? event.kind : item["type"]) {
      case "agent_message":
        return this.addAssistantText(String(payload["message"] ?? "").trim(), payload["phase"], place)
      case "AgentMessage":
        return this.addAssistantText(contentText(payload["content"]), payload["phase"], place)
      case "exec_command_end":
      case "CommandExecution":
        return this.calls.addEnding(readCommandEnding(payload, this.callPlace(place)))
      case "patch_apply_end":
      case "FileChange":
        return this.calls.addEnding(readPatchEnding(payload, place))
      case "mcp_tool_call_end":
      case "McpToolCall":
        return this.calls.addEnding(readMcpEnding(payload, place))
      case "thread_settings_applied": {
        const settings = payload["thread_settings"]
        const cwd = isJsonObject(settings) ? settings["cwd"] : undefined
        return this.moveTo(typeof cwd === "string" && cwd !== "" ? cwd : undefined)
      }
      case "task_started":
      case "turn_started":
        this.recordsEnds = true
        this.closeTurn()
        this.goals.endTurn()
        this.isTurnOpen = true
        this.turns++
        this.turnStart = this.events.length
        return
      case "task_complete":
      case "turn_complete":
        this.recordsEnds = true
        if (this.stopped === undefined) {
          this.addLastMessage(payload["last_agent_message"], place)
        }
        return this.endTurn(this.stopped === undefined ? "TurnEnd" : "Interruption", "harness", place)
      case "error": {
        const reason = typeof payload["message"] === "string" ? payload["message"].trim() : ""
        this.stopped = reason === "" ? undefined : { reason, place }
        return
      }
      case "turn_aborted":
        return this.endTurn("Interruption", userReasons.has(payload["reason"]) ? "user" : "harness", place)
      case "retained_context":
        return this.retainAnswers(payload, place)
      case "thread_rolled_back":
        return this.rollBack(event.payload["num_turns"])
      default:
    }
  }

  /** Adds the answer that the end of a turn repeats, if no line of the turn has it. */
  private addLastMessage(message: unknown, place: Place): void {
    const text = typeof message === "string" ? message.trim() : ""
    const isTold = this.events.all
      .slice(this.turnStart)
      .some((event) => event._tag === "AssistantText" && event.text.trim() === text)
    if (!isTold) {
      this.addAssistantText(text, "final_answer", place)
    }
  }

  private endTurn(_tag: "TurnEnd" | "Interruption", provenance: Provenance, place: Place): void {
    const isAnswered = this.answeredAt !== undefined
    const reason = this.stopped?.reason
    this.answeredAt = undefined
    this.stopped = undefined
    this.isTurnOpen = false
    this.goals.endTurn()
    if (_tag === "Interruption") {
      this.calls.interruptTurn(place.line)
    } else {
      this.calls.endTurn()
    }
    // What is stopped after the answer takes nothing from it.
    if (isAnswered || _tag === "TurnEnd") {
      this.events.push({ _tag: "TurnEnd", ...place, provenance })
    } else if (this.events.last?._tag === "Interruption") {
      // A message and an event record each interruption; the event knows better who stopped the turn.
      this.events.replace(this.events.length - 1, { ...this.events.last, provenance })
    } else {
      this.events.push({ _tag, ...place, provenance, ...(reason === undefined ? {} : { reason }) })
    }
  }

  /** Ends the current turn if it has a final answer, also when no line records its end. */
  private closeTurn(): void {
    if (this.answeredAt !== undefined) {
      this.endTurn("TurnEnd", "assistant", this.answeredAt)
    }
  }

  /** Records that work went on, so that an answer before it was not the final one of its turn. */
  private goOn(): void {
    this.answeredAt = undefined
    this.stopped = undefined
  }

  private addAssistantText(text: string, phase: unknown, place: Place): void {
    if (text === "") {
      return
    }
    const isFinal = phase === "final_answer" ? true : typeof phase === "string" ? false : undefined
    this.stopped = undefined
    const last = this.events.last
    if (last?._tag === "AssistantText" && last.text === text) {
      this.events.replace(this.events.length - 1, { ...last, isFinal: last.isFinal ?? isFinal })
    } else {
      this.events.push({ _tag: "AssistantText", ...place, provenance: "assistant", text, isFinal })
    }
    this.recordsEnds ||= isFinal !== undefined
    this.answeredAt = isFinal === true ? place : undefined
  }

  /**
   * Adds a compaction. The assistant message directly before it is a summary for the model itself, which nobody was
   * shown, and is removed.
   */
  private compact({ message }: Compacted, place: Place): void {
    const last = this.events.last
    if (last?._tag === "AssistantText" && message.endsWith(last.text)) {
      this.events.cut(this.events.length - 1)
    }
    this.events.push({ _tag: "Compaction", ...place, provenance: "harness" })
  }

  private addRoleMessage(content: unknown, text: string, place: Place): void {
    if (this.directory === undefined) {
      this.moveTo(
        contentParts(content)
          .map(environmentCwd)
          .find((cwd) => cwd !== undefined)
      )
    }
    if (this.addOwnCommand(contentText(content), place)) {
      return
    }
    if (isAbortNote(contentText(content))) {
      return this.isTurnOpen || !this.recordsEnds ? this.endTurn("Interruption", "user", place) : undefined
    }
    if (text !== "" && !this.justRequested(text)) {
      this.closeTurn()
      this.roleOnly.add(this.pushTyped(text, place))
    }
  }

  private addUserEvent(text: string, place: Place): void {
    this.sawUserEvents = true
    if (this.justRequested(text)) {
      this.roleOnly.delete(this.events.length - 1)
      return
    }
    this.closeTurn()
    if (text !== "") {
      this.pushTyped(text, place)
    } else {
      this.imageTurns = [...this.imageTurns, this.events.length]
    }
  }

  private pushTyped(text: string, place: Place): number {
    const index = this.events.push({ _tag: "UserText", ...place, provenance: "user", kind: "typed", text })
    if (this.isTurnOpen) {
      this.turnOf.set(index, this.turns)
    }
    return index
  }

  /**
   * True if the last event is a request with this text. A message and an event record each request, with nothing
   * between them.
   */
  private justRequested(text: string): boolean {
    const last = this.events.last
    return last?._tag === "UserText" && last.text === text
  }

  /** The indexes of the events at which turns begin. */
  private turnStarts(): ReadonlyArray<number> {
    const seen = new Set<number>()
    const requests = this.events.all.flatMap((event, index) => {
      const isRequest = event._tag === "UserText" && event.kind === "typed" && !this.isUntyped(index)
      const turn = this.turnOf.get(index)
      const isSteering = isRequest && turn !== undefined && seen.has(turn)
      if (isRequest && turn !== undefined) {
        seen.add(turn)
      }
      return isRequest && !isSteering ? [index] : []
    })
    return [...requests, ...this.imageTurns].sort((left, right) => left - right)
  }

  private rollBack(turns: unknown): void {
    const starts = this.turnStarts()
    const from = typeof turns === "number" && turns > 0 ? (starts.at(-turns) ?? starts[0]) : undefined
    if (from !== undefined) {
      this.plan = undefined
      this.answeredAt = undefined
      this.isTurnOpen = false
      this.asking = undefined
      this.events.cut(from)
      this.turnStart = Math.min(this.turnStart, from)
      this.calls.rollBack(from)
      this.roleOnly = new Set([...this.roleOnly].filter((index) => index < from))
      this.imageTurns = this.imageTurns.filter((index) => index < from)
      this.turnOf = new Map([...this.turnOf].filter(([index]) => index < from))
    }
  }
}
