import {
  type CommandOutput,
  mergeOutputs,
  nothingPrinted,
  outputOf,
  type PrintedText,
  printMore
} from "../../CommandOutput.js"
import type { EventList } from "../../EventList.js"
import type { JsonObject } from "../../LenientField.js"
import type { CallPlace, EditEnd, SessionEvent } from "../../SessionEvent.js"
import { commandOutput, isFailedPoll, readOutput, readResult, readScriptOutput } from "./CallOutput.js"
import { type PrintedResult, resultsOf, type Script } from "./ScriptPrints.js"
import { type Act, type Ending, readToolCall } from "./ToolCall.js"

/** The maximum number of scripts of one turn whose calls may still end; no more run at a time. */
const openScriptsKept = 64

/**
 * The maximum number of characters that a running script printed and that are kept. Beyond it the printed texts are not
 * assigned to calls.
 */
const printedCharacters = 1_048_576

/**
 * A call in a script. `index` is that of the event for the call, or of the event of the command whose output the call
 * reads.
 */
interface ScriptAct {
  readonly index: number | undefined
  readonly isPoll: boolean
  readonly isStop: boolean
  /** The text that the command had printed before a call that reads more of it, set when that call first reports something. */
  before: PrintedText | undefined
}

interface ScriptRun {
  readonly script: Script
  readonly acts: ReadonlyArray<ScriptAct>
  readonly printed: Array<string>
}

/** A tool call of the session, with the indexes of its events. */
type Call =
  | { readonly _tag: "Does"; readonly events: ReadonlyArray<number> }
  | { readonly _tag: "Polls"; readonly index: number | undefined; readonly isStop: boolean }
  | { readonly _tag: "Runs"; readonly run: ScriptRun | undefined }

const failedPatch = /^(?:apply_patch verification failed|Failed to |error:|Invalid )/i
/** Returns the end of an edit, by the output of its call. */
const editEnd = ({ end, exitCode, text }: CommandOutput): EditEnd => {
  switch (end) {
    case "refused":
      return "refused"
    case "running":
    case "interrupted":
      return "unknown"
    case "exited":
      return failedPatch.test(text) || (exitCode ?? 0) !== 0 ? "failed" : "applied"
    default:
      return "failed"
  }
}

const failedTool = /^(?:error\b|err:|failed\b|tool call (?:error|failed))/i

/** Matches the calls of one session with their outputs and their ends, and updates the session's events. */
export class CallPairing {
  private readonly events: EventList
  private readonly calls = new Map<string, Call>()
  private readonly openScripts = new Map<string, ReadonlyArray<number>>()
  private readonly runningSessions = new Map<string, number>()
  /** The texts that running commands have printed so far, by the indexes of their events. */
  private readonly printedTexts = new Map<number, PrintedText>()
  private readonly runningCells = new Map<string, ScriptRun>()
  /** Indexes of events whose end was recorded by an event of the rollout. Later output does not change them. */
  private ended = new Set<number>()
  /** Indexes of the commands of scripts that ran to their end. */
  private readonly ofEndedScripts = new Set<number>()
  /** True if the record has the end of a command that a script ran. It then has the ends of all others, too. */
  private recordsScriptEnds = false
  /** The index at which the current turn begins. */
  private turnFrom = 0

  constructor(events: EventList) {
    this.events = events
  }

  /** Adds a call from a response item. It becomes one or more events, or continues a command that is still running. */
  addCall(item: JsonObject, place: CallPlace): void {
    const callId = callIdOf(item, place.line)
    const call = readToolCall(item, place)
    switch (call._tag) {
      case "Does":
        this.calls.set(callId, { _tag: "Does", events: this.pushAll(call.events) })
        return
      case "Polls":
        this.calls.set(callId, { ...call, index: this.runningSessions.get(call.session) })
        return
      case "Waits":
        this.calls.set(callId, { _tag: "Runs", run: this.runningCells.get(call.cell) })
        return
      case "Script":
        return this.addScript(callId, call.script, call.acts)
    }
  }

  private pushAll(events: ReadonlyArray<SessionEvent>): ReadonlyArray<number> {
    return events.map((event) => this.events.push(event))
  }

  private addScript(callId: string, script: Script, given: ReadonlyArray<Act>): void {
    const acts: Array<ScriptAct> = []
    const own: Array<number> = []
    for (const [number, act] of given.entries()) {
      const call = script.calls[number]
      const named = call?.sessionOf === undefined ? undefined : script.callNamed(call.sessionOf, call.start)
      const events = act._tag === "Does" ? this.pushAll(act.events) : []
      own.push(...events)
      acts.push({
        index:
          act._tag === "Does"
            ? events[0]
            : named === undefined
              ? this.runningSessions.get(act.session)
              : acts[named]?.index,
        isPoll: act._tag === "Polls",
        isStop: act._tag === "Polls" && act.isStop,
        before: undefined
      })
    }
    this.calls.set(callId, { _tag: "Runs", run: { script, acts, printed: [] } })
    this.openScripts.set(callId, own)
    const [oldest] = this.openScripts.keys()
    if (oldest !== undefined && this.openScripts.size > openScriptsKept) {
      this.openScripts.delete(oldest)
    }
  }

  /** Adds the output of a call from a response item; the output of an unknown call is ignored. */
  addOutput(item: JsonObject, line: number): void {
    const call = this.calls.get(callIdOf(item, line))
    switch (call?._tag) {
      case "Does":
        return call.events.forEach((index) => this.answer(index, item["output"], line))
      case "Polls":
        return call.index === undefined ? undefined : this.poll(call.index, call.isStop, item["output"], line)
      case "Runs":
        return call.run === undefined ? undefined : this.print(call.run, item["output"], line)
      default:
    }
  }

  private answer(index: number, given: unknown, line: number): void {
    const { output, session, text } = readOutput(given)
    this.tell(index, line, output, (known) => mergeOutputs(known, output))
    this.keepPrinted(index, output, printMore(nothingPrinted, text))
    if (session !== undefined) {
      this.runningSessions.set(session, index)
    }
  }

  private poll(index: number, isStop: boolean, given: unknown, line: number): void {
    if (this.ended.has(index) || isFailedPoll(given)) {
      return
    }
    const { output: piece, session, text } = readOutput(given)
    const output = stoppedIf(isStop, this.continued(index, this.printedBy(index), piece, text))
    this.tell(index, line, output, () => output)
    if (session !== undefined) {
      this.runningSessions.set(session, index)
    }
  }

  /**
   * Adds further texts that a script printed, and updates the events of its calls with what all its texts show so far.
   */
  private print(run: ScriptRun, given: unknown, line: number): void {
    const { cell, hasCompleted, hasFailed, printed } = readScriptOutput(given)
    run.printed.push(...printed)
    if (cell !== undefined) {
      this.runningCells.set(cell, run)
    }
    const { acts, script } = run
    const isHeld = run.printed.reduce((sum, text) => sum + text.length, 0) <= printedCharacters
    const results =
      script.prints === undefined || !isHeld ? undefined : resultsOf(script.prints, run.printed, cell === undefined)
    if (results !== undefined) {
      results.forEach((result, number) => this.tellResult(acts[number], result, line))
    } else if (acts.length === 1 && !(hasFailed && this.isOtherError(acts[0], run.printed))) {
      this.tellResult(acts[0], resultIn(run.printed), line)
    }
    if (hasCompleted && !script.catchesErrors) {
      this.endEdits(acts, line)
    }
    if (hasCompleted || hasFailed) {
      acts.forEach(({ index }) => index !== undefined && this.ofEndedScripts.add(index))
    }
  }

  /** True if a script that ended with an error made an edit, and the error says nothing of it. */
  private isOtherError(act: ScriptAct | undefined, printed: ReadonlyArray<string>): boolean {
    const event = act?.index === undefined ? undefined : this.events.at(act.index)
    const { exitCode, isRunning, text } = resultIn(printed)
    return event?._tag === "FileEdit" && editEnd(commandOutput(text ?? "", exitCode, isRunning)) === "applied"
  }

  /**
   * Marks the edits of a script that ran to its end as applied, since an edit that fails ends a script that does not
   * catch errors.
   */
  private endEdits(acts: ReadonlyArray<ScriptAct>, line: number): void {
    for (const { index } of acts) {
      const event = index === undefined ? undefined : this.events.at(index)
      if (index !== undefined && event?._tag === "FileEdit" && event.end === "unknown") {
        this.events.replace(index, { ...event, outputLine: line, end: "applied" })
      }
    }
  }

  private tellResult(act: ScriptAct | undefined, result: PrintedResult, line: number): void {
    const index = act?.index
    if (act === undefined || index === undefined) {
      return
    }
    if (result.session !== undefined) {
      this.runningSessions.set(result.session, index)
    }
    const text = result.text ?? ""
    if (this.ended.has(index) || (act.isPoll && isFailedPoll(text))) {
      return
    }
    const piece = commandOutput(text, result.exitCode, result.isRunning)
    act.before ??= act.isPoll ? this.printedBy(index) : nothingPrinted
    const output = stoppedIf(act.isStop, this.continued(index, act.before, piece, text))
    this.tell(index, line, output, () => output)
  }

  /** Returns the text that a command has printed so far. */
  private printedBy(index: number): PrintedText {
    const event = this.events.at(index)
    const known = event?._tag === "CommandRun" ? (event.output?.text ?? "") : ""
    return this.printedTexts.get(index) ?? printMore(nothingPrinted, known)
  }

  /**
   * Returns the output of a command that printed `text` after `before`. `piece` is that text read as an output of its
   * own, which tells how the command ended.
   */
  private continued(index: number, before: PrintedText, piece: CommandOutput, text: string): CommandOutput {
    const event = this.events.at(index)
    const known = event?._tag === "CommandRun" ? event.output?.exitCode : undefined
    // The note of the harness that a command was stopped is no output.
    const printed = piece.end === "interrupted" ? before : printMore(before, text)
    this.keepPrinted(index, piece, printed)
    return outputOf(printed, piece.exitCode ?? known, piece.end)
  }

  /** Keeps the text of a command for as long as it runs. */
  private keepPrinted(index: number, { end }: CommandOutput, printed: PrintedText): void {
    if (end === "running") {
      this.printedTexts.set(index, printed)
    } else {
      this.printedTexts.delete(index)
    }
  }

  /** Stores an output in an event. `withKnown` joins it with the output that the event already has. */
  private tell(
    index: number,
    line: number,
    output: CommandOutput,
    withKnown: (known: CommandOutput) => CommandOutput
  ): void {
    const event = this.events.at(index)
    if (event?._tag === "CommandRun") {
      const whole = event.output === undefined ? output : withKnown(event.output)
      this.events.replace(index, { ...event, outputLine: line, output: whole })
    } else if (event?._tag === "FileEdit") {
      const told = editEnd(output)
      // An event that records the end knows better than what was printed, which may be of another call.
      const end = this.ended.has(index) && event.end !== "unknown" ? event.end : told
      const said = output.text.trim().split("\n", 2).join(" ")
      const error = told === "failed" ? said || `the patch was ${output.end}` : event.error
      this.events.replace(index, { ...event, outputLine: line, end, error: end === "failed" ? error : undefined })
    } else if (event?._tag === "ToolUse") {
      const error = failedTool.test(output.text.trim()) ? (output.errorLine ?? event.error) : event.error
      this.events.replace(index, { ...event, hasEnded: event.hasEnded || output.end !== "running", error })
    }
  }

  /**
   * Adds the end of a command, an edit or a tool call from an event. Updates the event of the call, or adds a new one
   * if there is none.
   */
  addEnding(ending: Ending<SessionEvent>): void {
    const { event } = ending
    const index = this.endedEvent(ending)
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
      const { directory, sessionDirectory } = event.sessionDirectory === undefined ? known : event
      const place = sessionDirectory === undefined ? {} : { directory, sessionDirectory }
      this.events.replace(index, { ...known, ...place, outputLine: event.outputLine, output })
    } else if (known._tag === "FileEdit" && event._tag === "FileEdit") {
      const changes = known.changes.length > 0 ? known.changes : event.changes
      const end = event.end === "unknown" ? known.end : event.end
      const error = end === "failed" ? (event.error ?? known.error) : undefined
      this.events.replace(index, { ...known, outputLine: event.outputLine, changes, end, error })
    } else if (known._tag === "ToolUse" && event._tag === "ToolUse") {
      this.events.replace(index, { ...known, hasEnded: true, error: event.error ?? known.error })
    }
  }

  /**
   * Finds the event that an ending completes. If the call has events of its own, only those are searched. Otherwise it
   * is the running command of the terminal session; failing that, in the scripts of this turn, newest first, the first
   * event without an end that is the same command or also an edit of files.
   */
  private endedEvent({ callId, event: ending, session }: Ending<SessionEvent>): number | undefined {
    const own = callId === undefined ? undefined : this.calls.get(callId)
    if (own?._tag === "Does") {
      return own.events.find((index) => this.events.at(index)?._tag === ending._tag)
    }
    const running = session === undefined ? undefined : this.runningSessions.get(session)
    if (running !== undefined && !this.ended.has(running) && this.fits(running, ending)) {
      return running
    }
    const open = [...this.openScripts.values()].toReversed().flat()
    const fitting = open.filter((index) => !this.ended.has(index) && this.fits(index, ending))
    const found = fitting.find((index) => this.events.at(index)?.directory === ending.directory) ?? fitting[0]
    this.recordsScriptEnds ||= found !== undefined && ending._tag === "CommandRun"
    return found
  }

  /**
   * True for a command in a script that was never run: the record has the ends of the commands that scripts ran, and
   * none of this one, although its script ran to its end and printed nothing of it.
   */
  neverRan(index: number): boolean {
    const event = this.events.at(index)
    return (
      this.recordsScriptEnds &&
      this.ofEndedScripts.has(index) &&
      !this.ended.has(index) &&
      event?._tag === "CommandRun" &&
      event.output === undefined
    )
  }

  private fits(index: number, ending: SessionEvent): boolean {
    const event = this.events.at(index)
    return (
      (event?._tag === "CommandRun" && ending._tag === "CommandRun" && event.command === ending.command) ||
      (event?._tag === "FileEdit" && ending._tag === "FileEdit")
    )
  }

  /** Ends the current turn. The scripts of the turn are over, so no later line ends their calls. */
  endTurn(): void {
    this.openScripts.clear()
    this.turnFrom = this.events.length
  }

  /**
   * Interrupts the current turn: its commands without an end count as interrupted, unless their end is recorded later.
   */
  interruptTurn(line: number): void {
    for (let index = this.turnFrom; index < this.events.length; index++) {
      const event = this.events.at(index)
      if (event?._tag === "CommandRun" && (event.output === undefined || event.output.end === "running")) {
        const output = event.output ?? outputOf("", undefined)
        this.events.replace(index, { ...event, outputLine: line, output: { ...output, end: "interrupted" } })
      }
    }
    this.endTurn()
  }

  /**
   * Removes all references to events from an index on, which a rewind undid. Outputs that follow belong to none of the
   * earlier calls.
   */
  rollBack(from: number): void {
    this.ended = new Set([...this.ended].filter((index) => index < from))
    this.turnFrom = Math.min(this.turnFrom, from)
    for (const index of this.ofEndedScripts) {
      if (index >= from) {
        this.ofEndedScripts.delete(index)
      }
    }
    this.calls.clear()
    this.openScripts.clear()
    this.runningSessions.clear()
    this.printedTexts.clear()
    this.runningCells.clear()
  }
}

const callIdOf = (item: JsonObject, line: number): string =>
  typeof item["call_id"] === "string" ? item["call_id"] : `line ${line}`

const stoppedIf = (isStopped: boolean, output: CommandOutput): CommandOutput =>
  isStopped && output.end === "exited" ? { ...output, exitCode: undefined, end: "interrupted" } : output

const scriptError = /^\n?Script error:\n/

/** Reads the texts of a script as the result of its only call. Used if the prints of the script are not understood. */
const resultIn = (printed: ReadonlyArray<string>): PrintedResult => {
  let text = ""
  let exitCode: number | undefined
  let session: string | undefined
  let isRunning = false
  for (const part of printed) {
    const named = /^\s*(exit(?:[ _]?code)?|session(?:[ _]?id)?)\s*[=:]\s*(-?\d{1,15}|undefined|null)\s*$/i.exec(part)
    const value = named?.[2] ?? ""
    if (named === null) {
      const result = readResult(part.replace(scriptError, ""))
      text += result.text
      exitCode = result.exitCode ?? exitCode
      session = result.session ?? session
    } else if (/^exit/i.test(named[1] ?? "")) {
      exitCode = /\d/.test(value) ? Number(value) : undefined
      isRunning = !/\d/.test(value)
    } else if (/\d/.test(value)) {
      session = value
    }
  }
  return { text, exitCode, session, isRunning: exitCode === undefined && (isRunning || session !== undefined) }
}
