import { citationsIn } from "../memory/Citation.js"
import { unwrapMemory } from "./MemoryTag.js"

/**
 * Recognises text that comes from stored memory, so that memory is not learned from itself: by the path that a call
 * names, by marks that only files of memory contain, and by lines that repeat a line of memory. An instance serves one
 * session, and takes its texts in order.
 */
export class EchoedMemory {
  private readonly calls = new Set<string>()
  private readonly known = new Set<string>()
  private readonly memoriesHome: string

  /** Takes the absolute path of the memories home. */
  constructor(memoriesHome: string) {
    this.memoriesHome = memoriesHome
  }

  /** True if the session has read memory so far. */
  get hasRead(): boolean {
    return this.known.size > 0 || this.calls.size > 0
  }

  /** True if a call with this text reads or writes files of memory, this program's or an agent's own. */
  namesMemory(text: string): boolean {
    return text.includes(this.memoriesHome) || memoryPlace.test(text)
  }

  /** Records the id of a call that reads memory, so that its output is recognised too. */
  addCall(callId: unknown): void {
    if (typeof callId === "string") {
      this.calls.add(callId)
    }
  }

  /**
   * True if an output is memory: its call read memory, or the text has the marks of memory. In that case its lines are
   * also recognised wherever the assistant repeats them.
   */
  isOutput(callId: unknown, text: string): boolean {
    const isMemory = (typeof callId === "string" && this.calls.has(callId)) || isMemoryText(text)
    if (isMemory) {
      this.learn(text)
    }
    return isMemory
  }

  /** Returns a text without blocks of memory that a session receives, and without lines that repeat memory. */
  without(text: string): string {
    return this.withoutRepeats(this.withoutBlocks(text))
  }

  /** Returns a text without the blocks of memory that a session receives. Their lines are recognised from then on. */
  withoutBlocks(text: string): string {
    const { blocks, rest } = unwrapMemory(text)
    blocks.forEach((block) => this.learn(block))
    return rest
  }

  /** Returns a text without lines that repeat memory. */
  withoutRepeats(text: string): string {
    if (this.known.size === 0 && !mayCite.test(text)) {
      return text
    }
    const lines = text.split("\n")
    const kept = lines.filter((line) => !this.isRepeat(line))
    return kept.length === lines.length ? text : kept.join("\n").trim()
  }

  /** Records the lines of a text that the harness added, if it is memory. */
  learnInjected(text: string): void {
    if (isMemoryText(text) || /^\s*<\w*memor/i.test(text)) {
      this.learn(text)
    }
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
}

/** The maximum number of memory lines that are remembered to recognise them; the memory of a project has fewer. */
const mostLines = 20_000
/** The minimum number of characters of a memory line that is recognised; a shorter line may occur anywhere. */
const leastCharacters = 16

/** Matches paths in a memories home, this program's or an agent's own, in any spelling. */
const memoryPlace =
  /\.codex[\\/]+memories\b|\brollout-memories[\\/]+[0-9a-f]{64}\b|\.claude[\\/]+(?:projects[\\/]+[^\\/\s"']+[\\/]+memory|agent-memory(?:-local)?)\b|\bprojects[\\/]+-[^\\/\s"']+[\\/]+memory\b|CODEX_HOME\}?["']?[\\/]+memories\b|\$\{?MEMORIES_HOME\b|\b[0-9a-f]{64}[\\/]+(?:memory|staging|previous|next)\b|\btrace_summaries[\\/]|\bmemory_summary\.md\b|\braw_memories\.md\b|\brollout_summaries[\\/]/

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
