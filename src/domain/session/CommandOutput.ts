import { cutMiddle } from "../text/ByteBudget.js"
import { firstErrorLine, linesForError, withoutTerminalControl } from "./ErrorLine.js"

/**
 * The way in which a command ended. `running`: not known to have ended; `interrupted`: stopped by a person; `refused`:
 * not allowed to run; `not started`: the harness could not start it; `timed out`: stopped by the harness; `exited`: any
 * other end.
 */
export type CommandEnd = "exited" | "running" | "interrupted" | "refused" | "not started" | "timed out"

/** The output of a command, and how the command ended. */
export interface CommandOutput {
  /** The exit code; undefined if the record does not have it, or if the command was stopped. */
  readonly exitCode: number | undefined
  readonly end: CommandEnd
  /** The output without terminal control sequences, cut to {@link keptOutputBytes}. */
  readonly text: string
  /** The first error line of the whole output, determined before the cut. */
  readonly errorLine: string | undefined
}

/**
 * The maximum number of bytes of one output that is kept. Only the first and last lines of an output are used, and a
 * session may print gigabytes.
 */
const keptOutputBytes = 8_192

const split = { marker: "\n[…]\n", headShare: 0.25 }

const keptText = (text: string): string => cutMiddle(text, keptOutputBytes, split)

/**
 * A text that a command prints piece by piece, as far as its output depends on it, whatever is printed next. Bounded:
 * the middle of a long text is left out.
 */
export interface PrintedText {
  /** The complete lines without terminal control sequences, and the end of them once they are longer than is kept. */
  readonly start: string
  readonly end: string
  /** The last line, as far as it was printed. */
  readonly lastLine: string
  /** The complete lines that the error line depends on; see `linesForError`. */
  readonly errorLines: ReadonlyArray<string>
}

/** The text of a command that has not printed anything. */
export const nothingPrinted: PrintedText = { start: "", end: "", lastLine: "", errorLines: [] }

/** The maximum number of characters of an unfinished line. The rest of a longer line counts as a line of its own. */
const lastLineCharacters = 65_536

/** Adds a further piece to the text that a command printed; the piece may begin and end anywhere. */
export const printMore = ({ end, errorLines, lastLine, start }: PrintedText, piece: string): PrintedText => {
  const text = lastLine + piece
  const cut = text.length > lastLineCharacters && !text.includes("\n") ? text.length : text.lastIndexOf("\n") + 1
  if (cut === 0) {
    return { start, end, lastLine: text, errorLines }
  }
  const clean = withoutTerminalControl(text.slice(0, cut))
  const room = Math.max(0, keptOutputBytes + 1 - start.length)
  const lines = clean.endsWith("\n") ? clean.slice(0, -1).split("\n") : clean.split("\n")
  return {
    start: start + clean.slice(0, room),
    end: (end + clean.slice(room)).slice(-keptOutputBytes - 1),
    lastLine: text.slice(cut),
    errorLines: linesForError([...errorLines, ...lines])
  }
}

/** Makes the output of a command from the text that it printed, in one piece or in several. */
export const outputOf = (
  printed: string | PrintedText,
  exitCode: number | undefined,
  end: CommandEnd = "exited"
): CommandOutput => {
  const all = typeof printed === "string" ? printMore(nothingPrinted, printed) : printed
  const last = withoutTerminalControl(all.lastLine)
  return {
    exitCode,
    end,
    text: keptText(all.start + all.end + last),
    errorLine: firstErrorLine([...all.errorLines, last].join("\n"))
  }
}

/** The minimum length of a line, in characters, by which two records of one output are recognised as overlapping. */
const leastSharedLine = 8

/**
 * Returns the part of the second text that goes on where the first one stops; undefined if it does not go on there. Some
 * records of a command that ran on have only what it printed since the last look at it, with the last lines from before.
 */
const continuation = (before: string, after: string): string | undefined => {
  const lines = after.split("\n")
  const shared = lines.filter((line) => line.trim().length >= leastSharedLine && before.includes(line))
  const again = shared.join("\n")
  const isNew = after.slice(again.length).trim() !== "" && !after.includes(before.trim())
  return isNew && after.startsWith(again) && before.trimEnd().endsWith(again) ? after.slice(again.length) : undefined
}

/**
 * Merges two records of one command's output. Takes the exit code of the record that has one, the more precise end, and
 * the longer text; both texts if the second one goes on where the first one stopped while the command ran on. A command
 * that one record says was refused did not run, whatever the other one says.
 */
export const mergeOutputs = (known: CommandOutput, told: CommandOutput): CommandOutput => {
  const isCertain = told.end !== "exited" || told.exitCode !== undefined
  const end = known.end !== "refused" && (isCertain || known.end === "running") ? told.end : known.end
  const exitCode = end === "exited" ? (told.exitCode ?? known.exitCode) : undefined
  const more = known.end === "running" ? continuation(known.text, told.text) : undefined
  const longer = told.text.length > known.text.length ? told.text : known.text
  return {
    exitCode,
    end,
    text: more === undefined ? longer : keptText(`${known.text.trimEnd()}\n${more.trimStart()}`),
    errorLine: told.errorLine ?? known.errorLine
  }
}
