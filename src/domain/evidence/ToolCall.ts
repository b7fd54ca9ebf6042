import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { cellSession, type CommandOutput, outputOf } from "./CommandOutput.js"
import { decodeLenient, isJsonObject, type JsonObject, lenient } from "../session/LenientField.js"
import { type FileChange, patchedFiles, patchInCommand, withReplacedLine } from "./Patch.js"
import type { CommandRun, FileEdit, SessionEvent, ToolUse } from "./SessionEvent.js"
import { contentText } from "../session/SessionText.js"
import { type ScriptCall, scriptCalls } from "./ToolScript.js"

/** What a tool call set out to do. */
export interface ToolCall {
  /**
   * A `script` makes calls of its own, whose endings are told by events before or after the script's output; a
   * `continuation` goes on with a command that was still running.
   */
  readonly form: "call" | "script" | "continuation"
  readonly events: ReadonlyArray<SessionEvent>
  /** Of a continuation: the session it goes on with; see `CommandOutput.runningSession`. */
  readonly session: string | undefined
}

const Command = Schema.Union(Schema.String, Schema.Array(Schema.String))

const CallParameters = Schema.Struct({
  cmd: lenient(Command),
  command: lenient(Command),
  workdir: lenient(Schema.String),
  working_directory: lenient(Schema.String),
  session_id: lenient(Schema.Union(Schema.String, Schema.Number)),
  cell_id: lenient(Schema.Union(Schema.String, Schema.Number)),
  input: lenient(Schema.String),
  patch: lenient(Schema.String),
  source: lenient(Schema.String)
})
const decodeParameters = decodeLenient(CallParameters, {})
const decodeJsonParameters = decodeLenient(Schema.parseJson(CallParameters), {})

const shellProgram = /(?:^|[\\/])(?:(?:ba|z|da|fi)?sh|powershell(?:\.exe)?|pwsh|cmd(?:\.exe)?)$/i
const shellFlag = /^(?:-[a-z]*c|-Command|\/c)$/i

const quoteWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** A command as a person would type it: `bash -lc <script>` is how a tool runs a command, not what was run. */
const commandText = (command: string | ReadonlyArray<string>): string => {
  if (typeof command === "string") {
    return command.trim()
  }
  const [program = "", flag = "", script] = command
  return script !== undefined && shellProgram.test(program) && shellFlag.test(flag)
    ? script.trim()
    : command.map(quoteWord).join(" ")
}

const commandTools: ReadonlySet<string> = new Set([
  "shell",
  "shell_command",
  "exec_command",
  "container.exec",
  "local_shell"
])

/** Tools that leave no trace worth telling: plans. */
const silentTools: ReadonlySet<string> = new Set(["", "update_plan"])

/** A tool's name: without `functions.` before it, with an MCP server's namespace. */
const toolName = (item: JsonObject): string => {
  const name = typeof item["name"] === "string" ? item["name"].replace(/^functions[._]/, "") : ""
  const namespace = item["namespace"]
  return typeof namespace === "string" && namespace !== "functions" && namespace !== "" ? `${namespace}.${name}` : name
}

const editEvent = (patch: string, line: number): FileEdit => ({
  _tag: "FileEdit",
  line,
  outputLine: line,
  changes: patchedFiles(patch),
  error: undefined
})

const commandEvents = (
  given: string | ReadonlyArray<string> | undefined,
  workdir: string | undefined,
  line: number
): ReadonlyArray<CommandRun | FileEdit> => {
  const command = commandText(given ?? "")
  const patch = patchInCommand(command)
  if (patch !== undefined) {
    return [editEvent(patch, line)]
  }
  return command === "" ? [] : [{ _tag: "CommandRun", line, outputLine: line, command, workdir, output: undefined }]
}

const scriptCallEvents = (call: ScriptCall, line: number): ReadonlyArray<SessionEvent> => {
  const property = (name: string) => call.properties.get(name)
  if (call.tool === "apply_patch") {
    const patch = call.text ?? property("input") ?? property("patch")
    return typeof patch === "string" ? [editEvent(patch, line)] : []
  }
  const workdir = property("workdir")
  return commandTools.has(call.tool)
    ? commandEvents(property("cmd") ?? property("command"), typeof workdir === "string" ? workdir : undefined, line)
    : []
}

/** Reads a `function_call`, `custom_tool_call` or `local_shell_call` item, whatever the tool was called at its time. */
export const readToolCall = (item: JsonObject, line: number): ToolCall => {
  const isLocalShell = item["type"] === "local_shell_call"
  const tool = isLocalShell ? "local_shell" : toolName(item)
  const given = isLocalShell ? item["action"] : (item["arguments"] ?? item["input"])
  const parameters = typeof given === "string" ? decodeJsonParameters(given) : decodeParameters(given)
  const text = typeof given === "string" ? given : ""
  const call = (events: ReadonlyArray<SessionEvent>): ToolCall => ({ form: "call", events, session: undefined })
  if (commandTools.has(tool)) {
    return call(
      commandEvents(parameters.cmd ?? parameters.command, parameters.workdir ?? parameters.working_directory, line)
    )
  }
  switch (tool) {
    case "apply_patch":
      return call([editEvent(parameters.input ?? parameters.patch ?? text, line)])
    case "write_stdin":
      return { form: "continuation", events: [], session: String(parameters.session_id) }
    case "wait":
      return { form: "continuation", events: [], session: cellSession(String(parameters.cell_id)) }
    case "exec":
      return {
        form: "script",
        events: scriptCalls(parameters.source ?? text).flatMap((one) => scriptCallEvents(one, line)),
        session: undefined
      }
    default:
      return call(silentTools.has(tool) ? [] : [{ _tag: "ToolUse", line, tool, error: undefined }])
  }
}

const CommandEnding = Schema.Struct({
  id: lenient(Schema.String),
  call_id: lenient(Schema.String),
  command: lenient(Command),
  cwd: lenient(Schema.String),
  exit_code: lenient(Schema.Number),
  aggregated_output: lenient(Schema.String),
  stdout: lenient(Schema.String),
  stderr: lenient(Schema.String)
})
const decodeUriComponent = Schema.decodeOption(Schema.StringFromUriComponent)
const decodeCommandEnding = decodeLenient(CommandEnding, {})

/** A path, which newer versions write as a file URL. */
const withoutFileUrl = (path: string): string =>
  path.startsWith("file://")
    ? Option.getOrElse(decodeUriComponent(path.slice("file://".length)), () => path).replace(/^\/(?=[A-Za-z]:)/, "")
    : path

/** How an event says that something ended: whose call it was, what it would be if nothing had told of it before. */
export interface Ending<A extends SessionEvent> {
  readonly callId: string | undefined
  readonly event: A
}

/** Reads an `exec_command_end` event or a `CommandExecution` item. */
export const readCommandEnding = (
  payload: JsonObject,
  line: number
): Ending<CommandRun & { output: CommandOutput }> => {
  const ending = decodeCommandEnding(payload)
  const text = ending.aggregated_output ?? `${ending.stdout ?? ""}${ending.stderr ?? ""}`
  return {
    callId: ending.call_id ?? ending.id,
    event: {
      _tag: "CommandRun",
      line,
      outputLine: line,
      command: commandText(ending.command ?? ""),
      workdir: ending.cwd === undefined ? undefined : withoutFileUrl(ending.cwd),
      output: outputOf(text, ending.exit_code)
    }
  }
}

const PatchEnding = Schema.Struct({
  id: lenient(Schema.String),
  call_id: lenient(Schema.String),
  success: lenient(Schema.Boolean),
  status: lenient(Schema.String),
  stderr: lenient(Schema.String),
  changes: lenient(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
})
const decodePatchEnding = decodeLenient(PatchEnding, {})

const changeOf = ([path, change]: readonly [string, unknown]): FileChange => {
  const fields = isJsonObject(change) ? change : {}
  const action = fields["type"]
  const diff = fields["unified_diff"]
  const made: FileChange = {
    path,
    action: action === "add" || action === "delete" ? action : "update",
    movedTo: typeof fields["move_path"] === "string" ? fields["move_path"] : undefined
  }
  return withReplacedLine(made, typeof diff === "string" ? diff.split("\n") : [])
}

/** Reads a `patch_apply_end` event or a `FileChange` item. */
export const readPatchEnding = (payload: JsonObject, line: number): Ending<FileEdit> => {
  const ending = decodePatchEnding(payload)
  const failed = ending.success === false || ending.status === "failed" || ending.status === "declined"
  return {
    callId: ending.call_id ?? ending.id,
    event: {
      _tag: "FileEdit",
      line,
      outputLine: line,
      changes: Object.entries(ending.changes ?? {}).map(changeOf),
      error: failed ? (ending.stderr?.trim() ?? "") || "the patch was not applied" : undefined
    }
  }
}

/** Reads an `mcp_tool_call_end` event or an `McpToolCall` item. */
export const readMcpEnding = (payload: JsonObject, line: number): Ending<ToolUse> => {
  const invocation = isJsonObject(payload["invocation"]) ? payload["invocation"] : payload
  const callId = payload["call_id"] ?? payload["id"]
  return {
    callId: typeof callId === "string" ? callId : undefined,
    event: {
      _tag: "ToolUse",
      line,
      tool: [invocation["server"], invocation["tool"]].filter((part) => typeof part === "string").join("."),
      error: mcpError(payload["result"])
    }
  }
}

/** What an MCP call's result says went wrong: a text of its own, or the content of a result that is marked as an error. */
const mcpError = (result: unknown): string | undefined => {
  if (!isJsonObject(result)) {
    return undefined
  }
  if (typeof result["Err"] === "string") {
    return result["Err"]
  }
  const answer = isJsonObject(result["Ok"]) ? result["Ok"] : result
  return answer["isError"] === true ? contentText(answer["content"]) || "the tool call failed" : undefined
}
