import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { cutMiddle } from "../text/ByteBudget.js"
import { firstErrorLine, withoutTerminalControl } from "./ErrorLine.js"
import { isJsonObject, type JsonObject } from "../session/LenientField.js"

/** What is known of how a command ended. */
export interface CommandOutput {
  /** Undefined where the rollout does not say, as for a command that was still running. */
  readonly exitCode: number | undefined
  /** The session to which later input and output of a still running command, or script, belong. */
  readonly runningSession: string | undefined
  /** Terminal control removed, cut to {@link keptOutputBytes}. */
  readonly text: string
  /** The first error line of the whole output, found before it was cut. */
  readonly errorLine: string | undefined
}

/** How much of one output is held: evidence is read for its first and last lines, and a session may print gigabytes. */
const keptOutputBytes = 8_192

const parseJson = Schema.decodeUnknownEither(Schema.parseJson())

const jsonObject = (text: string): JsonObject | undefined => {
  if (!text.startsWith("{")) {
    return undefined
  }
  const parsed = parseJson(text)
  return Either.isRight(parsed) && isJsonObject(parsed.right) ? parsed.right : undefined
}

const partText = (part: unknown): string =>
  typeof part === "string" ? part : isJsonObject(part) && typeof part["text"] === "string" ? part["text"] : ""

/** The exit code where an object has one, under any of the names it has gone by. */
const exitCodeOf = (object: JsonObject): number | undefined => {
  const metadata = isJsonObject(object["metadata"]) ? object["metadata"] : object
  const code = metadata["exit_code"] ?? metadata["exitCode"]
  return typeof code === "number" ? code : undefined
}

interface Raw {
  readonly text: string
  readonly exitCode: number | undefined
}

const rawOutput = (output: unknown): Raw => {
  if (Array.isArray(output)) {
    return { text: output.map(partText).join(""), exitCode: undefined }
  }
  const object = typeof output === "string" ? jsonObject(output) : isJsonObject(output) ? output : undefined
  if (object === undefined) {
    return { text: typeof output === "string" ? output : "", exitCode: undefined }
  }
  const text = [object["output"], object["content"], object["text"]].find((field) => typeof field === "string")
  return typeof text === "string" || exitCodeOf(object) !== undefined
    ? { text: typeof text === "string" ? text : "", exitCode: exitCodeOf(object) }
    : { text: typeof output === "string" ? output : "", exitCode: undefined }
}

/** Lines that newer versions put before the output itself, up to and including `Output:`. */
const headingLine =
  /^(?:Command: |Chunk ID: |Wall time|Process |Exit code: |Original token count: |Script |Total output lines)/

/** How far into a text its heading may reach, in characters: a command that is echoed in it may be long. */
const headingCharacters = 65_536

const headingOf = (text: string): string => {
  const end = headingLine.test(text) ? text.slice(0, headingCharacters).indexOf("\nOutput:") : -1
  return end === -1 ? "" : text.slice(0, end + "\nOutput:\n".length)
}

/**
 * Reads what a tool gave back: a string, a list of content parts, an object, or such an object as JSON in a string, with
 * or without the heading lines (`Process exited with code N`, `Exit code: N`, …, `Output:`). Pure and total.
 */
export const readOutput = (output: unknown): CommandOutput => {
  const outer = rawOutput(output)
  const heading = headingOf(outer.text)
  const code = /^(?:Process exited with code|Exit code:) *(-?\d+)/m.exec(
    heading === "" ? outer.text.slice(0, 400) : heading
  )
  const inner = rawOutput(outer.text.slice(heading.length))
  return outputOf(
    inner.text,
    inner.exitCode ?? outer.exitCode ?? (code === null ? undefined : Number(code[1])),
    runningSessionOf(heading)
  )
}

/** The name of the session that a script's cell is, so that it is never taken for a process's. */
export const cellSession = (cell: string): string => `cell ${cell}`

const runningSessionOf = (heading: string): string | undefined => {
  const cell = /^Script running with cell ID (\S+)/m.exec(heading)?.[1]
  return cell === undefined ? /^Process running with session ID (\S+)/m.exec(heading)?.[1] : cellSession(cell)
}

/** An output that is known as plain text, as events give it. */
export const outputOf = (printed: string, exitCode: number | undefined, runningSession?: string): CommandOutput => {
  const text = withoutTerminalControl(printed)
  return {
    exitCode,
    runningSession,
    text: cutMiddle(text, keptOutputBytes, { marker: "\n[…]\n", headShare: 0.25 }),
    errorLine: firstErrorLine(text)
  }
}

/** What was printed before, and what came after it of the same command; the later exit code counts. */
export const continueOutput = (before: CommandOutput, after: CommandOutput): CommandOutput => ({
  ...outputOf(before.text + after.text, after.exitCode ?? before.exitCode, after.runningSession),
  errorLine: before.errorLine ?? after.errorLine
})
