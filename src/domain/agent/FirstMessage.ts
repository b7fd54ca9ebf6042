import type { SafeText } from "../privacy/SafeText.js"
import { byteLength } from "../text/ByteBudget.js"
import { counted } from "../text/Counted.js"

/** Something that an agent is shown before it asks for it. */
export interface AgentInput {
  /** The path of the file below the agent's directory, or a name for what is in no file. */
  readonly name: string
  readonly text: SafeText
}

/** An input with its size, in the unit in which the room is counted. */
export interface SizedInput extends AgentInput {
  readonly size: number
}

/**
 * Writes the first message to an agent: its task, then the inputs in their order, each as far as there is room for all of
 * it. What has no room is named, so that the agent can read it by itself.
 */
export const firstMessage = (task: string, inputs: ReadonlyArray<SizedInput>, room: number): string => {
  let left = room
  const shown: Array<SizedInput> = []
  const others: Array<SizedInput> = []
  for (const input of inputs) {
    const isShown = input.size <= left
    left -= isShown ? input.size : 0
    ;(isShown ? shown : others).push(input)
  }
  return [
    task,
    ...shown.map(
      ({ name, text }) => `=== ${name} (${counted(byteLength(text), "byte", "bytes")}) ===\n${text.trimEnd()}`
    ),
    ...(others.length === 0
      ? []
      : [
          `=== not shown here ===\n${others.map(({ name, text }) => `${name} (${counted(byteLength(text), "byte", "bytes")})`).join("\n")}`
        ])
  ].join("\n\n")
}
