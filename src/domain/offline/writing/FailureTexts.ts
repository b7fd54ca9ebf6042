import type { Act } from "../judging/Acts.js"
import { errorName } from "./ErrorNames.js"
import type { Failure } from "../judging/Failures.js"
import { fixOf } from "../judging/Fixes.js"
import { actsOutside } from "../commands/OutsideActs.js"
import type { StateAtEnd } from "../changes/StateAtEnd.js"
import type { ReplacedLine } from "../../session/FileChange.js"
import { inDirectory, isScript, shownCommand } from "./ShownCommand.js"
import { counted, inCode, listed, quoted } from "./Wording.js"

/* The texts for failures and their fixes in a trace memory. */

/**
 * Writes the name of an edited file as a later session finds it, and of a file that is gone that it was deleted. The line
 * that an edit replaced, if it is given, is added.
 */
const fileName = (file: string, { pathOf }: StateAtEnd, replaced?: ReplacedLine): string => {
  const path = pathOf(file)
  const what =
    replaced === undefined
      ? undefined
      : replaced.before === ""
        ? `added ${inCode(replaced.after, 120)}`
        : replaced.after === ""
          ? `removed ${inCode(replaced.before, 120)}`
          : `${inCode(replaced.before, 120)} → ${inCode(replaced.after, 120)}`
  const notes = [...(path === undefined ? ["deleted later"] : []), ...(what === undefined ? [] : [what])]
  return `${inCode(path ?? file, 120)}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}`
}

/** Returns the line that was replaced in a file; undefined unless the file was edited once and one line was replaced. */
const replacedIn = (file: string, acts: ReadonlyArray<Act>): ReplacedLine | undefined => {
  const edits = acts.filter(({ files }) => files.includes(file))
  return edits.length === 1 ? edits[0]?.replaced.get(file) : undefined
}

/**
 * Describes the fix of a failure in words that follow the failure's name, such as ``fixed by editing `a.ts` ``;
 * undefined if no fix is known. `isFull` adds the lines that edits replaced.
 */
export const fixWords = (failure: Failure, atEnd: StateAtEnd, isFull = false): string | undefined => {
  const fix = fixOf(failure)
  switch (fix?._tag) {
    case undefined:
      return undefined
    case "Fixed": {
      const { acts = [] } = failure.resolution ?? {}
      const files = fix.files.map((file) => fileName(file, atEnd, isFull ? replacedIn(file, acts) : undefined))
      return `fixed by ${listed([...fix.commands.map(shownCommand), ...(files.length === 0 ? [] : [`editing ${listed(files)}`])])}`
    }
    case "PassedAfter": {
      // Of many files, those that are gone are the last to help anybody.
      const lasting = fix.files.filter((file) => atEnd.pathOf(file) !== undefined)
      const shown = (lasting.length > 0 ? lasting : fix.files).slice(0, 3).map((file) => fileName(file, atEnd))
      const more = fix.files.length - shown.length
      return `passed after ${counted(fix.edits, "edit")} in ${listed(more > 0 ? [...shown, `${more} more`] : shown)}`
    }
    case "DoneOtherwise":
      return fix.command.includes("--fix")
        ? `fixed by ${shownCommand(fix.command)}`
        : `fixed by running ${shownCommand(fix.command)} instead`
  }
}

/** The length of a command, in characters, from which the check that passed stands for it. */
const longCommand = 100

/** Names a failure for a bullet: by its error, or by the command if the error is not known. */
const failureName = (failure: Failure): string =>
  failure.error === undefined ? `${shownCommand(failure.what)} failing` : errorName(failure.error)

/**
 * Describes a failure and its fix in one line: the error, the fix, the assistant's explanation and the check that
 * passed, unless nobody can run it any more. Consolidation copies the line into `MEMORY.md`, so it can be understood alone and names no act outside the
 * working copy. Undefined if no fix is known.
 */
export const fixText = (failure: Failure, explanation: string | undefined, atEnd: StateAtEnd): string | undefined => {
  const { acts = [], check = "", part } = failure.resolution ?? {}
  const fix = fixWords(failure, atEnd, true)
  if (fix === undefined) {
    return undefined
  }
  const name = failureName(failure)
  const isVerified =
    check !== "" &&
    !isScript(check) &&
    !actsOutside(check) &&
    (part === undefined || !atEnd.isObsolete(part)) &&
    (acts.length > 0 || check === failure.what) &&
    failure.kind !== "look"
  const isSaid =
    check === failure.what ||
    (isVerified && failure.what.length > longCommand) ||
    isScript(failure.what) ||
    name.includes(" for ") ||
    failure.error === undefined ||
    actsOutside(failure.what)
  const where = isSaid ? "" : ` (${shownCommand(failure.what)})`
  // The line that an edit replaced says more than what the assistant said of it.
  const isShown = fix.includes(" → ")
  const why = explanation === undefined || isShown ? "" : ` (${quoted(explanation, 140)})`
  return `${name}${where}: ${fix}${why}${isVerified ? `; verified by ${shownCommand(check)}${inDirectory(failure.resolution?.directory)}` : ""}`
}

const exit = (exitCode: number | undefined): string =>
  exitCode === undefined || exitCode === 0 ? "" : ` (exit ${exitCode})`

/**
 * Describes a failure: the command or the patch, and the error line. `isFull` adds a line of the output that says what
 * the error line does not.
 */
export const failureText = (failure: Failure, isFull = false): string => {
  const what =
    failure.kind === "patch"
      ? `the patch to ${inCode(failure.what, 160)} did not apply`
      : `${failure.kind === "tool" ? inCode(failure.what, 120) : shownCommand(failure.what)} failed${inDirectory(failure.directory)}${exit(failure.exitCode)}`
  const [detail] = isFull ? failure.details : []
  const more = detail === undefined ? "" : `; ${inCode(detail, 160)}`
  return failure.error === undefined ? what : `${what}: ${inCode(failure.error, 300)}${more}`
}

/** Cites the lines of the rollout that show a failure and its repetitions. */
export const failureLines = ({ againLine, line, retriedLine }: Failure): string =>
  [
    `L${line}`,
    ...(againLine === undefined ? [] : [`again L${againLine}`]),
    ...(retriedLine === undefined ? [] : [`tried again L${retriedLine}, end not known`])
  ].join(", ")
