import { type AssistantPlan, hasFinished, type SessionEvidence } from "../../evidence/SessionEvidence.js"
import { type CommandOutput, mergeOutputs, outputOf } from "../CommandOutput.js"
import { EventList } from "../EventList.js"
import type { EditEnd, Place, Provenance, SessionEvent } from "../SessionEvent.js"
import type { Called, Returned, SessionRecord, UserSaid } from "./SessionRecord.js"

/** Makes the events of a session from its records, one at a time. An instance serves one session. */
export class RecordEvents {
  private readonly events: EventList
  /** The indexes of the events of calls. A call whose event was undone has none. */
  private readonly calls = new Map<string, number>()
  private directory: string | undefined
  private firstDirectory: string | undefined
  private plan: AssistantPlan | undefined
  private recordsEnds = false
  /** The place of the answer that ends the current turn, until a record ends the turn. */
  private answeredAt: Place | undefined
  /** The index at which the current turn begins. */
  private turnFrom = 0

  /** Takes the maximum number of characters of outputs and edits that are held together. */
  constructor(keptCharacters: number) {
    this.events = new EventList(keptCharacters)
  }

  /** Adds the next record, in file order. */
  add({ entry, line, timestamp }: SessionRecord): void {
    const place: Place = { line, time: timestamp, directory: this.directory }
    switch (entry._tag) {
      case "WorkingIn":
        this.directory = entry.directory
        this.firstDirectory ??= entry.directory
        return
      case "UserSaid":
        return this.addUserText(entry, place)
      case "AssistantSaid":
        return this.addAssistantText(entry.text, entry.isFinal, place)
      case "Called":
        return this.addCall(entry, place)
      case "Returned":
        return this.addResult(entry, line)
      case "Planned":
        this.plan = { line, left: entry.left }
        return
      case "Stopped":
        return this.stop(entry.by, place)
      case "Ended":
        this.recordsEnds = true
        return this.endTurn({ _tag: "TurnEnd", ...place, provenance: "harness" })
      case "Compacted":
        this.events.push({ _tag: "Compaction", ...place, provenance: "harness" })
        return
      case "Undone":
        return this.undo(entry.fromLine)
      case "SessionDetails":
      case "Unread":
    }
  }

  /** Returns the session so far. */
  result(): SessionEvidence {
    const events: ReadonlyArray<SessionEvent> =
      this.answeredAt === undefined
        ? this.events.all
        : [...this.events.all, { _tag: "TurnEnd", ...this.answeredAt, provenance: "assistant" }]
    return {
      events,
      finished: hasFinished(events, { recordsEnds: this.recordsEnds, isOpen: false }),
      ...(this.firstDirectory === undefined ? {} : { directory: this.firstDirectory }),
      ...(this.plan === undefined ? {} : { plan: this.plan })
    }
  }

  private addUserText({ kind, question, text }: UserSaid, place: Place): void {
    if (kind === "typed") {
      this.closeTurn()
    }
    if (text !== "") {
      const asked = question === undefined || question === "" ? {} : { question }
      this.events.push({ _tag: "UserText", ...place, provenance: "user", kind, text, ...asked })
    }
  }

  private addAssistantText(text: string, isFinal: boolean | undefined, place: Place): void {
    if (text === "") {
      return
    }
    const { last } = this.events
    if (last?._tag === "AssistantText" && last.text === text) {
      this.events.replace(this.events.length - 1, { ...last, isFinal: last.isFinal ?? isFinal })
    } else {
      this.events.push({ _tag: "AssistantText", ...place, provenance: "assistant", text, isFinal })
    }
    this.recordsEnds ||= isFinal !== undefined
    this.answeredAt = isFinal === true ? place : undefined
  }

  private addCall({ action, by, callId }: Called, place: Place): void {
    if (this.calls.has(callId)) {
      return
    }
    this.answeredAt = undefined
    this.calls.set(callId, this.events.push(eventOf(action, by, place)))
  }

  private addResult(result: Returned, line: number): void {
    const index = this.calls.get(result.callId)
    const event = index === undefined ? undefined : this.events.at(index)
    if (index === undefined || event === undefined) {
      return
    }
    switch (event._tag) {
      case "CommandRun": {
        const told = outputOf(result.text, result.exitCode, result.end)
        const output = event.output === undefined ? told : mergeOutputs(event.output, told)
        return this.events.replace(index, { ...event, outputLine: line, output })
      }
      case "FileEdit": {
        const end = editEnd(result)
        const error = end === "failed" ? errorOf(result.text) : undefined
        const changes = result.changes ?? event.changes
        return this.events.replace(index, { ...event, outputLine: line, changes, end, error })
      }
      case "ToolUse": {
        const error = result.hasFailed ? errorOf(result.text) : event.error
        return this.events.replace(index, { ...event, hasEnded: result.end !== "running", error })
      }
      default:
    }
  }

  /** Ends the current turn if it has a final answer, also when no record ends it. */
  private closeTurn(): void {
    if (this.answeredAt !== undefined) {
      this.endTurn({ _tag: "TurnEnd", ...this.answeredAt, provenance: "assistant" })
    }
  }

  /** Adds the end of a turn. A turn ends once, although several records may say so. */
  private endTurn(end: SessionEvent): void {
    this.answeredAt = undefined
    if (this.events.length > this.turnFrom) {
      this.events.push(end)
    }
    this.turnFrom = this.events.length
  }

  private stop(by: Provenance, place: Place): void {
    for (let index = this.turnFrom; index < this.events.length; index++) {
      const event = this.events.at(index)
      if (event?._tag === "CommandRun" && (event.output === undefined || event.output.end === "running")) {
        const output: CommandOutput = { ...(event.output ?? outputOf("", undefined)), end: "interrupted" }
        this.events.replace(index, { ...event, outputLine: place.line, output })
      }
    }
    // What is stopped after the answer takes nothing from it.
    this.endTurn({ _tag: this.answeredAt === undefined ? "Interruption" : "TurnEnd", ...place, provenance: by })
  }

  private undo(fromLine: number): void {
    const from = this.events.all.findIndex(({ line }) => line >= fromLine)
    if (from === -1) {
      return
    }
    this.events.cut(from)
    this.answeredAt = undefined
    this.turnFrom = Math.min(this.turnFrom, from)
    if (this.plan !== undefined && this.plan.line >= fromLine) {
      this.plan = undefined
    }
    for (const [callId, index] of this.calls) {
      if (index >= from) {
        // Results that come later belong to no event, and a repetition of the call makes none.
        this.calls.set(callId, Number.POSITIVE_INFINITY)
      }
    }
  }
}

const eventOf = (action: Called["action"], provenance: Provenance, place: Place): SessionEvent => {
  switch (action._tag) {
    case "Command": {
      const isElsewhere = action.directory !== undefined && action.directory !== place.directory
      return {
        _tag: "CommandRun",
        ...place,
        ...(isElsewhere ? { directory: action.directory, sessionDirectory: place.directory } : {}),
        provenance,
        outputLine: place.line,
        command: action.command,
        isEscalated: action.isEscalated,
        output: undefined
      }
    }
    case "Edit":
      return {
        _tag: "FileEdit",
        ...place,
        provenance,
        outputLine: place.line,
        changes: action.changes,
        end: "unknown",
        error: undefined
      }
    case "Tool":
      return { _tag: "ToolUse", ...place, provenance, tool: action.tool, hasEnded: false, error: undefined }
  }
}

const editEnd = ({ end, hasFailed }: Returned): EditEnd =>
  end === "refused" ? "refused" : end !== "exited" ? "unknown" : hasFailed ? "failed" : "applied"

/** Returns the first two lines of an error, as one line. */
const errorOf = (text: string): string => text.trim().split("\n", 2).join(" ") || "it failed"
