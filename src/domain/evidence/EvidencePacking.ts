import { byteLength, joinAround } from "../text/ByteBudget.js"
import { counted } from "../text/Counted.js"
import { renderingCut } from "../session/RenderingCut.js"
import type { SessionEvidence } from "./SessionEvidence.js"
import type { CommandRun, SessionEvent } from "../session/SessionEvent.js"

/**
 * The kinds of events, from those that a memory needs least to those that it needs most; {@link worthOf} assigns them.
 * `routine` is work that succeeded, `talk` a message of the assistant before the user's last one, `repeat` a failure
 * that occurred before, `fix` an edit between the failure of a command and its pass, and `final` a message of the
 * assistant after the user's last one.
 */
type Worth = "routine" | "talk" | "edit" | "repeat" | "fix" | "failure" | "final" | "user"

/**
 * The number of characters of its text that an event keeps while a session is shortened; undefined if the event is
 * removed.
 */
type Shown = number | undefined

/** A step by which a session is shortened: all events of one {@link Worth} are cut to a number of characters. */
type Reduction = readonly [Worth, Shown]

/**
 * The steps that every long session can do without. The user's words, failures, the edits and checks that resolved
 * them, and the last answer stay whole, and so does the path of every edit.
 */
const dispensable: ReadonlyArray<Reduction> = [
  ["routine", 1_000],
  ["repeat", 1_000],
  ["talk", 4_000],
  ["routine", 300],
  ["edit", 4_000],
  ["talk", 1_000],
  ["routine", 0],
  ["repeat", 0],
  ["edit", 1_000],
  ["talk", 300],
  ["routine", undefined],
  ["talk", undefined],
  ["repeat", undefined],
  ["edit", 300]
]

/**
 * The steps by which a session is shortened until it fits. They go from the long output of commands that succeeded to
 * the user's own words. The user's messages, failures that happened once, and the last turn are shortened, but never
 * removed.
 */
const reductions: ReadonlyArray<Reduction> = [
  ["routine", 1_000],
  ["repeat", 1_000],
  ["talk", 4_000],
  ["routine", 300],
  ["failure", 16_000],
  ["edit", 4_000],
  ["talk", 1_000],
  ["routine", 0],
  ["repeat", 0],
  ["failure", 4_000],
  ["edit", 1_000],
  ["fix", 4_000],
  ["user", 16_000],
  ["final", 16_000],
  ["talk", 300],
  ["routine", undefined],
  ["failure", 1_000],
  ["user", 4_000],
  ["final", 4_000],
  ["talk", undefined],
  ["repeat", undefined],
  ["edit", 300],
  ["fix", 1_000],
  ["failure", 300],
  ["user", 1_000],
  ["final", 1_000],
  ["edit", undefined],
  ["fix", 300],
  ["failure", 0],
  ["user", 300],
  ["final", 300],
  ["user", 100]
]

/** The number of characters of its output that a command keeps at most if it succeeded. */
const routineCharacters = 4_000

/** The number of characters that a command, a question and an error line keep, however far their event is shortened. */
const labelCharacters = 240

const isLowSurrogate = (text: string, index: number): boolean => (text.charCodeAt(index) & 0xfc00) === 0xdc00

/** Replaces the middle of a text by a marker, if that makes it shorter. */
const cut = (text: string, characters: number): string => {
  const left = text.length - characters
  const marker = ` [... ${left} characters left out ...] `
  if (left <= marker.length) {
    return text
  }
  const head = Math.ceil(characters / 2)
  const tail = text.length - (characters - head)
  const start = text.slice(0, isLowSurrogate(text, head) ? head - 1 : head)
  return start + marker + text.slice(isLowSurrogate(text, tail) ? tail + 1 : tail)
}

const failed = ({ output }: CommandRun): boolean =>
  output !== undefined &&
  output.end !== "interrupted" &&
  output.end !== "refused" &&
  (output.exitCode === undefined ? output.errorLine !== undefined : output.exitCode !== 0)

/**
 * Returns the {@link Worth} of each event. A command that passes after it had failed counts as a failure too, since it
 * shows that the failure was resolved, and the edits in between as its fix.
 */
const worthOf = (events: ReadonlyArray<SessionEvent>): ReadonlyArray<Worth> => {
  const lastRequest = events.findLastIndex(({ _tag }) => _tag === "UserText")
  const failedAt = new Map<string, number>()
  const seen = new Set<string>()
  // Where a failure begins that is resolved later, and where its check passes.
  const begun: Array<number> = []
  const resolved = new Set<number>()
  const worths = events.map((event, index): Worth => {
    if (event._tag !== "CommandRun") {
      return worthOfOther(event, index > lastRequest)
    }
    const since = failedAt.get(event.command)
    const isResolving = passed(event) && since !== undefined
    if (isResolving) {
      failedAt.delete(event.command)
      begun[since] = (begun[since] ?? 0) + 1
      resolved.add(index)
    } else if (failed(event) && since === undefined) {
      failedAt.set(event.command, index)
    }
    return worthOfRun(event, isResolving, seen)
  })
  let open = 0
  return worths.map((worth, index) => {
    open += (begun[index] ?? 0) - (resolved.has(index) ? 1 : 0)
    return worth === "edit" && open > 0 ? "fix" : worth
  })
}

const passed = (run: CommandRun): boolean => run.output !== undefined && !failed(run)

const worthOfRun = (run: CommandRun, isResolving: boolean, seen: Set<string>): Worth => {
  if (!failed(run)) {
    return isResolving ? "failure" : "routine"
  }
  const failure = `${run.command}\n${run.output?.errorLine ?? ""}`
  const isRepeat = seen.has(failure)
  seen.add(failure)
  return isRepeat ? "repeat" : "failure"
}

const worthOfOther = (event: Exclude<SessionEvent, CommandRun>, isLast: boolean): Worth => {
  switch (event._tag) {
    case "UserText":
      return "user"
    case "FileEdit":
      return event.end === "failed" ? "failure" : event.end === "applied" ? "edit" : "routine"
    case "ToolUse":
      return event.error === undefined ? "routine" : "failure"
    case "AssistantText":
      return isLast ? "final" : "talk"
    case "Interruption":
      return "user"
    case "Compaction":
    case "TurnEnd":
      return "talk"
  }
}

/**
 * Renders an event as JSON for a model, with at most this many characters of its text; undefined for an event without
 * information. The working directory is included if it differs from `home`, the directory that the session began in.
 */
const show = (event: SessionEvent, characters: number, home: string | undefined): string | undefined => {
  const { line } = event
  const label = (text: string) => cut(text, Math.max(labelCharacters, characters))
  switch (event._tag) {
    case "UserText":
      return JSON.stringify({
        line,
        question: event.question === undefined ? undefined : label(event.question),
        user: cut(event.text, characters)
      })
    case "AssistantText":
      return JSON.stringify({ line, assistant: cut(event.text, characters) })
    case "CommandRun": {
      const { directory, isEscalated, output } = event
      const text = output === undefined || characters === 0 ? undefined : cut(output.text, characters)
      const said = output !== undefined && failed(event) ? output.errorLine : undefined
      // An output of nothing but the error need not be told twice.
      const error = said === text?.trim() ? undefined : said
      return JSON.stringify({
        line,
        command: label(event.command),
        workdir: characters === 0 || directory === home ? undefined : directory,
        escalated: isEscalated || undefined,
        exit_code: output?.exitCode,
        ended: output === undefined || output.end === "exited" ? undefined : output.end,
        error: error === undefined ? undefined : label(error),
        output: text
      })
    }
    case "FileEdit":
      return JSON.stringify({
        line,
        edit: cut(JSON.stringify(event.changes), characters),
        ended: event.end === "applied" ? undefined : event.end,
        error: event.error === undefined ? undefined : label(event.error)
      })
    case "ToolUse":
      return JSON.stringify({ line, tool: event.tool, error: event.error && label(event.error) })
    case "Interruption":
      return JSON.stringify({
        line,
        interrupted_by: event.provenance === "user" ? "user" : "harness",
        reason: event.reason && label(event.reason)
      })
    case "Compaction":
    case "TurnEnd":
      return undefined
  }
}

interface Packed {
  readonly event: SessionEvent
  readonly worth: Worth
  shown: Shown
  json: string | undefined
  bytes: number
}

/** The part of a session that a packing leaves out. */
export interface LeftOut {
  /** The number of events that are not there at all. */
  readonly events: number
  /** The bytes of the whole session, and those that were left out of it. */
  readonly of: number
  readonly bytes: number
}

/** The notice at the beginning of a session that is not told as a whole. */
const notice = JSON.stringify(renderingCut.marker.trim())

/** Writes the marker for consecutive events that were removed. */
const gapText = (events: ReadonlyArray<SessionEvent>): string => {
  const [first] = events
  const last = events.at(-1)
  return first === undefined || last === undefined
    ? ""
    : `"[... ${counted(events.length, "event", "events")} left out, ${first.line === last.line ? `line ${first.line}` : `lines ${first.line} to ${last.line}`} ...]"`
}

/**
 * Fits a session into a budget: the events stay in order, the least valuable are shortened or removed first, and a
 * marker replaces each gap. An event that is shortened keeps its line, its exit code and its error line. What was
 * removed stays removed. An instance serves one session.
 */
export class EvidencePacking {
  private readonly parts: ReadonlyArray<Packed>
  private readonly whole: number
  private bytes: number

  private readonly home: string | undefined

  constructor({ directory, events }: SessionEvidence) {
    this.home = directory
    const worths = worthOf(events)
    this.parts = events.flatMap((event, index) => {
      const json = show(event, Infinity, directory)
      const worth = worths[index]
      return json === undefined || worth === undefined
        ? []
        : [{ event, worth, shown: Infinity, json, bytes: byteLength(json) + 1 }]
    })
    this.whole = this.parts.reduce((sum, { bytes }) => sum + bytes, 1)
    this.bytes = this.whole
    this.parts.filter(({ worth }) => worth === "routine").forEach((part) => this.shrink(part, routineCharacters))
  }

  /**
   * Leaves out the steps that a memory needs least, until the text has at most this many UTF-8 bytes or only what must
   * stay is left: the user's words, failures, what resolved them, and the last answer.
   */
  dispense(limit: number): void {
    if (this.bytes > limit) {
      this.fit(limit, dispensable)
    }
  }

  /** The size of the whole text in UTF-8 bytes, until it is shrunk. */
  get size(): number {
    return this.bytes
  }

  /**
   * Returns the text within this many UTF-8 bytes. When no step is left, only the head and the tail of the text remain.
   */
  shrinkTo(limit: number): string {
    const text = this.fit(limit, reductions)
    return byteLength(text) <= limit ? text : joinAround(text, text, limit, renderingCut)
  }

  /** Returns what {@link shrinkTo} left out of a text that it returned. */
  leftOut(text: string): LeftOut {
    return {
      events: this.parts.filter(({ json }) => json === undefined).length,
      of: this.whole,
      bytes: Math.max(0, this.whole - byteLength(text))
    }
  }

  /** Applies steps in their order, each to the oldest events first, until the text fits or no step is left. */
  private fit(limit: number, steps: ReadonlyArray<Reduction>): string {
    const left = this.reducing(steps)
    let isOver = false
    let target = limit
    for (;;) {
      while (this.bytes > target && !isOver) {
        isOver = left.next().done === true
      }
      const text = this.render()
      const bytes = byteLength(text)
      if (bytes <= limit || isOver) {
        return text
      }
      target = this.bytes - Math.max(64, bytes - limit)
    }
  }

  /** Applies one step to one event each time that it is asked. */
  private *reducing(steps: ReadonlyArray<Reduction>): Generator<void> {
    for (const [worth, shown] of steps) {
      for (const part of this.parts) {
        if (part.worth === worth) {
          this.shrink(part, shown)
          yield
        }
      }
    }
  }

  private shrink(part: Packed, shown: Shown): void {
    if (part.shown === undefined || (shown !== undefined && shown >= part.shown)) {
      return
    }
    part.shown = shown
    const json = shown === undefined ? undefined : show(part.event, shown, this.home)
    const bytes = json === undefined ? 0 : byteLength(json) + 1
    if (bytes < part.bytes) {
      this.bytes += bytes - part.bytes
      part.json = json
      part.bytes = bytes
    }
  }

  private render(): string {
    const shown: Array<string> = this.bytes < this.whole ? [notice] : []
    let gap: Array<SessionEvent> = []
    const closeGap = () => {
      if (gap.length > 0) {
        shown.push(gapText(gap))
      }
      gap = []
    }
    for (const { event, json } of this.parts) {
      if (json === undefined) {
        gap.push(event)
      } else {
        closeGap()
        shown.push(json)
      }
    }
    closeGap()
    return `[${shown.join(",")}]`
  }
}
