import { createHash } from "node:crypto"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import { cutMiddle, keptText, type Split } from "../text/ByteBudget.js"
import { neutralDocument, neutralLine } from "../text/Markdown.js"
import type { SessionFact } from "../facts/Fact.js"
import { type Redact, rewrite, type SafeText } from "../privacy/SafeText.js"
import { traceFolder } from "./Publication.js"
import type { StageOneOutput } from "./StageOneOutput.js"
import { timestampOf } from "../session/Timestamp.js"
import { type CodingAgent, codingAgents } from "../session/CodingAgent.js"
import { ThreadId } from "../thread/ThreadId.js"

/** Maximum sizes of a stored trace and summary, in UTF-8 bytes. */
export interface MemoryLimits {
  readonly traceBytes: number
  readonly summaryBytes: number
}

const traceCut: Split = { marker: "\n\n[... TRACE MEMORY TRUNCATED ...]\n\n", headShare: 1 / 2 }
const summaryCut: Split = { marker: " [...summary truncated...]", headShare: 1 / 2 }

const structureMarks = ["Trace context:", "User preferences:", "## Task:", "Outcome:"]

/** True if a trace memory has the headings that consolidation reads. */
export const isStructured = (trace: string): boolean =>
  trace.startsWith("#") && structureMarks.every((mark) => trace.includes(mark))

/** A model's answer in the form in which it is stored. */
export interface SafeOutput {
  readonly traceMemory: SafeText
  readonly summary: SafeText
}

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
 * Prepares a model's answer for storage: removes secrets, makes its Markdown safe to embed, puts the summary on one
 * line, wraps an unstructured trace, and cuts both to their limits.
 */
export const normaliseOutput = (output: StageOneOutput, limits: MemoryLimits, redact: Redact): SafeOutput => {
  return {
    traceMemory: rewrite(redact(keptText(output.traceMemory)), (redacted) => {
      const trace = neutralDocument(redacted)
      const structured = isStructured(trace) ? trace : inFallback(trace)
      return cutMiddle(structured, limits.traceBytes, traceCut)
    }),
    summary: rewrite(redact(keptText(output.summary)), (redacted) =>
      cutMiddle(neutralLine(redacted.replace(/\s+/g, " ").trim()), limits.summaryBytes, summaryCut)
    )
  }
}

/** The maximum number of characters of a name in the heading of a trace. */
const nameCharacters = 120

/**
 * Puts the name of a session before the heading of its trace, in the place of its former title if the heading begins
 * with that. A trace without the usual headings stays as it is. The rest of the heading says what came out.
 */
export const namedTrace = (trace: string, name: string, formerTitle: string | null): string => {
  if (!isStructured(trace)) {
    return trace
  }
  const [heading = "", ...rest] = trace.split("\n")
  const shown = neutralLine(name.replace(/\s+/g, " ").trim()).slice(0, nameCharacters)
  const told = heading.replace(/^#+\s*/, "")
  if (shown === "" || told === shown || told.startsWith(`${shown}: `)) {
    return trace
  }
  const former = neutralLine((formerTitle ?? "").replace(/\s+/g, " ").trim()).slice(0, nameCharacters)
  const after = told.slice(former.length)
  const begins = former !== "" && told.startsWith(former) && /^(?:[:,;?.!]|$)/.test(after)
  const left = begins ? after.replace(/^[\s:,;?.!]+/, "") : told
  return [`# ${shown}${left === "" ? "" : `: ${left}`}`, ...rest].join("\n")
}

/** Returns the readable part of a trace file's name: at most `length` characters of `[a-z0-9_]`. */
export const traceSlug = (title: string, length: number): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, length) || "trace"

/** The name of the file that holds a thread's trace memory. */
export const traceFileName = (threadId: ThreadId, slug: string): string => `${threadId}_${slug}.md`

const traceFile = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})_[^/]*\.md$/

/** The thread that a file of `trace_summaries/` belongs to; undefined for a file that is not a trace. */
export const threadOfTraceFile = (fileName: string): string | undefined => traceFile.exec(fileName)?.[1]

/** Parses the thread id from the path of a trace file below a memory root; undefined for other files. */
export const threadOfTrace = (path: string): string | undefined =>
  path.startsWith(`${traceFolder}/`) ? threadOfTraceFile(path.slice(traceFolder.length + 1)) : undefined

/** The header of a trace file. */
export interface TraceHeader {
  readonly threadId: ThreadId
  /** The coding agent that recorded the session; Codex if it is absent. */
  readonly agent?: CodingAgent | undefined
  readonly cwd: string
  readonly rolloutPath: string
  /** The time of the thread's last record in Unix milliseconds. */
  readonly updatedAt: number | undefined
}

/** Replaces line breaks: in a path or a cwd they could forge header lines. */
export const onOneLine = (value: string): string => value.replace(/[\r\n]+/g, " ")

const rfc3339 = (milliseconds: number): string | undefined => {
  const date = DateTime.make(milliseconds)
  return Option.getOrUndefined(Option.map(date, DateTime.formatIso))
}

/** Renders a trace file: the header, a blank line, the trimmed memory and a final newline. */
export const renderTraceFile = (header: TraceHeader, trace: SafeText): SafeText => {
  const updatedAt = header.updatedAt === undefined ? undefined : rfc3339(header.updatedAt)
  return rewrite(trace, (text) =>
    [
      `thread_id: ${header.threadId}`,
      ...(header.agent === undefined || header.agent === "codex" ? [] : [`agent: ${header.agent}`]),
      `cwd: ${onOneLine(header.cwd)}`,
      `rollout_path: ${onOneLine(header.rolloutPath)}`,
      ...(updatedAt === undefined ? [] : [`updated_at: ${updatedAt}`]),
      "",
      text.trim(),
      ""
    ].join("\n")
  )
}

/** Parses a trace file into its header lines, by name, and the memory below the blank line. */
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

/** A memory as read from its trace file. */
export interface StoredMemory extends TraceHeader {
  readonly updatedAt: number
  readonly slug: string
  readonly traceSummary: string
  readonly memorySummary: string
}

/**
 * Reads the memory from a trace file, to restore a lost state DB; none when the header lacks a field that a row
 * requires. Without a summary, the first line of the trace serves as one.
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
        agent: codingAgents.find((agent) => agent === header.get("agent")) ?? "codex",
        cwd,
        rolloutPath,
        updatedAt,
        slug: fileName.slice(threadId.length + 1, -".md".length),
        traceSummary: trace,
        memorySummary: summary ?? (trace.split("\n")[0] ?? "").replace(/^#+\s*/, "")
      })
}

/** Identifies a version of a memory: the hex SHA-256 of its trace, its summary and its facts, where it has some. */
export const memoryVersion = (memory: StageOneOutput, facts: ReadonlyArray<SessionFact> = []): string => {
  const hash = createHash("sha256").update(memory.traceMemory).update("\0").update(memory.summary)
  return (facts.length === 0 ? hash : hash.update("\0").update(JSON.stringify(facts))).digest("hex")
}
