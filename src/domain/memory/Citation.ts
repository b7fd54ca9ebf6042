/**
 * How `MEMORY.md` and skills say where a line comes from: `[01a206f5-bfca…]`, the beginning of a trace's thread id, or
 * several between one pair of brackets. Long enough to be unique among a project's traces, short enough to read past.
 */

const prefixLength = 13

/** Cites traces, in the given order, each once. */
export const cite = (threadIds: Iterable<string>): string =>
  `[${Array.from(new Set(threadIds), (id) => `${id.slice(0, prefixLength)}…`).join(", ")}]`

const one = "[0-9a-f]{8}-[0-9a-f]{4}(?:…|\\.\\.\\.|-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
const bracketed = new RegExp(`\\[(${one}(?:, ?${one})*)\\]`, "g")
const mapped = new RegExp("\\(trace: `?(" + one + ")`?\\)", "g")

/** The thread ids, or beginnings of ids, that a text cites. */
export const citationsIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(bracketed), ...text.matchAll(mapped)].flatMap((match) =>
    (match[1] ?? "").split(",").map((id) => id.trim().replace(/(?:…|\.{3})$/, ""))
  )

/** A line without its citations, to tell whether two lines say the same. */
export const withoutCitations = (line: string): string => line.replace(bracketed, "").replace(mapped, "").trimEnd()

/** The citations that no known trace answers to. */
export const unknownCitations = (text: string, threadIds: ReadonlyArray<string>): ReadonlyArray<string> =>
  citationsIn(text).filter((cited) => !threadIds.some((id) => id.startsWith(cited)))
