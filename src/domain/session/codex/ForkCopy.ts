import type { RolloutLine } from "./RolloutLine.js"
import { timestampOf } from "../Timestamp.js"

/**
 * Detects the lines in a fork's file that were copied from its parent. The file starts with the child's `session_meta`,
 * followed by the parent's and a copy of the parent's history. The copied lines have either the parent's times, or new
 * times that all lie within one short burst. Turn ids are copied unchanged and contain a time (UUIDv7). If the copy has
 * turn ids, it ends at the first id that is newer than the fork, whatever time passes between its lines. Otherwise it
 * ends at the first line that has neither an older time nor a time within the burst. It begins again only at a turn id
 * older than the fork. An instance serves one rollout.
 */
export class ForkCopyReader {
  private own: { readonly id: string | undefined; readonly startedAt: number } | undefined
  private isCopying = false
  private isOver = false
  /** True once a copied line had a turn id. From then on only a newer turn id ends the copy. */
  private hasTurnIds = false
  private lastCopiedAt = 0

  /** True if the next line, in file order, was copied from a parent. */
  isCopied(line: RolloutLine): boolean {
    if (line._tag === "SessionMeta") {
      return this.startSession(line)
    }
    if (this.own === undefined) {
      return false
    }
    this.isCopying ||= this.isOver && (turnTime(line) ?? Number.POSITIVE_INFINITY) < this.own.startedAt
    if (!this.isCopying) {
      return false
    }
    this.isCopying = this.fitsCopy(line, this.own.startedAt)
    this.isOver = !this.isCopying
    this.lastCopiedAt = line.timestamp ?? this.lastCopiedAt
    return this.isCopying
  }

  private startSession({ meta, timestamp }: Extract<RolloutLine, { _tag: "SessionMeta" }>): boolean {
    if (this.own === undefined) {
      const startedAt = timestampOf(meta.timestamp) ?? timestamp ?? 0
      this.own = { id: meta.id, startedAt }
      this.lastCopiedAt = timestamp ?? startedAt
      this.isCopying = meta.forked_from_id !== undefined
      return false
    }
    const isParent = meta.id !== this.own.id
    this.isCopying ||= isParent && !this.isOver
    this.lastCopiedAt = timestamp ?? this.lastCopiedAt
    return isParent
  }

  private fitsCopy(line: RolloutLine, startedAt: number): boolean {
    const turnStartedAt = turnTime(line)
    if (turnStartedAt !== undefined) {
      this.hasTurnIds ||= turnStartedAt < startedAt
      return turnStartedAt < startedAt
    }
    return (
      this.hasTurnIds ||
      line.timestamp === undefined ||
      line.timestamp < startedAt ||
      line.timestamp - this.lastCopiedAt <= burstGap
    )
  }
}

/** The maximum number of milliseconds between two lines of one burst; a line that a person caused comes later. */
const burstGap = 1_000

const turnTime = (line: RolloutLine): number | undefined => {
  const turnId =
    line._tag === "TurnContext"
      ? line.context.turn_id
      : line._tag === "Event" && line.kind === "task_started"
        ? line.payload["turn_id"]
        : undefined
  const time = typeof turnId === "string" ? /^([0-9a-f]{8})-([0-9a-f]{4})-7/i.exec(turnId) : null
  return time === null ? undefined : Number.parseInt(`${time[1]}${time[2]}`, 16)
}
