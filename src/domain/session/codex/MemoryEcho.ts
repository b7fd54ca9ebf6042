import { citationsIn } from "../../memory/Citation.js"
import { isInjected } from "./InjectedText.js"
import { isJsonObject, type JsonObject } from "../LenientField.js"
import { unwrapMemory } from "../MemoryTag.js"
import type { Event, ResponseItem, RolloutLine } from "./RolloutLine.js"
import { completedItem } from "./SessionText.js"

/**
 * Keeps memory from feeding on itself. A session that read our files, or was given them, has learned nothing by it: neither
 * the reading nor what was read is evidence, and an assistant that repeats a line of memory says nothing new.
 *
 * Memory is known by where it lies and by what only our files have in them. A reader serves one rollout.
 */
export class MemoryReadReader {
  private readonly calls = new Set<string>()
  private readonly known = new Set<string>()
  private readonly memoriesHome: string

  /** Whether anything of memory was read so far. */
  get hasRead(): boolean {
    return this.known.size > 0 || this.calls.size > 0
  }

  /** `memoriesHome` is absolute. */
  constructor(memoriesHome: string) {
    this.memoriesHome = memoriesHome
  }

  /** A line without what came from memory; undefined where nothing else is in it. */
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
      case "AgentMessage":
      case "UserMessage":
        return item === undefined ? line : { ...line, payload: { ...line.payload, item: this.ofMessage(item) } }
      default:
        return line
    }
  }

  /** Takes note of a call that reads memory. */
  private forget(callId: unknown): undefined {
    if (typeof callId === "string") {
      this.calls.add(callId)
    }
    return undefined
  }

  /** Whether an output is memory: its call read it, or it says so itself. What it says is known from then on. */
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

  /** A text without the memory that it was given in its wrapper. What that says is known from then on. */
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

/** More lines than the memory of a project has. */
const mostLines = 20_000
/** A shorter line is nobody's own. */
const leastCharacters = 16

/** Where memories lie, ours and those of Codex itself, however the place is named. */
const memoryPlace =
  /\.codex[\\/]+memories\b|CODEX_HOME\}?["']?[\\/]+memories\b|\$\{?MEMORIES_HOME\b|\b[0-9a-f]{64}[\\/]+(?:memory|staging|previous|next)\b|\btrace_summaries[\\/]|\bmemory_summary\.md\b|\braw_memories\.md\b|\brollout_summaries[\\/]/

/** Every citation begins so; most texts have none of it, and cost no more than this. */
const mayCite = /\[[0-9a-f]{8}-|\(trace: /
const ownMarks =
  /^Map of concise summaries to trace IDs \(latest first\):|^thread_id: [0-9a-f-]{36}\r?$[\r\n]+^cwd: |^Trace context: .+$[\r\n]+^User preferences:/m

const isMemoryText = (text: string): boolean =>
  unwrapMemory(text).blocks.length > 0 || ownMarks.test(text) || (mayCite.test(text) && citationsIn(text).length > 0)

/** The words of a line without bullets, citations, code marks, case and white space. */
const plain = (line: string): string =>
  line
    .slice(0, 1_000)
    .replace(/\[[0-9a-f]{8}-[^\]]{1,80}\]/g, "")
    .replace(/[`"'*_#>]/g, "")
    .replace(/^[\s\d.)+-]+/, "")
    .replace(/[\s.]+$/, "")
    .replace(/\s+/g, " ")
    .toLowerCase()

/** The strings in some values, a few levels deep, as one text. */
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
