import { type CommandOutput, continueOutput, readOutput } from "./CommandOutput.js"
import type { EventList } from "./EventList.js"
import type { JsonObject } from "../session/LenientField.js"
import type { SessionEvent } from "./SessionEvent.js"
import { type Ending, readToolCall, type ToolCall } from "./ToolCall.js"

/** How many scripts of one turn may still hear how their calls ended: more never run at a time. */
const openScriptsKept = 64

/** A call, and where in the list of events what it did stands. */
interface Call {
  readonly form: ToolCall["form"]
  readonly events: ReadonlyArray<number>
}

const failedPatch = /^(?:apply_patch verification failed|Failed to |error:|Invalid )/i
const failedTool = /^(?:error\b|err:|failed\b|tool call (?:error|failed))/i

/** Brings the calls of one session together with their outputs and their ends, in the list of its events. */
export class CallPairing {
  private readonly events: EventList
  private readonly calls = new Map<string, Call>()
  private readonly openScripts = new Map<string, Call>()
  private readonly runningSessions = new Map<string, number>()
  /** Events of the list that an event of the rollout has ended: nothing that comes later knows better. */
  private ended = new Set<number>()

  constructor(events: EventList) {
    this.events = events
  }

  /** Takes a call, as a response item has it: what it did becomes events, or goes on with one that is still running. */
  addCall(item: JsonObject, line: number): void {
    const { events, form, session } = readToolCall(item, line)
    const running = session === undefined ? undefined : this.runningSessions.get(session)
    const indices = running === undefined ? events.map((event) => this.events.push(event)) : [running]
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

  /** Takes what a call gave back, as a response item has it; of an unknown call it tells nothing. */
  addOutput(item: JsonObject, line: number): void {
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
    const event = this.events.at(index)
    if (event?._tag === "CommandRun") {
      const merge = form === "continuation" ? continueOutput : mergeOutputs
      const whole = event.output === undefined ? output : merge(event.output, output)
      this.events.replace(index, { ...event, outputLine: line, output: whole })
    } else if (event?._tag === "FileEdit") {
      const failed = failedPatch.test(output.text) || (output.exitCode ?? 0) !== 0
      const error = failed ? output.text.trim().split("\n", 2).join(" ") : event.error
      this.events.replace(index, { ...event, outputLine: line, error })
    } else if (event?._tag === "ToolUse" && failedTool.test(output.text.trim())) {
      this.events.replace(index, { ...event, error: output.errorLine ?? event.error })
    }
  }

  /** Takes the end of something that was done, as an event has it: of a call's event, else one of its own. */
  addEnding({ callId, event }: Ending<SessionEvent>): void {
    const index = this.endedEvent(callId, event)
    const known = index === undefined ? undefined : this.events.at(index)
    if (index === undefined || known === undefined) {
      const tellsNothing =
        (event._tag === "CommandRun" && event.command === "") ||
        (event._tag === "FileEdit" && event.changes.length === 0) ||
        (event._tag === "ToolUse" && event.tool === "")
      if (!tellsNothing) {
        this.events.push(event)
      }
      return
    }
    this.ended.add(index)
    if (known._tag === "CommandRun" && event._tag === "CommandRun" && event.output !== undefined) {
      const output = known.output === undefined ? event.output : mergeOutputs(known.output, event.output)
      this.events.replace(index, { ...known, outputLine: event.outputLine, output })
    } else if (known._tag === "FileEdit" && event._tag === "FileEdit") {
      const changes = known.changes.length > 0 ? known.changes : event.changes
      this.events.replace(index, { ...known, outputLine: event.outputLine, changes, error: event.error ?? known.error })
    } else if (known._tag === "ToolUse" && event._tag === "ToolUse") {
      this.events.replace(index, { ...known, error: event.error ?? known.error })
    }
  }

  /** The event that an ending ends: its call's own, else the first open one of this turn's scripts, the newest first. */
  private endedEvent(callId: string | undefined, ending: SessionEvent): number | undefined {
    const own = callId === undefined ? undefined : this.calls.get(callId)
    if (own !== undefined) {
      return own.events.find((index) => this.events.at(index)?._tag === ending._tag)
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
    const event = this.events.at(index)
    return (
      (event?._tag === "CommandRun" && ending._tag === "CommandRun" && event.command === ending.command) ||
      (event?._tag === "FileEdit" && ending._tag === "FileEdit")
    )
  }

  /** A turn came to its end: nothing ends its scripts' calls any more. */
  endTurn(): void {
    this.openScripts.clear()
  }

  /** The events from an index on were undone: whatever is still told of earlier calls belongs to none of them. */
  rollBack(from: number): void {
    this.ended = new Set([...this.ended].filter((index) => index < from))
    this.calls.clear()
    this.openScripts.clear()
    this.runningSessions.clear()
  }
}

const callIdOf = (item: JsonObject, line: number): string =>
  typeof item["call_id"] === "string" ? item["call_id"] : `line ${line}`

/** Of one ending told twice, by an event and by the call's output: the exit code of either, and the longer text. */
const mergeOutputs = (known: CommandOutput, told: CommandOutput): CommandOutput => ({
  exitCode: told.exitCode ?? known.exitCode,
  runningSession: told.runningSession ?? known.runningSession,
  text: told.text.length > known.text.length ? told.text : known.text,
  errorLine: told.errorLine ?? known.errorLine
})
