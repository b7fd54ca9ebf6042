import { ForkCopyReader } from "./ForkCopy.js"
import { MemoryReadReader } from "./MemoryEcho.js"
import { PrivateAnswers } from "./PrivateAnswers.js"
import { PrintedCredentials } from "../../privacy/PrintedCredentials.js"
import { redactLine } from "../../privacy/RedactedLine.js"
import type { Redact } from "../../privacy/SafeText.js"
import type { RolloutFilter } from "./RolloutFilter.js"
import { UnknownLineCounter, type UnknownLines } from "./UnknownLine.js"
import type { MalformedLine, RolloutLine } from "./RolloutLine.js"
import { RepeatedLines } from "./RepeatedLines.js"
import { type RolloutRendering, RolloutRenderingBuilder } from "./RolloutRendering.js"
import type { SessionEvent } from "../SessionEvent.js"
import type { SessionEvidence } from "../../evidence/SessionEvidence.js"
import { CodexSessionBuilder } from "./CodexSession.js"
import { addLine, noFacts, type ThreadFacts } from "../../thread/ThreadFacts.js"

/** The result of reading a whole rollout. */
export interface RolloutReading {
  readonly facts: ThreadFacts
  readonly evidence: SessionEvidence
  readonly rendering: RolloutRendering
  /** Number of lines that are not valid JSON; they were skipped. */
  readonly malformedLines: number
  /** Lines of unknown types, by type; they were skipped too. Empty for a file that is no rollout. */
  readonly unknownLines: UnknownLines
}

/** Collects everything that phase one needs from one rollout, line by line. An instance serves one rollout. */
export class RolloutReader {
  private facts: ThreadFacts = noFacts
  private malformedLines = 0
  private readonly answers = new PrivateAnswers()
  private readonly credentials = new PrintedCredentials()
  private readonly unknownLines = new UnknownLineCounter()
  private readonly forkCopy = new ForkCopyReader()
  private readonly repeats = new RepeatedLines()
  private readonly evidence = new CodexSessionBuilder()
  private readonly rendering: RolloutRenderingBuilder
  private readonly filter: RolloutFilter

  private readonly redact: Redact

  private readonly memoryReads: MemoryReadReader

  constructor(filter: RolloutFilter, rolloutBytes: number, redact: Redact, memoriesHome: string) {
    this.memoryReads = new MemoryReadReader(memoriesHome)
    this.filter = filter
    this.redact = redact
    this.rendering = new RolloutRenderingBuilder(filter, rolloutBytes)
  }

  /** Adds the next line, in file order. Secrets are redacted before the line is used. */
  add(read: RolloutLine | MalformedLine): void {
    if (read._tag === "MalformedLine") {
      this.malformedLines++
      return
    }
    if (this.repeats.isRepeat(read)) {
      return
    }
    this.unknownLines.add(read)
    const line = this.credentials.without(redactLine(this.answers.without(read), this.redact))
    this.facts = addLine(this.facts, line)
    const isOwn = !this.forkCopy.isCopied(line)
    const learned = isOwn ? this.memoryReads.withoutMemory(line) : undefined
    if (learned !== undefined) {
      this.evidence.add(learned)
    }
    const shown = this.filter.evidenceOnly ? learned : line
    if (shown !== undefined) {
      this.rendering.add(shown)
    }
  }

  /** Returns the result of the lines so far. */
  result(): RolloutReading {
    const evidence = this.evidence.result()
    const onlyReadMemory = this.memoryReads.hasRead && !evidence.events.some(isAct)
    return {
      facts: this.facts,
      evidence: onlyReadMemory ? { ...evidence, onlyReadMemory } : evidence,
      rendering: this.rendering.result(),
      malformedLines: this.malformedLines,
      unknownLines: this.unknownLines.result()
    }
  }
}

/**
 * True if an event shows that something was done. A command without an output does not count, since its output may have
 * been memory, and neither does what was refused.
 */
const isAct = (event: SessionEvent): boolean =>
  event._tag === "CommandRun"
    ? event.output !== undefined && event.output.end !== "refused"
    : event._tag === "FileEdit"
      ? event.end !== "refused"
      : event._tag === "ToolUse"
