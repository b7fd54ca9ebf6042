import type { SessionEvent } from "./SessionEvent.js"

/**
 * The events of one session, in order. The outputs and edits in them have a maximum number of characters together;
 * beyond it the oldest ones lose their text.
 */
export class EventList {
  private readonly keptCharacters: number
  private readonly events: Array<SessionEvent> = []
  private outputCharacters = 0
  private shrunk = 0

  constructor(keptCharacters: number) {
    this.keptCharacters = keptCharacters
  }

  /** Returns all events. The array changes with the list. */
  get all(): ReadonlyArray<SessionEvent> {
    return this.events
  }

  /** The number of events, which is also the index of the next one. */
  get length(): number {
    return this.events.length
  }

  /** Returns the newest event. */
  get last(): SessionEvent | undefined {
    return this.events.at(-1)
  }

  /** Returns the event at an index; undefined if there is none. */
  at(index: number): SessionEvent | undefined {
    return this.events[index]
  }

  /** Adds an event at the end. Returns its index. */
  push(event: SessionEvent): number {
    this.events.push(event)
    this.hold(heldCharacters(event))
    return this.events.length - 1
  }

  /** Replaces the event at an index. */
  replace(index: number, event: SessionEvent): void {
    const before = this.events[index]
    this.events[index] = event
    this.hold(heldCharacters(event) - (before === undefined ? 0 : heldCharacters(before)))
  }

  /** Removes the events from an index on. */
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

/** Returns the number of characters in an event's output or edit, which the event loses when the list is too long. */
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
