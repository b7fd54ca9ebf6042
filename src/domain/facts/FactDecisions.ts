import type { FactId } from "./Fact.js"
import type { MarkedFacts } from "./FactMarks.js"

/** An entry of the history in which a person decided about a fact. */
export interface DecisionEntry {
  readonly id: FactId
  readonly event: string
  /** Unix milliseconds. */
  readonly at: number
  /** The words of a correction; null where they were forgotten, or where the decision has none. */
  readonly text: string | null
}

/** Replays decisions, the oldest first, into those that were in force after the last of them. */
export const marksAfter = (decisions: ReadonlyArray<DecisionEntry>): MarkedFacts => {
  const pinned = new Set<FactId>()
  const corrected = new Map<FactId, string>()
  const removed = new Set<FactId>()
  for (const { event, id, text } of decisions) {
    if (event === "pinned") {
      pinned.add(id)
    } else if (event === "unpinned") {
      pinned.delete(id)
    } else if (event === "corrected" && text !== null) {
      corrected.set(id, text)
    } else if (event === "corrected" || event === "uncorrected") {
      corrected.delete(id)
    } else if (event === "removed") {
      removed.add(id)
    } else if (event === "restored") {
      removed.delete(id)
    }
  }
  return { pinned, corrected, removed }
}

/** The corrections of a directory that no longer hold. */
export interface TakenBack {
  /** The facts that were corrected once and are not now. */
  readonly ids: ReadonlySet<FactId>
  /** The words that were taken back, or replaced by others, since the given time. */
  readonly texts: ReadonlySet<string>
}

/** Finds the corrections that no longer hold. Takes the oldest decision first, and a time in Unix milliseconds. */
export const takenBack = (decisions: ReadonlyArray<DecisionEntry>, since: number): TakenBack => {
  const held = new Map<FactId, string | null>()
  const texts = new Set<string>()
  const ids = new Set<FactId>()
  for (const { at, event, id, text } of decisions) {
    if (event === "corrected" || event === "uncorrected") {
      const before = held.get(id) ?? null
      if (before !== null && at >= since) {
        texts.add(before)
      }
      held.set(id, event === "corrected" ? text : null)
      ids.add(id)
    }
  }
  const current = new Set(held.values())
  return {
    ids: new Set([...ids].filter((id) => held.get(id) === null)),
    texts: new Set([...texts].filter((text) => !current.has(text)))
  }
}
