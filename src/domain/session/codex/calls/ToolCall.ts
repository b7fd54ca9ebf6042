import * as path from "node:path"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { type CommandOutput, outputOf } from "../../CommandOutput.js"
import { decodeLenient, isJsonObject, type JsonObject, lenient } from "../../LenientField.js"
import { type FileChange, withDiff } from "../../FileChange.js"
import type { CallPlace, CommandRun, EditEnd, FileEdit, Place, SessionEvent, ToolUse } from "../../SessionEvent.js"
import { commandOutput, isRefusal } from "./CallOutput.js"
import { patchedFiles, patchInCommand } from "./Patch.js"
import { readScript, type Script } from "./ScriptPrints.js"
import { contentText } from "../SessionText.js"
import type { ScriptCall } from "./ToolScript.js"

/** The meaning of one tool call, or of one call in a script. */
export type Act =
  /** A call that does something of its own. Later lines may complete its events. */
  | { readonly _tag: "Does"; readonly events: ReadonlyArray<SessionEvent> }
  /**
   * A call about the command that runs in a terminal session: it reads more output or sends input. `isStop` is true if
   * it sends the key that interrupts.
   */
  | { readonly _tag: "Polls"; readonly session: string; readonly isStop: boolean }

/** A tool call of the assistant: an action, a script that makes calls, or a wait for a script that still runs. */
export type ToolCall =
  | Act
  | { readonly _tag: "Script"; readonly script: Script; readonly acts: ReadonlyArray<Act> }
  | { readonly _tag: "Waits"; readonly cell: string }

const Command = Schema.Union(Schema.String, Schema.Array(Schema.String))
const Name = Schema.Union(Schema.String, Schema.Number)

const CallParameters = Schema.Struct({
  cmd: lenient(Command),
  command: lenient(Command),
  workdir: lenient(Schema.String),
  working_directory: lenient(Schema.String),
  sandbox_permissions: lenient(Schema.String),
  with_escalated_permissions: lenient(Schema.Boolean),
  session_id: lenient(Name),
  cell_id: lenient(Name),
  chars: lenient(Schema.String),
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

/** Returns a command as a person would type it: without the `bash -lc` with which the tool runs it. */
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

/** Names of tools whose calls make no event. */
const silentTools: ReadonlySet<string> = new Set(["", "update_plan"])

/** Returns a tool's name: without the prefix `functions.`, and with the namespace of an MCP server. */
const toolName = (item: JsonObject): string => {
  const name = typeof item["name"] === "string" ? item["name"].replace(/^functions[._]/, "") : ""
  const namespace = item["namespace"]
  return typeof namespace === "string" && namespace !== "functions" && namespace !== "" ? `${namespace}.${name}` : name
}

const editEvent = (patch: string, place: Place): FileEdit => ({
  _tag: "FileEdit",
  ...place,
  provenance: "assistant",
  outputLine: place.line,
  changes: patchedFiles(patch),
  end: "unknown",
  error: undefined
})

const isAbsolute = (directory: string): boolean => /^(?:[/\\~]|[A-Za-z]:)/.test(directory)

/** Returns the place of a call that names its own directory, which may be relative to the session's. */
const placeIn = (given: string | undefined, place: CallPlace): CallPlace & Pick<CommandRun, "sessionDirectory"> => {
  const { directory: session } = place
  if (given === undefined || given === "" || given === session) {
    return place
  }
  const directory = session === undefined || isAbsolute(given) ? given : path.posix.join(session, given)
  return { ...place, directory, sessionDirectory: session }
}

interface GivenCommand {
  readonly command: string | ReadonlyArray<string> | undefined
  readonly workdir: string | undefined
  readonly isEscalated: boolean
}

const commandEvents = (
  { command: given, isEscalated, workdir }: GivenCommand,
  place: CallPlace
): ReadonlyArray<CommandRun | FileEdit> => {
  const command = commandText(given ?? "")
  const patch = patchInCommand(command)
  const done = placeIn(workdir, place)
  if (patch !== undefined) {
    return [editEvent(patch, done)]
  }
  return command === ""
    ? []
    : [
        {
          _tag: "CommandRun",
          ...done,
          provenance: "assistant",
          outputLine: place.line,
          command,
          isEscalated,
          output: undefined
        }
      ]
}

const isEscalation = (permissions: unknown, flag: unknown): boolean =>
  permissions === "require_escalated" || flag === true || flag === "true"

/** The control character that interrupts the running program of a terminal. */
const interruptKey = "\u0003"

const noAct: Act = { _tag: "Does", events: [] }

const scriptAct = (call: ScriptCall, place: CallPlace): Act => {
  const property = (name: string): string | undefined => {
    const value = call.properties.get(name)
    return typeof value === "string" ? value : undefined
  }
  if (call.tool === "apply_patch") {
    const patch = call.text ?? property("input") ?? property("patch")
    return patch === undefined ? noAct : { _tag: "Does", events: [editEvent(patch, place)] }
  }
  if (call.tool === "write_stdin") {
    const isStop = property("chars")?.includes(interruptKey) === true
    return { _tag: "Polls", session: property("session_id") ?? "", isStop }
  }
  return commandTools.has(call.tool)
    ? {
        _tag: "Does",
        events: commandEvents(
          {
            command: call.properties.get("cmd") ?? call.properties.get("command"),
            workdir: property("workdir"),
            isEscalated: isEscalation(property("sandbox_permissions"), property("with_escalated_permissions"))
          },
          place
        )
      }
    : noAct
}

/** Returns the script that a call of `exec` runs; undefined for a call of any other tool. */
export const scriptIn = (item: JsonObject): string | undefined => {
  const given = item["arguments"] ?? item["input"]
  const { source } = typeof given === "string" ? decodeJsonParameters(given) : decodeParameters(given)
  return toolName(item) === "exec" ? (source ?? (typeof given === "string" ? given : "")) : undefined
}

/** True for a call that waits for a script that still runs. */
export const isWait = (item: JsonObject): boolean => toolName(item) === "wait"

/**
 * Reads a `function_call`, `custom_tool_call` or `local_shell_call` item, under any of the names that the tools have
 * had.
 */
export const readToolCall = (item: JsonObject, place: CallPlace): ToolCall => {
  const { sandbox: _, ...toolPlace } = place
  const isLocalShell = item["type"] === "local_shell_call"
  const tool = isLocalShell ? "local_shell" : toolName(item)
  const given = isLocalShell ? item["action"] : (item["arguments"] ?? item["input"])
  const parameters = typeof given === "string" ? decodeJsonParameters(given) : decodeParameters(given)
  const text = typeof given === "string" ? given : ""
  const does = (events: ReadonlyArray<SessionEvent>): Act => ({ _tag: "Does", events })
  if (commandTools.has(tool)) {
    return does(
      commandEvents(
        {
          command: parameters.cmd ?? parameters.command,
          workdir: parameters.workdir ?? parameters.working_directory,
          isEscalated: isEscalation(parameters.sandbox_permissions, parameters.with_escalated_permissions)
        },
        place
      )
    )
  }
  switch (tool) {
    case "apply_patch":
      return does([editEvent(parameters.input ?? parameters.patch ?? text, place)])
    case "write_stdin":
      return {
        _tag: "Polls",
        session: String(parameters.session_id),
        isStop: parameters.chars?.includes(interruptKey) === true
      }
    case "wait":
      return { _tag: "Waits", cell: String(parameters.cell_id) }
    case "exec": {
      const script = readScript(scriptIn(item) ?? "")
      return { _tag: "Script", script, acts: script.calls.map((call) => scriptAct(call, place)) }
    }
    default:
      return does(
        silentTools.has(tool)
          ? []
          : [{ _tag: "ToolUse", ...toolPlace, provenance: "assistant", tool, hasEnded: false, error: undefined }]
      )
  }
}

const CommandEnding = Schema.Struct({
  id: lenient(Schema.String),
  call_id: lenient(Schema.String),
  command: lenient(Command),
  cwd: lenient(Schema.String),
  source: lenient(Schema.String),
  status: lenient(Schema.String),
  process_id: lenient(Name),
  exit_code: lenient(Schema.Number),
  aggregated_output: lenient(Schema.String),
  stdout: lenient(Schema.String),
  stderr: lenient(Schema.String)
})
const decodeUriComponent = Schema.decodeOption(Schema.StringFromUriComponent)
const decodeCommandEnding = decodeLenient(CommandEnding, {})

/** Converts a file URL, which newer versions write, to a path. */
const withoutFileUrl = (path: string): string =>
  path.startsWith("file://")
    ? Option.getOrElse(decodeUriComponent(path.slice("file://".length)), () => path).replace(/^\/(?=[A-Za-z]:)/, "")
    : path

/**
 * The end of a call, as an event records it: the id of the call, and the event to add if nothing recorded the call
 * before.
 */
export interface Ending<A extends SessionEvent> {
  readonly callId: string | undefined
  /** The terminal session that a command ran in; undefined if the event does not have it. */
  readonly session?: string
  readonly event: A
}

/** The exit code in events for a command that did not end by itself. */
const noExitCode = -1

/** The status of a command or a patch that was not allowed. */
const declined = "declined"

/** Matches output that ends with the note of the harness that the user stopped the command. */
const stoppedBelow = /\n?\baborted by user(?: after [\d.]+ ?s)?\.?\s*$/i

const endedOutput = (text: string, exitCode: number | undefined): CommandOutput =>
  exitCode === noExitCode && stoppedBelow.test(text.slice(-100))
    ? outputOf(text.replace(stoppedBelow, ""), undefined, "interrupted")
    : commandOutput(text, exitCode === noExitCode ? undefined : exitCode)

/** Reads an `exec_command_end` event or a `CommandExecution` item. */
export const readCommandEnding = (
  payload: JsonObject,
  place: CallPlace
): Ending<CommandRun & { output: CommandOutput }> => {
  const ending = decodeCommandEnding(payload)
  const text = ending.aggregated_output ?? `${ending.stdout ?? ""}${ending.stderr ?? ""}`
  return {
    callId: ending.call_id ?? ending.id,
    ...(ending.process_id === undefined ? {} : { session: String(ending.process_id) }),
    event: {
      _tag: "CommandRun",
      ...placeIn(ending.cwd === undefined ? undefined : withoutFileUrl(ending.cwd), place),
      provenance: ending.source === "user_shell" ? "user" : "assistant",
      outputLine: place.line,
      command: commandText(ending.command ?? ""),
      isEscalated: false,
      output: ending.status === declined ? outputOf(text, undefined, "refused") : endedOutput(text, ending.exit_code)
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
  return withDiff(made, typeof diff === "string" ? diff.split("\n") : [])
}

const patchEnd = ({ status, stderr = "", success }: typeof PatchEnding.Type): EditEnd => {
  if (status === declined || isRefusal(stderr)) {
    return "refused"
  }
  return success === false || status === "failed"
    ? "failed"
    : status === "in_progress" || status === "inProgress"
      ? "unknown"
      : "applied"
}

/** Reads a `patch_apply_end` event or a `FileChange` item. */
export const readPatchEnding = (payload: JsonObject, place: Place): Ending<FileEdit> => {
  const ending = decodePatchEnding(payload)
  const end = patchEnd(ending)
  return {
    callId: ending.call_id ?? ending.id,
    event: {
      _tag: "FileEdit",
      ...place,
      provenance: "assistant",
      outputLine: place.line,
      changes: Object.entries(ending.changes ?? {}).map(changeOf),
      end,
      error: end === "failed" ? (ending.stderr?.trim() ?? "") || "the patch was not applied" : undefined
    }
  }
}

/** Reads an `mcp_tool_call_end` event or an `McpToolCall` item. */
export const readMcpEnding = (payload: JsonObject, place: Place): Ending<ToolUse> => {
  const invocation = isJsonObject(payload["invocation"]) ? payload["invocation"] : payload
  const callId = payload["call_id"] ?? payload["id"]
  return {
    callId: typeof callId === "string" ? callId : undefined,
    event: {
      _tag: "ToolUse",
      ...place,
      provenance: "assistant",
      tool: [invocation["server"], invocation["tool"]].filter((part) => typeof part === "string").join("."),
      hasEnded: true,
      error: mcpError(payload["result"])
    }
  }
}

/**
 * Returns the error of an MCP call's result: its own error text, or the content of a result that is marked as an error.
 */
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
