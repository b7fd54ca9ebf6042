import type { JsonObject } from "../LenientField.js"

/**
 * Follows the chain of a transcript's records. Each record names the one before it. After a rewind the next prompt names
 * an earlier record than the last, and no line tells of the rewind: everything behind that record is undone. Parallel
 * calls branch too, but within their turn. An instance serves one file, and takes its records in order.
 */
export class ClaudeChain {
  /** The turn of each record, by the beginning of its id. */
  private readonly turns = new Map<number, number>()
  /** The lines at which the turns begin. The turn 0 is what comes before the first prompt. */
  private turnLines: Array<number> = [1]
  private beganWithoutParent = false

  /** True if the file already had a record with this id. */
  has(uuid: unknown): boolean {
    const key = keyOf(uuid)
    return key !== undefined && this.turns.has(key)
  }

  /** Adds a record to the current turn. */
  add(uuid: unknown): void {
    const key = keyOf(uuid)
    if (key !== undefined) {
      this.turns.set(key, this.turnLines.length - 1)
    }
  }

  /**
   * Begins a turn with a prompt. Returns the line from which on earlier turns are undone; undefined if the prompt goes on
   * from the last turn.
   */
  begin({ parentUuid }: JsonObject, line: number): number | undefined {
    const current = this.turnLines.length - 1
    const isWithoutParent = parentUuid === null
    const turn = isWithoutParent && this.beganWithoutParent ? 0 : this.turns.get(keyOf(parentUuid) ?? -1)
    this.beganWithoutParent ||= isWithoutParent && current === 0
    const undoneFrom = turn === undefined || turn >= current ? undefined : this.turnLines[turn + 1]
    if (undoneFrom !== undefined && turn !== undefined) {
      this.turnLines = this.turnLines.slice(0, turn + 1)
    }
    this.turnLines.push(line)
    return undoneFrom
  }

  /** Records that the chain was cut, as by a compaction: records without a parent may follow. */
  cut(): void {
    this.beganWithoutParent = false
  }
}

/** The number of hexadecimal digits of an id that are kept. They fit into a number, of which a map holds millions. */
const keptDigits = 12

const keyOf = (uuid: unknown): number | undefined => {
  const digits = typeof uuid === "string" ? uuid.replaceAll("-", "").slice(0, keptDigits) : ""
  const key = digits.length === keptDigits ? Number.parseInt(digits, 16) : Number.NaN
  return Number.isNaN(key) ? undefined : key
}
