import { joinSafe, rewrite, safe, type SafeText } from "../privacy/SafeText.js"
import type { ThreadId } from "../thread/ThreadId.js"

/** One line of `memory_summary.md`, which tells readers which trace to open. */
export interface SummaryEntry {
  readonly threadId: ThreadId
  readonly summary: SafeText
}

const onOneLine = (summary: SafeText): SafeText => rewrite(summary, (text) => text.replace(/\s+/g, " ").trim())

/** Renders `memory_summary.md`: the summaries of a directory's traces, newest first. */
export const renderMemorySummary = (entries: ReadonlyArray<SummaryEntry>): SafeText =>
  joinSafe(
    [
      safe`# Memory Summary`,
      safe``,
      ...(entries.length === 0
        ? [safe`No memory traces yet.`]
        : [
            safe`Map of concise summaries to trace IDs (latest first):`,
            safe``,
            ...entries.map(({ summary, threadId }) => safe`- ${onOneLine(summary)} (trace: \`${threadId}\`)`)
          ]),
      safe``
    ],
    "\n"
  )

/** Reads the summaries in a `memory_summary.md`, by thread id. */
export const parseMemorySummary = (content: string): ReadonlyMap<string, string> =>
  new Map(
    content.split("\n").flatMap((line) => {
      const entry = /^- (.*) \(trace: `([0-9a-f-]{36})`\)$/.exec(line)
      return entry?.[1] === undefined || entry[2] === undefined ? [] : [[entry[2], entry[1]] as const]
    })
  )
