import { ForkCopyReader } from "./ForkCopy.js"
import { MemoryReadReader } from "./MemoryEcho.js"
import { PrivateAnswers } from "./PrivateAnswers.js"
import { PrintedCredentials } from "../../privacy/PrintedCredentials.js"
import { redactLine } from "../../privacy/RedactedLine.js"
import type { Redact } from "../../privacy/SafeText.js"
import type { RolloutFilter } from "./RolloutFilter.js"
import { UnknownLineCounter } from "./UnknownLine.js"
import { RepeatedLines } from "./RepeatedLines.js"
import { RolloutRenderingBuilder } from "./RolloutRendering.js"
import type { SessionLine } from "../SessionLine.js"
import { isAct, type SessionReader, type SessionReading } from "../SessionReading.js"
import { CodexSessionBuilder } from "./CodexSession.js"
import { addLine, noFacts, type ThreadFacts } from "../../thread/ThreadFacts.js"

/** Collects everything that phase one needs from one rollout, line by line. An instance serves one rollout. */
export class RolloutReader implements SessionReader {
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

  /** Adds the next line. Secrets are redacted before it is used; records of other agents are none of Codex's lines. */
  add(read: SessionLine): void {
    if (read._tag === "MalformedLine" || read._tag === "SessionRecord") {
      this.malformedLines += read._tag === "MalformedLine" ? 1 : 0
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
  result(): SessionReading {
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
