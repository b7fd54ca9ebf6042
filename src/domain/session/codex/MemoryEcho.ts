import { citationsIn } from "../../memory/Citation.js"
import { isInjected } from "./InjectedText.js"
import { isJsonObject, type JsonObject } from "../LenientField.js"
import { unwrapMemory } from "../MemoryTag.js"
import type { Event, ResponseItem, RolloutLine } from "./RolloutLine.js"
import { completedItem } from "./SessionText.js"

/**
 * Removes text that comes from stored memory, so that memory is not learned from itself: the calls that read memory
 * files, their output, and lines of the assistant that repeat a line of memory. Memory is recognised by its path and by
 * marks that only its files contain. An instance serves one rollout.
 */
export class MemoryReadReader {
  private readonly calls = new Set<string>()
  private readonly known = new Set<string>()
  private readonly memoriesHome: string

  /** True if the session has read memory so far. */
  get hasRead(): boolean {
    return this.known.size > 0 || this.calls.size > 0
  }

  /** Takes the absolute path of the memories home. */
  constructor(memoriesHome: string) {
    this.memoriesHome = memoriesHome
  }

  /** Returns a line without text from memory; undefined if nothing else is in it. */
  withoutMemory(line: RolloutLine): RolloutLine | undefined {
    switch (line._tag) {
      case "ResponseItem":
        return this.ofItem(line)
      case "Event":
        return this.ofEvent(line)
      case "Compacted":
        return { ...line, message: this.withoutRepeats(this.withoutBlocks(line.message)) }
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
        const isReading = this.namesMemory(textIn([item["arguments"], item["input"], item["action"]]))
        return isReading ? this.forget(item["call_id"]) : line
      }
      case "function_call_output":
      case "custom_tool_call_output":
        return this.ofOutput(item["call_id"], textIn([item["output"]])) ? undefined : line
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
        return this.namesMemory(text) || this.ofOutput(payload["call_id"], text) ? undefined : line
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

  /** Records the id of a call that reads memory, so that its output is removed too. */
  private forget(callId: unknown): undefined {
    if (typeof callId === "string") {
      this.calls.add(callId)
    }
    return undefined
  }

  /**
   * True if an output is memory: its call read memory, or the text has the marks of memory. In that case its lines are
   * also removed wherever the assistant repeats them.
   */
  private ofOutput(callId: unknown, text: string): boolean {
    const isMemory = (typeof callId === "string" && this.calls.has(callId)) || isMemoryText(text)
    if (isMemory) {
      this.learn(text)
    }
    return isMemory
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
    const text = this.withoutBlocks(whole)
    if (isInjected(text)) {
      this.learn(isMemoryText(text) || /^\s*<\w*memor/i.test(text) ? text : "")
      return text
    }
    return this.withoutRepeats(text)
  }

  /**
   * Returns a text without the blocks of memory that a session receives. The lines of the blocks are also removed
   * wherever the assistant repeats them.
   */
  private withoutBlocks(text: string): string {
    const { blocks, rest } = unwrapMemory(text)
    blocks.forEach((block) => this.learn(block))
    return rest
  }

  private withoutRepeatsIn(object: JsonObject, field: string): JsonObject {
    const text = object[field]
    return typeof text === "string" ? { ...object, [field]: this.ofPart(text) } : object
  }

  private withoutRepeats(text: string): string {
    if (this.known.size === 0 && !mayCite.test(text)) {
      return text
    }
    const lines = text.split("\n")
    const kept = lines.filter((line) => !this.isRepeat(line))
    return kept.length === lines.length ? text : kept.join("\n").trim()
  }

  private isRepeat(line: string): boolean {
    return this.known.has(plain(line)) || (mayCite.test(line) && citationsIn(line).length > 0)
  }

  private learn(text: string): void {
    for (const line of text.split("\n", mostLines)) {
      const said = plain(line)
      if (said.length >= leastCharacters && this.known.size < mostLines) {
        this.known.add(said)
      }
    }
  }

  private namesMemory(text: string): boolean {
    return text.includes(this.memoriesHome) || memoryPlace.test(text)
  }
}

/** The maximum number of memory lines that are remembered to recognise them; the memory of a project has fewer. */
const mostLines = 20_000
/** The minimum number of characters of a memory line that is recognised; a shorter line may occur anywhere. */
const leastCharacters = 16

/** Matches paths in a memories home, this program's or Codex's own, in any spelling. */
const memoryPlace =
  /\.codex[\\/]+memories\b|CODEX_HOME\}?["']?[\\/]+memories\b|\$\{?MEMORIES_HOME\b|\b[0-9a-f]{64}[\\/]+(?:memory|staging|previous|next)\b|\btrace_summaries[\\/]|\bmemory_summary\.md\b|\braw_memories\.md\b|\brollout_summaries[\\/]/

/** Matches the beginning of a citation. Most texts have none, so this test saves the more expensive ones. */
const mayCite = /\[[0-9a-f]{8}-|\(trace: /
const ownMarks =
  /^Map of concise summaries to trace IDs \(latest first\):|^thread_id: [0-9a-f-]{36}\r?$[\r\n]+^cwd: |^Trace context: .+$[\r\n]+^User preferences:/m

const isMemoryText = (text: string): boolean =>
  unwrapMemory(text).blocks.length > 0 || ownMarks.test(text) || (mayCite.test(text) && citationsIn(text).length > 0)

/** Normalises a line for comparison: without bullets, citations, code marks, case and white space. */
const plain = (line: string): string =>
  line
    .slice(0, 1_000)
    .replace(/\[[0-9a-f]{8}-[^\]]{1,80}\]/g, "")
    .replace(/[`"'*_#>]/g, "")
    .replace(/^[\s\d.)+-]+/, "")
    .replace(/[\s.]+$/, "")
    .replace(/\s+/g, " ")
    .toLowerCase()

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
