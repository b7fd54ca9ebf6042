/*
 * Citations: `MEMORY.md` and skills name the trace behind a line as `[01a206f5-bfca…]`, the start of its thread id, or
 * as several in one pair of brackets. The prefix is long enough to be unique among a project's traces.
 */

const prefixLength = 13

/** The maximum number of threads that a published line cites. */
export const mostCitations = 3

/** Cites traces, in the given order, each once. */
export const cite = (threadIds: Iterable<string>): string =>
  `[${Array.from(new Set(threadIds), (id) => `${id.slice(0, prefixLength)}…`).join(", ")}]`

const one = "[0-9a-f]{8}-[0-9a-f]{4}(?:…|\\.\\.\\.|-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
const bracketed = new RegExp(`\\[(${one}(?:, ?${one})*)\\]`, "g")
const mapped = new RegExp("\\(trace: `?(" + one + ")`?\\)", "g")

/** The thread ids that a text cites, in full or as prefixes. */
export const citationsIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(bracketed), ...text.matchAll(mapped)].flatMap((match) =>
    (match[1] ?? "").split(",").map((id) => id.trim().replace(/(?:…|\.{3})$/, ""))
  )

/** A line without its citations, for comparing two lines. */
export const withoutCitations = (line: string): string => line.replace(bracketed, "").replace(mapped, "").trimEnd()

/** The citations that match none of the given threads. */
export const unknownCitations = (text: string, threadIds: ReadonlyArray<string>): ReadonlyArray<string> =>
  citationsIn(text).filter((cited) => !threadIds.some((id) => id.startsWith(cited)))
