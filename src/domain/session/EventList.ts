import type { SessionEvent } from "./SessionEvent.js"

/**
 * The events of one session in their order. Outputs and edits hold at most so many characters together: beyond that the
 * oldest ones lose their text.
 */
export class EventList {
  private readonly keptCharacters: number
  private readonly events: Array<SessionEvent> = []
  private outputCharacters = 0
  private shrunk = 0

  constructor(keptCharacters: number) {
    this.keptCharacters = keptCharacters
  }

  /** As they are now. */
  get all(): ReadonlyArray<SessionEvent> {
    return this.events
  }

  /** The count, which is the index of the next one. */
  get length(): number {
    return this.events.length
  }

  /** The newest one. */
  get last(): SessionEvent | undefined {
    return this.events.at(-1)
  }

  /** The one that an index stands for; undefined where none does. */
  at(index: number): SessionEvent | undefined {
    return this.events[index]
  }

  /** Adds one at the end. Returns its index. */
  push(event: SessionEvent): number {
    this.events.push(event)
    this.hold(heldCharacters(event))
    return this.events.length - 1
  }

  /** Puts one in the place of another. */
  replace(index: number, event: SessionEvent): void {
    const before = this.events[index]
    this.events[index] = event
    this.hold(heldCharacters(event) - (before === undefined ? 0 : heldCharacters(before)))
  }

  /** Drops all from an index on. */
  cut(from: number): void {
    for (const dropped of this.events.splice(from)) {
      this.outputCharacters -= heldCharacters(dropped)
    }
    this.shrunk = Math.min(this.shrunk, from)
  }

  private hold(characters: number): void {
    this.outputCharacters += characters
    while (this.outputCharacters > this.keptCharacters && this.shrunk < this.events.length) {
      const oldest = this.events[this.shrunk]
      if (oldest !== undefined) {
        this.outputCharacters -= heldCharacters(oldest)
        this.events[this.shrunk] = withoutHeld(oldest)
      }
      this.shrunk++
    }
  }
}

/** The characters of an event that may be let go. */
const heldCharacters = (event: SessionEvent): number =>
  event._tag === "CommandRun"
    ? (event.output?.text.length ?? 0)
    : event._tag === "FileEdit"
      ? event.changes.reduce((sum, { after = "", before = "" }) => sum + after.length + before.length, 0)
      : 0

const withoutHeld = (event: SessionEvent): SessionEvent =>
  event._tag === "CommandRun" && event.output !== undefined
    ? { ...event, output: { ...event.output, text: "" } }
    : event._tag === "FileEdit"
      ? { ...event, changes: event.changes.map(({ action, movedTo, path }) => ({ path, action, movedTo })) }
      : event
