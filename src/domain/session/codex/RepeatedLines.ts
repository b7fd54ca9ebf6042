import type { RolloutLine } from "./RolloutLine.js"

/**
 * Tells lines that were written twice, one directly behind the other: by a write that was tried again, or by a tool that
 * copied the file. A line without a time may well say the same again. A reader serves one rollout.
 */
export class RepeatedLines {
  private before: RolloutLine | undefined

  /** Whether the next line, in file order, is the one before it once more. */
  isRepeat(line: RolloutLine): boolean {
    const { before } = this
    this.before = line
    return (
      before !== undefined &&
      before.timestamp !== undefined &&
      before.timestamp === line.timestamp &&
      before._tag === line._tag &&
      isSame(contentOf(before), contentOf(line), 0)
    )
  }
}

/** The content of a line, which is compared only where the times are equal. */
const contentOf = (line: RolloutLine): unknown => {
  switch (line._tag) {
    case "ResponseItem":
      return line.item
    case "Event":
      return [line.kind, line.payload]
    case "TurnContext":
      return line.context
    case "SessionMeta":
      return line.meta
    case "Compacted":
      return line.message
    case "Unrecognised":
      return undefined
  }
}

/** Nothing that is nested deeper than this is compared: such lines count as two. */
const deepest = 32

const isSame = (one: unknown, other: unknown, depth: number): boolean => {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return one === other
  }
  const [left, right] = [Object.entries(one), new Map(Object.entries(other))]
  return (
    depth < deepest &&
    left.length === right.size &&
    left.every(([name, value]) => right.has(name) && isSame(value, right.get(name), depth + 1))
  )
}
