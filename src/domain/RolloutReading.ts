import { ForkCopyReader } from "./ForkCopy.js"
import type { RolloutFilter } from "./RolloutFilter.js"
import type { MalformedLine, RolloutLine } from "./RolloutLine.js"
import { type RolloutRendering, RolloutRenderingBuilder } from "./RolloutRendering.js"
import { type SessionEvidence, SessionEvidenceBuilder } from "./SessionEvidence.js"
import { addLine, noFacts, type ThreadFacts } from "./ThreadFacts.js"

/** What a whole rollout says. */
export interface RolloutReading {
  readonly facts: ThreadFacts
  readonly evidence: SessionEvidence
  readonly rendering: RolloutRendering
  /** Lines that did not parse; they were skipped. */
  readonly malformedLines: number
}

/** Reads a rollout once, line by line, for everything that phase one wants of it. A reader serves one rollout. */
export class RolloutReader {
  private facts: ThreadFacts = noFacts
  private malformedLines = 0
  private readonly forkCopy = new ForkCopyReader()
  private readonly evidence = new SessionEvidenceBuilder()
  private readonly rendering: RolloutRenderingBuilder
  private readonly filter: RolloutFilter

  constructor(filter: RolloutFilter, rolloutBytes: number) {
    this.filter = filter
    this.rendering = new RolloutRenderingBuilder(filter, rolloutBytes)
  }

  /** Takes the next line, in file order. */
  add(line: RolloutLine | MalformedLine): void {
    if (line._tag === "MalformedLine") {
      this.malformedLines++
      return
    }
    this.facts = addLine(this.facts, line)
    const isOwn = !this.forkCopy.isCopied(line)
    if (isOwn) {
      this.evidence.add(line)
    }
    if (isOwn || !this.filter.evidenceOnly) {
      this.rendering.add(line)
    }
  }

  /** What the lines so far say. */
  result(): RolloutReading {
    return {
      facts: this.facts,
      evidence: this.evidence.result(),
      rendering: this.rendering.result(),
      malformedLines: this.malformedLines
    }
  }
}
