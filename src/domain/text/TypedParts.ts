import { withoutGreeting, withoutPoliteness } from "./Greetings.js"

/*
 * Separates the text that a person typed from the other content of a message: quotations, listings, logs and pasted
 * pages.
 */

const fence = /^\s{0,3}(`{3,}|~{3,})/
const openingTag = /^\s{0,3}<([a-z][\w-]*)(?:\s[^>]*)?>\s*$/i
/** Matches a line after which somebody else's words follow, such as `The log says:`. */
const announcement =
  /^(?!.*\b(?:I|we|my|our|rules?|wants?|plan|instructions?|requirements?)\b).*(?:\b(?:says?|said|reads|prints|printed|prints|wrote|pasted|replied|output|log|traceback|stack ?trace|error)|\b(?:here(?:['’]s| is| are)|this is|from|contents? of|look at)\b.{0,40})\W*:\s*$/i

/**
 * The minimum number of consecutive lines of tool output that make a listing. A single such line may be the user's own
 * words.
 */
export const printedLines = 2

/** Returns the typed parts of a message, without listings, quotations of others, and output that a tool had printed. */
export const typedPartsOf = (message: string, printed: ReadonlySet<string> = new Set()): ReadonlyArray<string> => {
  const lines = message.replace(/\r\n?/g, "\n").split("\n")
  const isPrinted = (line: string | undefined): boolean => line !== undefined && printed.has(line.trim())
  const parts: Array<Array<string>> = [[]]
  let closing: ((line: string) => boolean) | undefined
  for (const [index, line] of lines.entries()) {
    const mark = fence.exec(line)?.[1]
    const tag = openingTag.exec(line)?.[1]
    let isTyped = false
    if (closing !== undefined) {
      closing = closing(line) ? undefined : closing
    } else if (mark !== undefined) {
      closing = (later) => later.trim().startsWith(mark) && /^[`~]+$/.test(later.trim())
    } else if (tag !== undefined && lines.slice(index + 1).some((later) => later.includes(`</${tag}>`))) {
      closing = (later) => later.includes(`</${tag}>`)
    } else if (announcement.test(line) && lines.slice(index + 1).some((later) => later.trim() !== "")) {
      isTyped = true
      closing = () => false
    } else {
      const isListed = isPrinted(line) && (isPrinted(lines[index - 1]) || isPrinted(lines[index + 1]))
      isTyped = !/^\s{0,3}>/.test(line) && !isListed
    }
    if (isTyped) {
      parts.at(-1)?.push(line)
    } else if (parts.at(-1)?.length !== 0) {
      parts.push([])
    }
  }
  return parts.map((part) => part.join("\n").trim()).filter((part) => part !== "")
}

/**
 * The number of characters from which the first paragraph of a message counts as pasted; `pastedParagraph` is the
 * number for each later paragraph.
 */
const pastedFirst = 1_500
const pastedParagraph = 700
/** The number of characters from which everything after the first paragraph of a message counts as pasted. */
const pastedMessage = 1_200

const heading = /^\s{0,3}#{1,6}\s+\S|^\S[^\n]{0,80}\n(?:={3,}|-{3,})\s*$/m

/** Matches a line of a log, a stack trace or a terminal. */
const logLine =
  /^\s*(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\[?\d\d:\d\d:\d\d|\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|npm ERR!)\]?[:\s|]|at \S+ ?\(|File "|Traceback |Caused by:|\$ \S|\S+@\S+:\S*[$#] |[+-]{3} [ab]\/|@@ |diff --git )/

/** Matches the words with which a harness gives the plan of an earlier session to a new one. */
const planHandover =
  /^\s*(?:A previous agent produced the plan below\b|PLEASE IMPLEMENT THIS PLAN\b|Implement the following plan:\s)/

/** Matches a request about a text that follows in the same message, such as a request to summarise it. */
const aboutText =
  /\b(?:this|these|that|following|below|attached|pasted)\b[^.!?\n]{0,40}\b(?:logs?|pages?|texts?|articles?|doc(?:s|ument(?:s|ation)?)?|outputs?|errors?|messages?|e?mails?|issues?|comments?|reviews?|snippets?|readme|guides?|traces?|reports?|diffs?|specs?|threads?|posts?|transcripts?|answers?|prompts?|results?|findings?|plans?)\b|\b(?:says?|said|mean|means)\b[^.!?\n]{0,40}\?/i

/**
 * Returns the heading of the plan in a message, or its first line if it has none; undefined for a message that is not a
 * plan from an earlier session.
 */
export const titleOfPlan = (message: string): string | undefined => {
  const rest = planHandover.test(message) ? message.replace(/^[^\n]*\n+/, "") : ""
  const line = /^\s{0,3}#{1,6}\s+(\S.*)$/m.exec(rest)?.[1] ?? /^\s*(\S.*)$/m.exec(rest)?.[1]
  return line
    ?.replace(/^\**(?:implementation |project )?plan\s*[:–—-]\s*(?=\S)/i, "")
    .replaceAll("**", "")
    .trim()
}

/**
 * Returns a title for a session from its first message: the first paragraph of the user's own words without greetings
 * and polite words, or the heading of a plan from an earlier session. A message that is pasted as a whole, or only
 * greets, keeps its text.
 */
export const sessionTitle = (message: string): string => {
  const plan = titleOfPlan(message)
  if (plan !== undefined) {
    return plan
  }
  const [said = ""] = withoutPoliteness(withoutGreeting(wordsToAssistant(message))).split(/\n\s*\n/)
  return said.trim() === "" ? message : said.trim()
}

/**
 * Returns the part of a message in which the user speaks to the assistant. The text below a heading, a log, or a
 * request about a following text is somebody else's; of a long message only the first paragraph counts.
 */
export const wordsToAssistant = (message: string): string => {
  if (planHandover.test(message)) {
    return ""
  }
  const typed = typedPartsOf(message).join("\n\n")
  const above = typed.slice(0, heading.exec(typed)?.index ?? typed.length)
  const paragraphs = above.split(/\n\s*\n/)
  const kept: Array<string> = []
  for (const paragraph of paragraphs) {
    const lines = paragraph.split("\n").filter((line) => line.trim() !== "")
    const log = lines.findIndex((line) => logLine.test(line))
    const own = log === -1 ? lines : lines.slice(0, log)
    const before = kept.join("\n")
    if (
      paragraph.length > (kept.length === 0 ? pastedFirst : pastedParagraph) ||
      (kept.length > 0 && (aboutText.test(before) || message.length > pastedMessage))
    ) {
      break
    }
    if (own.length > 0) {
      kept.push(own.join("\n"))
    }
    if (log !== -1) {
      break
    }
  }
  return kept.join("\n\n")
}

/**
 * Returns the typed text of a message up to its first heading, if the whole message is an instruction to the assistant.
 * Empty if the message contains a log, or is about a text that it contains.
 */
export const briefToAssistant = (message: string): string => {
  if (planHandover.test(message)) {
    return ""
  }
  const typed = typedPartsOf(message).join("\n\n")
  const brief = typed.slice(0, heading.exec(typed)?.index ?? typed.length)
  const [opening = ""] = brief.split(/\n\s*\n/)
  return [wordsToAssistant(message), opening].some((part) => aboutText.test(part)) ||
    typed.split("\n").some((line) => logLine.test(line))
    ? ""
    : brief
}
