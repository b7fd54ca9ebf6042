import { type FileChange, withDiff } from "../FileChange.js"
import { isJsonObject, type JsonObject } from "../LenientField.js"
import type { Returned } from "../records/SessionRecord.js"
import { textOf } from "./ClaudeText.js"

/*
 * Reads the results of tools. The text of a result is what the assistant saw; `toolUseResult` beside it has many shapes:
 * an object by tool, a text for a failure, a list for MCP, or nothing in older versions and in sub-agents' files.
 */

const reminder = /<system-reminder>[\s\S]*?<\/system-reminder>/g
const exitHeading = /^(?:Error: )?Exit code (-?\d{1,10})[^\n]*(?:\n|$)/
const toolError = /^\s*<tool_use_error>([\s\S]*?)(?:<\/tool_use_error>\s*)?$/
const movedOut = /^\s*<persisted-output>/
const storedAt = /Full output saved to: (\S[^\n]*)/
const background = /running in background with ID: (\w{1,64})|moved to the background \(ID: (\w{1,64})\)/

/** Matches the texts of calls that a person, a rule or a hook refused, so that they never ran. */
const refusal =
  /^\s*(?:The user doesn't want to (?:proceed|take this action)|\[Request interrupted by user|Permission (?:for this|to use)\b[^\n]{0,120}\bdenied\b|Claude requested permissions\b|This (?:Bash )?command (?:requires approval|contains multiple)|(?:Hook )?PreToolUse:\w+\b|\w+ operation blocked by hook\b|Blocked: |[^\n]{0,200}\bneeds approval\.)/

const feedback = /(?:the user said:|provided the following reason for the rejection:)\s*([\s\S]+)$/
const noteBehind = /\s*Note: The user's next message may contain a correction[\s\S]*$/

const timedOut = /^Command timed out after\b/m

/** A block with the result of a call, and what stands beside it in its record. */
interface ResultBlock {
  readonly block: JsonObject
  readonly record: JsonObject
}

/** A result, with the kind of its call. */
interface CallResult extends ResultBlock {
  readonly callId: string
  readonly isCommand: boolean
  readonly isEdit: boolean
}

/** Returns the text of a result without what the harness added for the model. */
const plainText = (content: unknown): string =>
  textOf(content)
    .replace(reminder, "")
    .replace(/^\(Bash completed with no output\)$/m, "")
    .replace(/\n?Shell cwd was reset to [^\n]*\s*$/, "")
    .trimEnd()

const baseName = (path: string): string => path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)

/** Returns the words by which the user refused a call; undefined if the result has none. */
export const feedbackIn = ({ content, is_error: isError }: JsonObject): string | undefined => {
  const said = isError === true ? feedback.exec(textOf(content).replace(noteBehind, ""))?.[1]?.trim() : undefined
  return said === "" ? undefined : said
}

/** Returns the id of the background task that a command went on as; undefined if it did not. */
export const backgroundTask = ({ block, record }: ResultBlock): string | undefined => {
  const result = record["toolUseResult"]
  const named = isJsonObject(result) ? result["backgroundTaskId"] : undefined
  const [, started, moved] = block["is_error"] === true ? [] : (background.exec(textOf(block["content"])) ?? [])
  return typeof named === "string" ? named : (started ?? moved)
}

/** Reads the result of a call. */
export const readResult = (given: CallResult): Returned => {
  const { block, callId, isCommand, record } = given
  const content = plainText(block["content"])
  const hasFailed = block["is_error"] === true
  const error = toolError.exec(content)?.[1]
  const told = { _tag: "Returned" as const, callId, hasFailed, exitCode: undefined }
  if (hasFailed && (typeof record["toolDenialKind"] === "string" || refusal.test(error ?? content))) {
    return { ...told, end: "refused", text: "" }
  }
  if (error !== undefined) {
    return { ...told, ...harnessError(error.trim(), isCommand, given.isEdit) }
  }
  return isCommand
    ? commandResult(given, content, told)
    : { ...told, end: "exited", text: content, ...changesIn(record["toolUseResult"], content) }
}

/** Matches errors about an edit that was not tried: the assistant had not read the file as it is. */
const notRead = /^File has (?:not been read yet|been (?:unexpectedly )?modified since read)/

/**
 * Returns the end of a call that the harness did not carry out. Such an error tells of the assistant's own slip, so only
 * that of an edit counts, which would not fit.
 */
const harnessError = (
  text: string,
  isCommand: boolean,
  isEdit: boolean
): Pick<Returned, "end" | "hasFailed" | "text"> =>
  isCommand
    ? { end: "not started", hasFailed: true, text }
    : isEdit && !notRead.test(text)
      ? { end: "exited", hasFailed: true, text }
      : { end: isEdit ? "refused" : "exited", hasFailed: false, text: "" }

const commandResult = (given: ResultBlock, content: string, told: Omit<Returned, "end" | "text">): Returned => {
  const result = given.record["toolUseResult"]
  const beside: JsonObject = isJsonObject(result) ? result : {}
  if (backgroundTask(given) !== undefined) {
    return { ...told, end: "running", text: "" }
  }
  const heading = told.hasFailed ? exitHeading.exec(content) : null
  const isMovedOut = movedOut.test(content)
  const path = isMovedOut ? (beside["persistedOutputPath"] ?? storedAt.exec(content)?.[1]) : undefined
  const printed = [beside["stdout"], beside["stderr"]].filter((part) => typeof part === "string" && part !== "")
  const text = isMovedOut && printed.length > 0 ? printed.join("\n") : content.slice(heading?.[0].length ?? 0)
  const end =
    beside["interrupted"] === true
      ? "interrupted"
      : told.hasFailed && timedOut.test(text.slice(0, 400))
        ? "timed out"
        : "exited"
  return {
    ...told,
    end,
    exitCode: end === "exited" ? exitCodeOf(told.hasFailed, heading?.[1], beside) : undefined,
    text,
    ...(typeof path === "string" ? { stored: baseName(path.trim()) } : {})
  }
}

/**
 * Returns the exit code of a command. A failure names it in its text. A code that is no failure of this command, such as
 * that of a search without a match, is only interpreted; it is 1 for all commands of which that is known.
 */
const exitCodeOf = (hasFailed: boolean, said: string | undefined, beside: JsonObject): number | undefined =>
  said !== undefined
    ? Number(said)
    : hasFailed
      ? undefined
      : typeof beside["returnCodeInterpretation"] === "string"
        ? 1
        : 0

/** Returns the changes that the result of an edit records. */
const changesIn = (result: unknown, content: string): Pick<Returned, "changes"> => {
  if (!isJsonObject(result) || typeof result["filePath"] !== "string") {
    return {}
  }
  const isNew = result["type"] === "create" || /^File created successfully\b/.test(content)
  const change: FileChange = { path: result["filePath"], action: isNew ? "add" : "update", movedTo: undefined }
  const hunks = blocksWithLines(result["structuredPatch"])
  return hunks.length === 0 && !isNew ? {} : { changes: [withDiff(change, hunks)] }
}

/** Returns the lines of all hunks of a patch. */
const blocksWithLines = (patch: unknown): ReadonlyArray<string> => {
  const hunks: ReadonlyArray<unknown> = Array.isArray(patch) ? patch : []
  return hunks.flatMap((hunk) => {
    const lines: ReadonlyArray<unknown> = isJsonObject(hunk) && Array.isArray(hunk["lines"]) ? hunk["lines"] : []
    return lines.filter((line) => typeof line === "string")
  })
}
