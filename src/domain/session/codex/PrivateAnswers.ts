import { withoutPrivateAnswers } from "../../privacy/PrivateText.js"
import { isWait, scriptIn } from "./calls/ToolCall.js"
import type { RolloutLine } from "./RolloutLine.js"
import { asksInScript, readQuestions } from "./UserAnswers.js"

/**
 * Removes private text from the answers in the outputs of calls that ask the user something. An instance serves one
 * rollout, and takes its lines in order.
 */
export class PrivateAnswers {
  /** The ids of the calls that asked something, and of those that waited for a script that did. */
  private readonly asking = new Set<unknown>()
  private isScriptAsking = false

  /** Returns the line without private answers. */
  without(line: RolloutLine): RolloutLine {
    if (line._tag !== "ResponseItem") {
      return line
    }
    const { item, kind } = line
    switch (kind) {
      case "function_call":
      case "custom_tool_call": {
        const script = scriptIn(item)
        this.isScriptAsking = script === undefined ? this.isScriptAsking : asksInScript(script)
        const isOfScript = this.isScriptAsking && (script !== undefined || isWait(item))
        if (isOfScript || readQuestions(item) !== undefined) {
          this.asking.add(item["call_id"])
        }
        return line
      }
      case "function_call_output":
      case "custom_tool_call_output":
        return this.asking.has(item["call_id"])
          ? { ...line, item: { ...item, output: withoutPrivateAnswers(item["output"]) } }
          : line
      default:
        return line
    }
  }
}
