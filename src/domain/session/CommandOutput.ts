import { cutMiddle } from "../text/ByteBudget.js"
import { firstErrorLine, withoutTerminalControl } from "./ErrorLine.js"

/**
 * The end of a command: `running` while it still ran when it was last heard of, `interrupted` when somebody stopped it,
 * `refused` when it was not allowed to run, `not started` when the harness could not start it, `timed out` when the harness
 * stopped it; else `exited`.
 */
export type CommandEnd = "exited" | "running" | "interrupted" | "refused" | "not started" | "timed out"

/** The output of a command, and its end. */
export interface CommandOutput {
  /** Undefined where the record does not say, and where the command did not come to an end of its own. */
  readonly exitCode: number | undefined
  readonly end: CommandEnd
  /** Terminal control removed, cut to {@link keptOutputBytes}. */
  readonly text: string
  /** The first error line of the whole output, found before it was cut. */
  readonly errorLine: string | undefined
}

/** Limit on one output, in bytes: evidence is read for its first and last lines, and a session may print gigabytes. */
const keptOutputBytes = 8_192

/** The output of a command that printed a text. */
export const outputOf = (printed: string, exitCode: number | undefined, end: CommandEnd = "exited"): CommandOutput => {
  const text = withoutTerminalControl(printed)
  return {
    exitCode,
    end,
    text: cutMiddle(text, keptOutputBytes, { marker: "\n[…]\n", headShare: 0.25 }),
    errorLine: firstErrorLine(text)
  }
}

/** Two pieces of one command's output, the second printed after the first; how it ended is what the second says. */
export const continueOutput = (before: CommandOutput, after: CommandOutput): CommandOutput => ({
  ...outputOf(before.text + after.text, after.exitCode ?? before.exitCode, after.end),
  errorLine:
    before.errorLine === undefined || after.errorLine === undefined
      ? (before.errorLine ?? after.errorLine)
      : (firstErrorLine(`${before.errorLine}\n${after.errorLine}`) ?? before.errorLine)
})

/** One output told twice: the exit code of either, the longer text, and the end that says more than that it ended. */
export const mergeOutputs = (known: CommandOutput, told: CommandOutput): CommandOutput => {
  const isCertain = told.end !== "exited" || told.exitCode !== undefined
  const end = isCertain || known.end === "running" ? told.end : known.end
  return {
    exitCode: end === "exited" ? (told.exitCode ?? known.exitCode) : undefined,
    end,
    text: told.text.length > known.text.length ? told.text : known.text,
    errorLine: told.errorLine ?? known.errorLine
  }
}
