import { EvidencePacking } from "../../evidence/EvidencePacking.js"
import { PrintedCredentials } from "../../privacy/PrintedCredentials.js"
import { ofRedactedLines, type Redact } from "../../privacy/SafeText.js"
import { noFacts, type ThreadFacts } from "../../thread/ThreadFacts.js"
import { isAct, keptEvidenceCharacters, type SessionReader, type SessionReading } from "../SessionReading.js"
import { UnknownLineCounter } from "../codex/UnknownLine.js"
import { EchoedMemory } from "../EchoedMemory.js"
import type { SessionLine } from "../SessionLine.js"
import { addRecord } from "./RecordFacts.js"
import { RecordEvents } from "./RecordEvents.js"
import { type Called, mapTexts, type RecordEntry, type Returned } from "./SessionRecord.js"

/**
 * Collects everything that phase one needs from the records of one session, whichever agent recorded it. An instance
 * serves one session, and takes its records in order.
 */
export class RecordReader implements SessionReader {
  private facts: ThreadFacts = noFacts
  private malformedLines = 0
  private readonly unknownLines = new UnknownLineCounter()
  private readonly credentials = new PrintedCredentials()
  private readonly events = new RecordEvents(keptEvidenceCharacters)
  /** The ids of calls whose results are no evidence, unless they fail. */
  private readonly tools = new Set<string>()
  private readonly memory: EchoedMemory
  private readonly redact: Redact
  private readonly renderedBytes: number

  /** Takes the maximum size of the rendering in bytes, the rules for secrets, and the memories home. */
  constructor(renderedBytes: number, redact: Redact, memoriesHome: string) {
    this.renderedBytes = renderedBytes
    this.redact = redact
    this.memory = new EchoedMemory(memoriesHome)
  }

  /** Adds the next line. Secrets are redacted before the record is used; lines of Codex are none of these sessions. */
  add(line: SessionLine): void {
    this.unknownLines.add(line)
    if (line._tag === "MalformedLine") {
      this.malformedLines++
    } else if (line._tag === "SessionRecord") {
      const entry = this.learned(line.entry)
      if (entry !== undefined) {
        const record = { ...line, entry: this.credentials.withoutIn(mapTexts(entry, this.redact)) }
        this.facts = addRecord(this.facts, record)
        this.events.add({ ...record, entry: this.withoutRepeats(record.entry) })
      }
    }
  }

  /** Returns the result of the lines so far. */
  result(): SessionReading {
    const evidence = this.events.result()
    const onlyReadMemory = this.memory.hasRead && !evidence.events.some(isAct)
    const packing = new EvidencePacking(evidence)
    const bytes = packing.size
    const text = packing.shrinkTo(this.renderedBytes)
    return {
      facts: this.facts,
      evidence: onlyReadMemory ? { ...evidence, onlyReadMemory } : evidence,
      rendering: { text: ofRedactedLines(text), items: evidence.events.length, bytes },
      malformedLines: this.malformedLines,
      unknownLines: this.unknownLines.result()
    }
  }

  /** Returns an entry without what is no evidence; undefined for a call that reads memory, and for its result. */
  private learned(entry: RecordEntry): RecordEntry | undefined {
    switch (entry._tag) {
      case "Called":
        return this.learnedCall(entry)
      case "Returned":
        return this.memory.isOutput(entry.callId, entry.text) ? undefined : this.shortened(entry)
      default:
        return entry
    }
  }

  private learnedCall(entry: Called): Called | undefined {
    if (this.memory.namesMemory(textOf(entry))) {
      this.memory.addCall(entry.callId)
      return undefined
    }
    if (entry.action._tag !== "Command") {
      this.tools.add(entry.callId)
    }
    return entry
  }

  /** Leaves out the text of a result that nobody uses, which may be a whole file. */
  private shortened(entry: Returned): Returned {
    const isUnused = this.tools.has(entry.callId) && !entry.hasFailed
    return isUnused ? { ...entry, text: "" } : entry
  }

  private withoutRepeats(entry: RecordEntry): RecordEntry {
    return entry._tag === "UserSaid" || entry._tag === "AssistantSaid"
      ? { ...entry, text: this.memory.without(entry.text) }
      : entry
  }
}

const textOf = ({ action }: Called): string => {
  switch (action._tag) {
    case "Command":
      return action.command
    case "Edit":
      return action.changes.map(({ path }) => path).join("\n")
    case "Tool":
      return action.input
  }
}
