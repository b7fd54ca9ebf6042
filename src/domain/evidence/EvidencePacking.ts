import { byteLength, joinAround } from "../text/ByteBudget.js"
import { renderingCut } from "../session/RenderingCut.js"
import type { SessionEvidence } from "./SessionEvidence.js"
import type { CommandRun, SessionEvent } from "../session/SessionEvent.js"

/**
 * The kinds of events, from those that a memory needs least to those that it needs most; {@link worthOf} assigns them.
 * `routine` is work that succeeded, `talk` a message of the assistant before the user's last one, `repeat` a failure
 * that occurred before, and `final` a message of the assistant after the user's last one.
 */
type Worth = "routine" | "talk" | "edit" | "repeat" | "failure" | "final" | "user"

/**
 * The number of characters of its text that an event keeps while a session is shortened; undefined if the event is
 * removed.
 */
type Shown = number | undefined

/**
 * The steps by which a session is shortened until it fits: each shortens all events of one {@link Worth} to a number of
 * characters. They go from the long output of commands that succeeded to the user's own words. The user's messages,
 * failures that happened once, and the last turn are shortened, but never removed.
 */
const reductions: ReadonlyArray<readonly [Worth, Shown]> = [
  ["routine", 4_000],
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
  ["failure", 300],
  ["user", 1_000],
  ["final", 1_000],
  ["edit", undefined],
  ["failure", 0],
  ["user", 300],
  ["final", 300],
  ["user", 100]
]

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
 * shows that the failure was resolved.
 */
const worthOf = (events: ReadonlyArray<SessionEvent>): ReadonlyArray<Worth> => {
  const lastRequest = events.findLastIndex(({ _tag }) => _tag === "UserText")
  const open = new Set<string>()
  const seen = new Set<string>()
  return events.map((event, index): Worth => {
    switch (event._tag) {
      case "UserText":
        return "user"
      case "CommandRun": {
        if (failed(event)) {
          const failure = `${event.command}\n${event.output?.errorLine ?? ""}`
          const isRepeat = seen.has(failure)
          seen.add(failure)
          open.add(event.command)
          return isRepeat ? "repeat" : "failure"
        }
        const isFix = event.output !== undefined && open.delete(event.command)
        return isFix ? "failure" : "routine"
      }
      case "FileEdit":
        return event.end === "failed" ? "failure" : event.end === "applied" ? "edit" : "routine"
      case "ToolUse":
        return event.error === undefined ? "routine" : "failure"
      case "AssistantText":
        return index > lastRequest ? "final" : "talk"
      case "Interruption":
      case "Compaction":
      case "TurnEnd":
        return "talk"
    }
  })
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
      const error = output !== undefined && failed(event) ? output.errorLine : undefined
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
      return JSON.stringify({ line, aborted: true })
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

/**
 * Fits a session into a budget: the events stay in order, the least valuable are shortened or removed first, and a
 * marker replaces each gap. What was removed stays removed. An instance serves one session.
 */
export class EvidencePacking {
  private readonly parts: ReadonlyArray<Packed>
  private bytes = 0
  private reduction = 0
  private next = 0

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
    this.bytes = this.parts.reduce((sum, { bytes }) => sum + bytes, 2)
  }

  /** The size of the whole text in UTF-8 bytes, until it is shrunk. */
  get size(): number {
    return this.bytes
  }

  /**
   * Returns the text within this many UTF-8 bytes. When no step is left, only the head and the tail of the text remain.
   */
  shrinkTo(limit: number): string {
    let target = limit
    for (;;) {
      this.reduce(target)
      const text = this.render()
      const bytes = byteLength(text)
      if (bytes <= limit) {
        return text
      }
      if (this.reduction >= reductions.length) {
        return joinAround(text, text, limit, renderingCut)
      }
      target = this.bytes - Math.max(64, bytes - limit)
    }
  }

  /**
   * Applies the next steps of {@link reductions}, each to the oldest events first, until the text has the target size.
   */
  private reduce(target: number): void {
    while (this.bytes > target && this.reduction < reductions.length) {
      const [worth, shown] = reductions[this.reduction] ?? ["routine", undefined]
      for (; this.next < this.parts.length && this.bytes > target; this.next++) {
        const part = this.parts[this.next]
        if (part !== undefined && part.worth === worth) {
          this.shrink(part, shown)
        }
      }
      if (this.next >= this.parts.length) {
        this.next = 0
        this.reduction++
      }
    }
  }

  private shrink(part: Packed, shown: Shown): void {
    const json = shown === undefined ? undefined : show(part.event, shown, this.home)
    const bytes = json === undefined ? 0 : byteLength(json) + 1
    if (bytes < part.bytes) {
      this.bytes += bytes - part.bytes
      part.shown = shown
      part.json = json
      part.bytes = bytes
    }
  }

  private render(): string {
    const shown: Array<string> = []
    let gap = 0
    const closeGap = () => {
      if (gap > 0) {
        shown.push(`"[... ${gap} ${gap === 1 ? "event" : "events"} left out ...]"`)
      }
      gap = 0
    }
    for (const { json } of this.parts) {
      if (json === undefined) {
        gap++
      } else {
        closeGap()
        shown.push(json)
      }
    }
    closeGap()
    return `[${shown.join(",")}]`
  }
}
