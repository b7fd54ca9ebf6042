import type { ThreadId } from "../thread/ThreadId.js"

/** One line of `memory_summary.md`, which tells readers which trace to open. */
export interface SummaryEntry {
  readonly threadId: ThreadId
  readonly summary: string
}

/** Renders `memory_summary.md`: the summaries of a directory's traces, newest first. */
export const renderMemorySummary = (entries: ReadonlyArray<SummaryEntry>): string =>
  [
    "# Memory Summary",
    "",
    ...(entries.length === 0
      ? ["No memory traces yet."]
      : [
          "Map of concise summaries to trace IDs (latest first):",
          "",
          ...entries.map(({ summary, threadId }) => `- ${summary.replace(/\s+/g, " ").trim()} (trace: \`${threadId}\`)`)
        ]),
    ""
  ].join("\n")

/** Reads the summaries of a `memory_summary.md`, by thread id. */
export const parseMemorySummary = (content: string): ReadonlyMap<string, string> =>
  new Map(
    content.split("\n").flatMap((line) => {
      const entry = /^- (.*) \(trace: `([0-9a-f-]{36})`\)$/.exec(line)
      return entry?.[1] === undefined || entry[2] === undefined ? [] : [[entry[2], entry[1]] as const]
    })
  )
