import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { byteLength, joinAround } from "../../text/ByteBudget.js"
import { ofRedactedLines } from "../../privacy/SafeText.js"
import { renderingCut } from "../RenderingCut.js"
import type { SessionRendering } from "../SessionReading.js"
import type { JsonObject } from "../LenientField.js"
import { filterLine, type RolloutFilter } from "./RolloutFilter.js"
import type { Event, RolloutLine } from "./RolloutLine.js"
import { typedEventText } from "./SessionText.js"

/** The number of bytes that may move from the head to the tail when the cut is rounded to whole characters. */
const characterSlack = 3

/**
 * The factor by which the tail may exceed its final size before items are dropped from it, so that they are dropped
 * many at a time.
 */
const tailSlack = 1.25

/** Encodes an item; fails for a value that is nested too deeply, and the item is then left out. */
const encodeJson = Schema.encodeEither(Schema.parseJson())

interface Item {
  readonly json: string
  readonly bytes: number
  readonly turn: number
}

/** The number of items that were dropped, and the bytes that they would have taken. */
interface Dropped {
  readonly bytes: number
  readonly items: number
}

const noneDropped: Dropped = { bytes: 0, items: 0 }

/**
 * Serialises a rollout of redacted lines within a limit in UTF-8 bytes. Holds little more than the first third and the
 * last two thirds of the limit, whatever the size of the rollout. An instance serves one rollout.
 */
export class RolloutRenderingBuilder {
  private head: Array<Item> = []
  private headBytes = 0
  private tail: Array<Item> = []
  private tailBytes = 0
  /** Dropped items by turn, since a later line may still undo a turn. */
  private readonly droppedTurns = new Map<number, Dropped>()
  private dropped: Dropped = noneDropped
  private turn = 0
  /**
   * The kind of line that began the newest turn, until another line follows: a message and an event record each
   * request.
   */
  private begunBy: "message" | "event" | "both" | undefined

  private readonly filter: RolloutFilter
  private readonly limit: number

  constructor(filter: RolloutFilter, limit: number) {
    this.filter = filter
    this.limit = limit
  }

  /** Adds the next line of the rollout, in file order. */
  add(line: RolloutLine): void {
    if (line._tag === "Event") {
      return this.addEvent(line)
    }
    const item = filterLine(this.filter, line)
    if (item === undefined) {
      return
    }
    if (line._tag === "ResponseItem" && item["role"] === "user") {
      this.beginTurn("message")
    } else {
      this.begunBy = undefined
    }
    if (this.items < (this.filter.maxItems ?? Infinity)) {
      this.push(item)
    }
  }

  /** Returns the rendering of the lines so far. */
  result(): SessionRendering {
    const bytes = 1 + Math.max(1, this.headBytes + this.tailBytes + this.dropped.bytes)
    const start = `[${this.head.map(({ json }) => json).join(",")}`
    const end = `${this.tail.map(({ json }) => json).join(",")}]`
    const isWhole = bytes <= this.limit && this.dropped.items === 0
    const separator = this.head.length > 0 && this.tail.length > 0 ? "," : ""
    return {
      text: ofRedactedLines(isWhole ? start + separator + end : this.cut(start, end, separator)),
      items: this.items,
      bytes
    }
  }

  private cut(start: string, end: string, separator: string): string {
    const isGapless = this.dropped.items === 0
    const whole = start + separator + end
    return joinAround(isGapless ? whole : start, isGapless ? whole : end, this.limit, renderingCut)
  }

  private get items(): number {
    return this.head.length + this.tail.length + this.dropped.items
  }

  private addEvent(event: Event): void {
    if (this.filter.evidenceOnly && event.kind === "thread_rolled_back") {
      this.rollBack(event.payload["num_turns"])
    } else if (event.kind === "task_complete" || event.kind === "turn_aborted") {
      this.begunBy = undefined
    } else if (typedEventText(event) !== undefined) {
      this.beginTurn("event")
    }
  }

  private beginTurn(by: "message" | "event"): void {
    const isToldAgain = this.begunBy === (by === "event" ? "message" : "event")
    this.turn += isToldAgain ? 0 : 1
    this.begunBy = isToldAgain ? "both" : by
  }

  private push(value: JsonObject): void {
    const json = Either.getOrUndefined(encodeJson(value))
    if (json === undefined) {
      return
    }
    const item: Item = { json, bytes: byteLength(json) + 1, turn: this.turn }
    if (this.headBytes < this.headRoom && this.tail.length === 0) {
      this.head.push(item)
      this.headBytes += item.bytes
      return
    }
    this.tail.push(item)
    this.tailBytes += item.bytes
    this.dropMiddle()
  }

  private get headRoom(): number {
    return Math.ceil(this.limit * renderingCut.headShare)
  }

  /**
   * Drops the items that do not fit into the tail, many at a time: dropping a single one moves all others in the array.
   */
  private dropMiddle(): void {
    const needed = this.limit - this.headRoom + characterSlack
    if (this.tailBytes < needed * tailSlack) {
      return
    }
    let count = 0
    for (const { bytes, turn } of this.tail) {
      if (this.tailBytes - bytes < needed) {
        break
      }
      this.tailBytes -= bytes
      this.droppedTurns.set(turn, withOneMore(this.droppedTurns.get(turn) ?? noneDropped, bytes))
      this.dropped = withOneMore(this.dropped, bytes)
      count++
    }
    this.tail.splice(0, count)
  }

  private rollBack(turns: unknown): void {
    if (typeof turns !== "number" || turns <= 0) {
      return
    }
    this.turn = Math.max(0, this.turn - turns)
    this.begunBy = undefined
    this.head = this.head.filter(({ turn }) => turn <= this.turn)
    this.tail = this.tail.filter(({ turn }) => turn <= this.turn)
    this.headBytes = this.head.reduce((total, { bytes }) => total + bytes, 0)
    this.tailBytes = this.tail.reduce((total, { bytes }) => total + bytes, 0)
    for (const [turn, { bytes, items }] of [...this.droppedTurns].filter(([turn]) => turn > this.turn)) {
      this.droppedTurns.delete(turn)
      this.dropped = { bytes: this.dropped.bytes - bytes, items: this.dropped.items - items }
    }
  }
}

const withOneMore = (dropped: Dropped, bytes: number): Dropped => ({
  bytes: dropped.bytes + bytes,
  items: dropped.items + 1
})
