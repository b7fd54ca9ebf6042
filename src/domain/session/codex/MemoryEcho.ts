import { EchoedMemory } from "../EchoedMemory.js"
import { isInjected } from "./InjectedText.js"
import { isJsonObject, type JsonObject } from "../LenientField.js"
import type { Event, ResponseItem, RolloutLine } from "./RolloutLine.js"
import { completedItem } from "./SessionText.js"

/**
 * Removes text that comes from stored memory, so that memory is not learned from itself: the calls that read memory
 * files, their output, and lines of the assistant that repeat a line of memory. An instance serves one rollout.
 */
export class MemoryReadReader {
  private readonly memory: EchoedMemory

  /** True if the session has read memory so far. */
  get hasRead(): boolean {
    return this.memory.hasRead
  }

  /** Takes the absolute path of the memories home. */
  constructor(memoriesHome: string) {
    this.memory = new EchoedMemory(memoriesHome)
  }

  /** Returns a line without text from memory; undefined if nothing else is in it. */
  withoutMemory(line: RolloutLine): RolloutLine | undefined {
    switch (line._tag) {
      case "ResponseItem":
        return this.ofItem(line)
      case "Event":
        return this.ofEvent(line)
      case "Compacted":
        return { ...line, message: this.memory.without(line.message) }
      default:
        return line
    }
  }

  private ofItem(line: ResponseItem): ResponseItem | undefined {
    const { item, kind } = line
    switch (kind) {
      case "message":
        return { ...line, item: this.ofMessage(item) }
      case "function_call":
      case "custom_tool_call":
      case "local_shell_call": {
        const isReading = this.memory.namesMemory(textIn([item["arguments"], item["input"], item["action"]]))
        return isReading ? this.forget(item["call_id"]) : line
      }
      case "function_call_output":
      case "custom_tool_call_output":
        return this.memory.isOutput(item["call_id"], textIn([item["output"]])) ? undefined : line
      default:
        return line
    }
  }

  private ofEvent(line: Event): Event | undefined {
    const item = completedItem(line)
    const payload = item ?? line.payload
    const type = item === undefined ? line.kind : item["type"]
    switch (type) {
      case "exec_command_begin":
      case "exec_command_end":
      case "CommandExecution":
      case "mcp_tool_call_end":
      case "McpToolCall":
      case "patch_apply_end":
      case "FileChange": {
        const text = textIn(Object.entries(payload).map(([name, value]) => (name === "call_id" ? undefined : value)))
        return this.memory.namesMemory(text) || this.memory.isOutput(payload["call_id"], text) ? undefined : line
      }
      case "agent_message":
      case "user_message":
        return { ...line, payload: this.withoutRepeatsIn(payload, "message") }
      case "task_complete":
        return { ...line, payload: this.withoutRepeatsIn(payload, "last_agent_message") }
      case "AgentMessage":
      case "UserMessage":
        return item === undefined ? line : { ...line, payload: { ...line.payload, item: this.ofMessage(item) } }
      default:
        return line
    }
  }

  private forget(callId: unknown): undefined {
    this.memory.addCall(callId)
    return undefined
  }

  private ofMessage(item: JsonObject): JsonObject {
    const content = item["content"]
    if (typeof content === "string") {
      return { ...item, content: this.ofPart(content) }
    }
    const parts: ReadonlyArray<unknown> = Array.isArray(content) ? content : []
    return Array.isArray(content)
      ? { ...item, content: parts.map((part) => (isJsonObject(part) ? this.withoutRepeatsIn(part, "text") : part)) }
      : item
  }

  private ofPart(whole: string): string {
    const text = this.memory.withoutBlocks(whole)
    if (isInjected(text)) {
      this.memory.learnInjected(text)
      return text
    }
    return this.memory.withoutRepeats(text)
  }

  private withoutRepeatsIn(object: JsonObject, field: string): JsonObject {
    const text = object[field]
    return typeof text === "string" ? { ...object, [field]: this.ofPart(text) } : object
  }
}

/** Joins the strings in some values, at most a few levels deep, into one text. */
const textIn = (values: ReadonlyArray<unknown>, depth = 0): string =>
  values
    .map((value) =>
      typeof value === "string"
        ? value
        : depth > 4 || typeof value !== "object" || value === null
          ? ""
          : textIn(Array.isArray(value) ? value : Object.values(value), depth + 1)
    )
    .join("\n")
