import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { type CommandEnd, type CommandOutput, outputOf } from "../../CommandOutput.js"
import { isJsonObject, type JsonObject } from "../../LenientField.js"
import { readString } from "./ScriptText.js"

/**
 * Reads what a tool gave back: a string, a list of content parts, an object, or such an object as JSON in a string, with or
 * without heading lines (`Process exited with code N`, `Exit code: N`, …, `Output:`). Pure and total.
 */

/** The answer of a call, read as the output of one command. */
export interface CallOutput {
  readonly output: CommandOutput
  /** The session to which later input and output of a command that still runs belong. */
  readonly session: string | undefined
}

/** The answer of a script: its own texts, one for each that it printed. */
export interface ScriptOutput {
  /** The cell that later output belongs to, while the script still runs. */
  readonly cell: string | undefined
  readonly printed: ReadonlyArray<string>
}

const parseJson = Schema.decodeUnknownEither(Schema.parseJson())

const stringField = /"(output|content|text)"\s*:\s*(?=")/
const numberField = (text: string, name: string): number | undefined => {
  const found = new RegExp(`"${name}"\\s*:\\s*(-?\\d{1,15})`).exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}

/** Characters of an object in which its numbers are looked for: the harness writes them before the output. */
const numbersWithin = 400

/**
 * The object of an output that was cut in its middle when it was recorded, so that it is no JSON any more: its numbers, and
 * its text as far as it goes.
 */
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

/** The object that a text of JSON is; of one that was cut when it was recorded, what is left of it. */
export const jsonObject = (text: string): JsonObject | undefined => {
  if (!text.startsWith("{")) {
    return undefined
  }
  const parsed = parseJson(text)
  return Either.isRight(parsed) ? (isJsonObject(parsed.right) ? parsed.right : undefined) : cutObject(text)
}

const partText = (part: unknown): string =>
  typeof part === "string" ? part : isJsonObject(part) && typeof part["text"] === "string" ? part["text"] : ""

interface Raw {
  readonly text: string
  readonly exitCode: number | undefined
  readonly session: string | undefined
}

const plain = (text: string): Raw => ({ text, exitCode: undefined, session: undefined })

/** The fields of a call's result where an object is one, under any of the names that they have gone by. */
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

/** Lines that newer versions put before the output itself, up to and including `Output:`. */
const headingLine =
  /^(?:Command: |Chunk ID: |Wall time|Process |Exit code: |Original token count: |Script |Total output lines)/

/** Limit on a heading, in characters: a command that is echoed in it may be long. */
const headingCharacters = 65_536

const headingOf = (text: string): string => {
  const end = headingLine.test(text) ? text.slice(0, headingCharacters).indexOf("\nOutput:") : -1
  return end === -1 ? "" : text.slice(0, end + "\nOutput:\n".length)
}

/** Lines with which the harness says that it cut an output. */
const cutNotice = /^(?:Warning: truncated output \(original token count: \d+\)\n(?:Total output lines: \d+\n)?\n?)+/

const stopped =
  /^(?:Wall time:? [\d.]+ seconds\n)?(?:aborted by user|command was interrupted)(?: after [\d.]+ ?s(?:econds)?)?\.?\s*$/i
const refused =
  /^(?:exec command )?rejected by user|\brejected by user\b(?=["'\\) }]*$)|^(?:the )?user (?:rejected|denied|declined)\b|^approval policy is \w+; reject command|^This action was rejected\b/i
const notStarted =
  /^(?:execution error|sandbox error|exec error|failed to (?:spawn|execute|run)|(?:exec_command|shell|shell_command) failed for)/i
const timedOut = /^command timed out/i

/** The end of a command, by what the harness gives in place of an output, or before it; undefined for an output. */
const endOf = (text: string): CommandEnd | undefined => {
  const start = text.slice(0, 1_000).trim()
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

/** The output of one command with how it ended, as far as its own text and its exit code say. */
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

/** Reads what a call gave back. */
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
  return { output: commandOutput(inner.text, exitCode, session !== undefined), session }
}

/** Whether a poll of a running command failed, and so tells nothing of the command. */
export const isFailedPoll = (output: unknown): boolean =>
  /^(?:write_stdin|wait) failed\b|^(?:Unknown|No such) (?:process|session|cell)\b/i.test(rawOutput(output).text.trim())

/** Reads what a script gave back. */
export const readScriptOutput = (output: unknown): ScriptOutput => {
  const parts = Array.isArray(output) ? output.map(partText) : [rawOutput(output).text]
  const [first = "", ...rest] = parts
  const heading = headingOf(first.endsWith("\nOutput:") ? `${first}\n` : first)
  const own = first.slice(heading.length)
  return {
    cell: /^Script running with cell ID (\S+)/m.exec(heading)?.[1],
    printed: (heading !== "" && own === "" ? rest : [own, ...rest]).map((text) => text.replace(cutNotice, ""))
  }
}

/** The fields of a call's result that a script printed as a whole. */
export const readResult = (text: string): Raw => {
  const object = jsonObject(text.trim())
  return (object === undefined ? undefined : resultOf(object)) ?? plain(text)
}
