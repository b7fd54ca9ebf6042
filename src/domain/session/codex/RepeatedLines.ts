import type { RolloutLine } from "./RolloutLine.js"

/**
 * Detects lines that were written twice in a row, by a repeated write or by a tool that copied the file. Lines without
 * a time do not count as repetitions, since a session may say the same thing twice. An instance serves one rollout.
 */
export class RepeatedLines {
  private before: RolloutLine | undefined

  /** True if the next line, in file order, repeats the line before it. */
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

/** Returns the content of a line for comparison with a line of the same time. */
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
      return line.type
  }
}

/** The maximum depth of nested values that are compared; lines with deeper ones count as different. */
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
