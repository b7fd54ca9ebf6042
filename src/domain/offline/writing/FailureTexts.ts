import type { Act } from "../judging/Acts.js"
import { errorName } from "./ErrorNames.js"
import type { Failure } from "../judging/Failures.js"
import { actsOutside } from "../reading/OutsideActs.js"
import { inDirectory, isScript, shownCommand } from "./ShownCommand.js"
import { inCode, listed, quoted } from "./Wording.js"

/** The texts for failures and their fixes in a trace memory. */

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path

/** True if the text names this file, and not one with a longer path that ends in the same name. */
const mentions = (text: string, file: string): boolean => {
  const at = text.indexOf(file)
  return at !== -1 && !/[\w/\\.-]/.test(text[at - 1] ?? " ")
}

const testFile = /(?:^|[/\\_.-])(?:tests?|specs?|__tests__)(?=[/\\_.-])/i

/** The edited files that most probably fixed the error: those that it names, else the ones edited last. */
const helpfulFiles = (acts: ReadonlyArray<Act>, error: string): ReadonlyArray<string> => {
  const edited = [...new Set(acts.filter(({ command }) => command === undefined).flatMap((act) => act.files))]
  // A test names itself in its error. If the code was edited too, the code was wrong.
  const code = edited.filter((file) => !testFile.test(file))
  const files = code.length > 0 ? code : edited
  const named = [
    files.filter((file) => mentions(error, file)),
    files.filter((file) => mentions(error, baseName(file))),
    files.slice(-3)
  ]
  return (named.find((some) => some.length > 0) ?? []).slice(0, 3)
}

/** Matches errors of the environment: installing or starting something fixes them, and a simultaneous edit does not. */
const missingTool =
  /\bcommand not found\b|: not found$|\bNo module named\b|\bCannot find (?:module|package) '[^./]|\bis not recognized as\b|\bECONNREFUSED\b|\bConnection refused\b/i

/** Names a file, with the line that was replaced if this was the only edit of it. */
const withReplacement = (file: string, acts: ReadonlyArray<Act>): string => {
  const edits = acts.filter(({ files }) => files.includes(file))
  const replaced = edits.length === 1 ? edits[0]?.replaced.get(file) : undefined
  if (replaced === undefined) {
    return inCode(file, 120)
  }
  const { after, before } = replaced
  const what =
    before === ""
      ? `added ${inCode(after, 120)}`
      : after === ""
        ? `removed ${inCode(before, 120)}`
        : `${inCode(before, 120)} → ${inCode(after, 120)}`
  return `${inCode(file, 120)} (${what})`
}

/**
 * Describes the fix of a failure, as words after `fixed by`; `isFull` adds the line that an edit replaced. Undefined if
 * only an act outside the working copy is known to have helped: a later session must not repeat it.
 */
export const fixOf = (failure: Failure, isFull = false): string | undefined => {
  const { acts: all = [], check = "", isByEscalation = false } = failure.resolution ?? {}
  if (isByEscalation) {
    return undefined
  }
  // A formatter helps what it formats, and version control what it holds: neither mends anything else.
  const isOfTidying = failure.kind === "format" || failure.program === "git" || /\b(?:fmt|format)\b/.test(failure.key)
  const acts = all.filter(({ isOutside, isTidying }) => !isOutside && (isOfTidying || !isTidying))
  if (acts.length < all.length && acts.length === 0) {
    return undefined
  }
  const commands = [...new Set(acts.flatMap(({ command }) => (command === undefined ? [] : [command])))]
  const isOfPlace = commands.length > 0 && missingTool.test(failure.error ?? "")
  const files = isOfPlace ? [] : helpfulFiles(acts, failure.error ?? "")
  const parts = [
    ...commands.slice(-2).map(shownCommand),
    ...(files.length === 0
      ? []
      : [`editing ${listed(files.map((file) => (isFull ? withReplacement(file, acts) : inCode(file, 120))))}`])
  ]
  if (parts.length > 0) {
    return listed(parts)
  }
  if (check === failure.what || failure.kind === "look") {
    return "running it again"
  }
  if (actsOutside(check)) {
    return undefined
  }
  return check.includes("--fix") ? shownCommand(check) : `running ${shownCommand(check)} instead`
}

/** Names a failure for a bullet: by its error, or by the command if the error is not known. */
const failureName = (failure: Failure): string =>
  failure.error === undefined ? `${shownCommand(failure.what)} failing` : errorName(failure.error)

/**
 * Describes a failure and its fix in one line: the error, the fix, the assistant's explanation and the check that
 * passed. Consolidation copies this line into `MEMORY.md`, so it reads alone and names no act outside the working copy.
 * Undefined without a fix.
 */
export const fixText = (failure: Failure, explanation: string | undefined): string | undefined => {
  const { acts = [], check = "" } = failure.resolution ?? {}
  const fix = fixOf(failure, true)
  if (fix === undefined) {
    return undefined
  }
  const name = failureName(failure)
  const isSaid =
    check === failure.what ||
    isScript(failure.what) ||
    name.includes(" for ") ||
    failure.error === undefined ||
    actsOutside(failure.what)
  const where = isSaid ? "" : ` (${shownCommand(failure.what)})`
  const why = explanation === undefined ? "" : ` (${quoted(explanation, 200)})`
  const isVerified =
    check !== "" &&
    !isScript(check) &&
    !actsOutside(check) &&
    (acts.length > 0 || check === failure.what) &&
    failure.kind !== "look"
  return `${name}${where}: fixed by ${fix}${why}${isVerified ? `; verified by ${shownCommand(check)}${inDirectory(failure.resolution?.directory)}` : ""}`
}

const exit = (exitCode: number | undefined): string =>
  exitCode === undefined || exitCode === 0 ? "" : ` (exit ${exitCode})`

/** Describes a failure, with its error line. */
export const failureText = (failure: Failure): string => {
  const what =
    failure.kind === "patch"
      ? `the patch to ${inCode(failure.what, 160)} did not apply`
      : `${failure.kind === "tool" ? inCode(failure.what, 120) : shownCommand(failure.what)} failed${inDirectory(failure.directory)}${exit(failure.exitCode)}`
  return failure.error === undefined ? what : `${what}: ${inCode(failure.error, 300)}`
}

/** Cites the lines of the rollout that show a failure and its repetitions. */
export const failureLines = ({ againLine, line, retriedLine }: Failure): string =>
  [
    `L${line}`,
    ...(againLine === undefined ? [] : [`again L${againLine}`]),
    ...(retriedLine === undefined ? [] : [`tried again L${retriedLine}, end not known`])
  ].join(", ")
