import type { JsonObject } from "../LenientField.js"
import type { RolloutLine } from "./RolloutLine.js"
import { goalText } from "./SessionText.js"

/** A goal that a line of a rollout sets. */
export interface SetGoal {
  readonly text: string
  /** True if the user set the goal; false if a call of the assistant did. */
  readonly isUsers: boolean
}

/** Matches the name or the input of a call that may set a goal. */
const settingCall = /goal/i

/**
 * Distinguishes the goals that the user set from those that the assistant set with a tool, and so perhaps took from
 * something that it read. Only a goal that no call can have set is the user's. An instance serves one rollout, and
 * takes its lines in order.
 */
export class Goals {
  /**
   * The current goal of the session. Every change of the goal's state records the goal again; only a new goal counts.
   */
  private current: string | undefined
  /** The ids of the calls of the current turn that have no output yet. */
  private readonly open = new Set<unknown>()
  private hasSettingCall = false

  /** Adds a call of the assistant. */
  addCall({ arguments: given, call_id: callId, input, name }: JsonObject): void {
    this.open.add(callId)
    this.hasSettingCall ||= [name, given, input].some((text) => typeof text === "string" && settingCall.test(text))
  }

  /** Adds the output of a call. */
  addOutput({ call_id: callId }: JsonObject): void {
    this.open.delete(callId)
  }

  /** Ends the turn, and with it the calls that could set a goal. */
  endTurn(): void {
    this.open.clear()
    this.hasSettingCall = false
  }

  /** Returns the new goal that a line sets; undefined if it sets none, or if it only repeats the current one. */
  read(line: RolloutLine): SetGoal | undefined {
    const text = goalText(line)
    if (text === undefined || text === this.current) {
      return undefined
    }
    this.current = text
    return { text, isUsers: !isOfTurn(line) && this.open.size === 0 && !this.hasSettingCall }
  }
}

/** True if an event names the turn that it belongs to. Codex names it only where the assistant set or pursues a goal. */
const isOfTurn = (line: RolloutLine): boolean =>
  line._tag === "Event" && [line.payload["turnId"], line.payload["turn_id"]].some((id) => typeof id === "string")

/** Returns the goal that a line sets outside the turns of the assistant; undefined for any other line. */
export const goalOutsideTurns = (line: RolloutLine): string | undefined => (isOfTurn(line) ? undefined : goalText(line))
