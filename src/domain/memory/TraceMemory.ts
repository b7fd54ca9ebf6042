import { createHash } from "node:crypto"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import { cutMiddle, keptText, type Split } from "../text/ByteBudget.js"
import { neutralDocument, neutralLine } from "../text/Markdown.js"
import type { Redact } from "../privacy/redaction/Marker.js"
import type { StageOneOutput } from "./StageOneOutput.js"
import { timestampOf } from "../session/Timestamp.js"
import { ThreadId } from "../thread/ThreadId.js"

/** How large what is stored may be, in UTF-8 bytes. */
export interface MemoryLimits {
  readonly traceBytes: number
  readonly summaryBytes: number
}

const traceCut: Split = { marker: "\n\n[... TRACE MEMORY TRUNCATED ...]\n\n", headShare: 1 / 2 }
const summaryCut: Split = { marker: " [...summary truncated...]", headShare: 1 / 2 }

const structureMarks = ["Trace context:", "User preferences:", "## Task:", "Outcome:"]

/** Whether a trace memory has the structure that consolidation reads. */
export const isStructured = (trace: string): boolean =>
  trace.startsWith("#") && structureMarks.every((mark) => trace.includes(mark))

const inFallback = (notes: string): string => `# Trace Summary

Trace context: the notes below were not structured
User preferences: none observed

## Task: Unstructured notes
Outcome: uncertain
Key steps:
- see the raw trace notes
Things that did not work / things that can be improved:
- not told apart in the notes
Reusable knowledge:
- see the raw trace notes
Pointers and references (annotate why each item matters):
- the raw trace notes: all that the model said of this session

### Raw trace notes
${notes}`

/**
 * Makes a model's answer fit to be kept: secrets out, Markdown in its place, the summary on one line, the trace in its structure, both within
 * their limits.
 */
export const normaliseOutput = (output: StageOneOutput, limits: MemoryLimits, redact: Redact): StageOneOutput => {
  const trace = neutralDocument(redact(keptText(output.traceMemory)))
  const structured = isStructured(trace) ? trace : inFallback(trace)
  return {
    traceMemory: cutMiddle(structured, limits.traceBytes, traceCut),
    summary: cutMiddle(
      neutralLine(redact(keptText(output.summary)).replace(/\s+/g, " ").trim()),
      limits.summaryBytes,
      summaryCut
    )
  }
}

/** The readable part of a trace file's name, at most `length` characters of `[a-z0-9_]`. */
export const traceSlug = (title: string, length: number): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, length) || "trace"

/** The name of the file that holds a thread's trace memory. */
export const traceFileName = (threadId: ThreadId, slug: string): string => `${threadId}_${slug}.md`

const traceFile = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})_[^/]*\.md$/

/** The thread a file of `trace_summaries/` belongs to; undefined for a file that is not ours. */
export const threadOfTraceFile = (fileName: string): string | undefined => traceFile.exec(fileName)?.[1]

/** What a trace file says before the memory itself. */
export interface TraceHeader {
  readonly threadId: ThreadId
  readonly cwd: string
  readonly rolloutPath: string
  /** Unix milliseconds. */
  readonly updatedAt: number | undefined
}

/** A path or a cwd may hold line breaks, which would let it write header lines of its own. */
const onOneLine = (value: string): string => value.replace(/[\r\n]+/g, " ")

const rfc3339 = (milliseconds: number): string | undefined => {
  const date = DateTime.make(milliseconds)
  return Option.getOrUndefined(Option.map(date, DateTime.formatIso))
}

/** The whole content of a trace file: the header, a blank line, the trimmed memory and a final newline. */
export const renderTraceFile = (header: TraceHeader, trace: string): string => {
  const updatedAt = header.updatedAt === undefined ? undefined : rfc3339(header.updatedAt)
  return [
    `thread_id: ${header.threadId}`,
    `cwd: ${onOneLine(header.cwd)}`,
    `rollout_path: ${onOneLine(header.rolloutPath)}`,
    ...(updatedAt === undefined ? [] : [`updated_at: ${updatedAt}`]),
    "",
    trace.trim(),
    ""
  ].join("\n")
}

/** A trace file taken apart again: its header lines by name, and the memory below the blank line. */
export const parseTraceFile = (
  content: string
): { readonly header: ReadonlyMap<string, string>; readonly trace: string } => {
  const end = content.indexOf("\n\n")
  const lines = content.slice(0, Math.max(0, end)).split("\n")
  const fields = lines.flatMap((line) => {
    const field = /^([a-z_]+): (.*)$/.exec(line)
    return field?.[1] === undefined || field[2] === undefined ? [] : [[field[1], field[2]] as const]
  })
  return fields.length === lines.length
    ? { header: new Map(fields), trace: content.slice(end + 2).trim() }
    : { header: new Map(), trace: content.trim() }
}

/** A memory as its trace file has it. */
interface StoredMemory extends TraceHeader {
  readonly updatedAt: number
  readonly slug: string
  readonly traceSummary: string
  readonly memorySummary: string
}

/**
 * The memory that a trace file holds, for making a lost state DB from; none where the header does not say all that a row
 * must have. Without a summary of its own, the trace's first line is one.
 */
export const readTraceFile = (
  content: string,
  threadId: string,
  fileName: string,
  summary: string | undefined
): Option.Option<StoredMemory> => {
  const { header, trace } = parseTraceFile(content)
  const [cwd, rolloutPath] = [header.get("cwd"), header.get("rollout_path")]
  const updatedAt = timestampOf(header.get("updated_at"))
  const isOwn = header.get("thread_id") === threadId
  return !isOwn || cwd === undefined || rolloutPath === undefined || updatedAt === undefined || trace === ""
    ? Option.none()
    : Option.some({
        threadId: ThreadId.make(threadId),
        cwd,
        rolloutPath,
        updatedAt,
        slug: fileName.slice(threadId.length + 1, -".md".length),
        traceSummary: trace,
        memorySummary: summary ?? (trace.split("\n")[0] ?? "").replace(/^#+\s*/, "")
      })
}

/** What tells two versions of a memory apart: the hex SHA-256 of its trace and its summary. */
export const memoryVersion = (memory: StageOneOutput): string =>
  createHash("sha256").update(memory.traceMemory).update("\0").update(memory.summary).digest("hex")
