import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { type CommandEnd, type CommandOutput, outputOf } from "../../CommandOutput.js"
import { isJsonObject, type JsonObject } from "../../LenientField.js"
import { readString } from "./ScriptText.js"

/*
 * Reads the output of a tool: a string, a list of content parts, an object, or an object as JSON in a string, with or
 * without heading lines (`Process exited with code N`, `Exit code: N`, …, `Output:`). Pure and total.
 */

/** The output of a call, read as the output of one command. */
export interface CallOutput {
  readonly output: CommandOutput
  /** The text that the command printed, uncut. */
  readonly text: string
  /** The id of the terminal session in which a command still runs; later calls refer to it. */
  readonly session: string | undefined
}

/** The output of a script: the texts that it printed. */
export interface ScriptOutput {
  /** The id of the cell in which a script still runs; later output refers to it. */
  readonly cell: string | undefined
  /** True if the output says that the script ran to its end without an error. */
  readonly hasCompleted: boolean
  /** True if the output says that an error ended the script. */
  readonly hasFailed: boolean
  readonly printed: ReadonlyArray<string>
}

const parseJson = Schema.decodeUnknownEither(Schema.parseJson())

const stringField = /"(output|content|text)"\s*:\s*(?=")/
const numberField = (text: string, name: string): number | undefined => {
  const found = new RegExp(`"${name}"\\s*:\\s*(-?\\d{1,15})`).exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}

/**
 * The number of characters at the start of an output object that are searched for numbers, such as the exit code. The
 * harness writes these before the text.
 */
const numbersWithin = 400

/** Reads an output object whose JSON was cut when it was recorded: its numbers, and the beginning of its text. */
const cutObject = (text: string): JsonObject | undefined => {
  const field = stringField.exec(text.slice(0, numbersWithin))
  if (field === null || !/"(?:chunk_id|exit_code|session_id|wall_time_seconds)"/.test(text.slice(0, field.index))) {
    return undefined
  }
  const start = field.index + field[0].length
  const output = readString(text, start)?.value ?? readString(`${text}"`, start)?.value ?? ""
  const head = text.slice(0, field.index)
  return { output, exit_code: numberField(head, "exit_code"), session_id: numberField(head, "session_id") }
}

/** Parses a JSON object. If the object was cut when it was recorded, returns the part that is left. */
export const jsonObject = (text: string): JsonObject | undefined => {
  if (!text.startsWith("{")) {
    return undefined
  }
  const parsed = parseJson(text)
  return Either.isRight(parsed) ? (isJsonObject(parsed.right) ? parsed.right : undefined) : cutObject(text)
}

/** Parses a JSON list, as an object with the indexes of its items as keys; undefined for any other text. */
export const jsonList = (text: string): JsonObject | undefined => {
  const parsed = text.startsWith("[") ? parseJson(text) : undefined
  return parsed !== undefined && Either.isRight(parsed) && Array.isArray(parsed.right)
    ? Object.fromEntries(parsed.right.entries())
    : undefined
}

const partText = (part: unknown): string =>
  typeof part === "string" ? part : isJsonObject(part) && typeof part["text"] === "string" ? part["text"] : ""

interface Raw {
  readonly text: string
  readonly exitCode: number | undefined
  readonly session: string | undefined
}

const plain = (text: string): Raw => ({ text, exitCode: undefined, session: undefined })

/** Returns an object's fields that are the result of a call, under any of the names that versions have used. */
const resultOf = (object: JsonObject): Raw | undefined => {
  const metadata = isJsonObject(object["metadata"]) ? object["metadata"] : object
  const code = metadata["exit_code"] ?? metadata["exitCode"]
  const session = metadata["session_id"]
  const text = [object["output"], object["content"], object["text"]].find((field) => typeof field === "string")
  return typeof text !== "string" && typeof code !== "number"
    ? undefined
    : {
        text: typeof text === "string" ? text : "",
        exitCode: typeof code === "number" ? code : undefined,
        session: typeof session === "number" || typeof session === "string" ? String(session) : undefined
      }
}

const rawOutput = (output: unknown): Raw => {
  if (Array.isArray(output)) {
    return plain(output.map(partText).join(""))
  }
  const object = typeof output === "string" ? jsonObject(output) : isJsonObject(output) ? output : undefined
  return (object === undefined ? undefined : resultOf(object)) ?? plain(typeof output === "string" ? output : "")
}

/** Matches the lines that newer versions write before the output, up to and including `Output:`. */
const headingLine =
  /^(?:Command: |Chunk ID: |Wall time|Process |Exit code: |Original token count: |Script |Total output lines)/

/** The maximum number of characters of the heading lines, which may repeat a long command. */
const headingCharacters = 65_536

const headingOf = (text: string): string => {
  const end = headingLine.test(text) ? text.slice(0, headingCharacters).indexOf("\nOutput:") : -1
  return end === -1 ? "" : text.slice(0, end + "\nOutput:\n".length)
}

/** Matches the notice of the harness that it shortened an output. */
const cutNotice = /^(?:Warning: truncated output \(original token count: \d+\)\n(?:Total output lines: \d+\n)?\n?)+/

const stopped =
  /^(?:Wall time:? [\d.]+ seconds\n)?(?:aborted by user|command was interrupted)(?: after [\d.]+ ?s(?:econds)?)?\.?\s*$/i
/** Matches a refusal by the user or by the settings for approval, also in what a script says of a call that failed. */
const refused =
  /^(?:Script error:\s*)?(?:(?:Uncaught )?Error: )?(?:(?:exec command|patch) )?(?:rejected|declined) by user\b|\brejected by user\b(?=["'\\)` }]*(?:\n\s+at |$))|^(?:the )?user (?:rejected|denied|declined)\b|^patch rejected\b|^approval policy is \w+; reject command|^This action was rejected\b/i
const notStarted =
  /^(?:execution error|sandbox error|exec error|failed to (?:spawn|execute|run)|(?:exec_command|shell|shell_command) failed for)/i
const timedOut = /^command timed out/i

const startOf = (text: string): string => text.slice(0, 1_000).trim()

/** True if a text says, in place of a result, that a command or a patch was not allowed. */
export const isRefusal = (text: string): boolean => refused.test(startOf(text))

/**
 * Returns the end of a command, if the harness reports it in place of an output or before it; undefined for any other
 * output.
 */
const endOf = (text: string): CommandEnd | undefined => {
  const start = startOf(text)
  switch (true) {
    case stopped.test(start):
      return "interrupted"
    case refused.test(start):
      return "refused"
    case notStarted.test(start):
      return "not started"
    case timedOut.test(start):
      return "timed out"
    default:
      return undefined
  }
}

/** Makes the output of one command; its text and its exit code tell how the command ended. */
export const commandOutput = (text: string, exitCode: number | undefined, isRunning = false): CommandOutput => {
  const end = endOf(text)
  return end === "interrupted"
    ? outputOf("", undefined, end)
    : end === undefined
      ? isRunning
        ? outputOf(text, undefined, "running")
        : outputOf(text, exitCode)
      : outputOf(text, undefined, end)
}

/** Reads the output of a call. */
export const readOutput = (output: unknown): CallOutput => {
  const outer = rawOutput(output)
  const heading = headingOf(outer.text)
  const code = /^(?:Process exited with code|Exit code:) *(-?\d+)/m.exec(
    heading === "" ? outer.text.slice(0, 400) : heading
  )
  const inner = rawOutput(outer.text.slice(heading.length).replace(cutNotice, ""))
  const exitCode = inner.exitCode ?? outer.exitCode ?? (code === null ? undefined : Number(code[1]))
  const running = /^Process running with session ID (\S+)/m.exec(heading)?.[1]
  const session = exitCode === undefined ? (running ?? inner.session ?? outer.session) : undefined
  return { output: commandOutput(inner.text, exitCode, session !== undefined), text: inner.text, session }
}

/**
 * True if an output says that asking for more output of a running command failed. It then says nothing about the
 * command.
 */
export const isFailedPoll = (output: unknown): boolean =>
  /^(?:write_stdin|wait) failed\b|^(?:Unknown|No such) (?:process|session|cell)\b/i.test(rawOutput(output).text.trim())

/** Reads the output of a script. */
export const readScriptOutput = (output: unknown): ScriptOutput => {
  const parts = Array.isArray(output) ? output.map(partText) : [rawOutput(output).text]
  const [first = "", ...rest] = parts
  const heading = headingOf(first.endsWith("\nOutput:") ? `${first}\n` : first)
  const own = first.slice(heading.length)
  return {
    cell: /^Script running with cell ID (\S+)/m.exec(heading)?.[1],
    hasCompleted: /^Script completed/m.test(heading),
    hasFailed: /^Script failed/m.test(heading),
    printed: (heading !== "" && own === "" ? rest : [own, ...rest]).map((text) => text.replace(cutNotice, ""))
  }
}

/** Reads the fields of a call's result that a script printed as a whole. */
export const readResult = (text: string): Raw => {
  const object = jsonObject(text.trim())
  return (object === undefined ? undefined : resultOf(object)) ?? plain(text)
}
