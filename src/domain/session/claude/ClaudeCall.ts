import { type FileChange, withDiff } from "../FileChange.js"
import { isJsonObject, type JsonObject } from "../LenientField.js"
import type { CallAction } from "../records/SessionRecord.js"

const shells: ReadonlySet<string> = new Set(["Bash", "PowerShell"])

const text = (input: JsonObject, name: string): string | undefined => {
  const value = input[name]
  return typeof value === "string" ? value : undefined
}

/** Returns the lines that one text replaced by another, as the lines of a diff. */
const replacing = (before: string, after: string): ReadonlyArray<string> => {
  const [removed, added] = [before.split("\n"), after.split("\n")]
  let start = 0
  while (start < removed.length && start < added.length && removed[start] === added[start]) {
    start++
  }
  let end = 0
  while (
    end < removed.length - start &&
    end < added.length - start &&
    removed[removed.length - 1 - end] === added[added.length - 1 - end]
  ) {
    end++
  }
  return [
    ...removed.slice(start, removed.length - end).map((line) => `-${line}`),
    ...added.slice(start, added.length - end).map((line) => `+${line}`)
  ]
}

const diffOf = (edit: JsonObject): ReadonlyArray<string> => {
  const [before, after] = [text(edit, "old_string"), text(edit, "new_string")]
  return before === undefined || after === undefined ? [] : replacing(before, after)
}

/** Matches the files in which the assistant keeps its plans, outside of the project. */
const ownPlan = /[\\/]\.claude[\\/]plans[\\/][^\\/]+\.md$/

/** Returns the change that a call of an editing tool asks for; undefined for another tool, and for a file of the assistant's own. */
const changeOf = (tool: string, input: JsonObject): FileChange | undefined => {
  const path = text(input, "file_path") ?? text(input, "notebook_path")
  if (path === undefined || ownPlan.test(path)) {
    return undefined
  }
  const change: FileChange = { path, action: "update", movedTo: undefined }
  switch (tool) {
    case "Edit":
      return withDiff(change, diffOf(input))
    case "MultiEdit": {
      const edits: ReadonlyArray<unknown> = Array.isArray(input["edits"]) ? input["edits"] : []
      return withDiff(change, edits.filter(isJsonObject).flatMap(diffOf))
    }
    case "Write":
    case "NotebookEdit":
      return change
    default:
      return undefined
  }
}

/** The maximum number of characters of an input's text in which paths are searched. */
const inputCharacters = 4_096

/** Returns the name of a tool; one of an MCP server is named `server.tool`. */
const toolName = (name: string): string => /^mcp__(.+?)__(.+)$/.exec(name)?.slice(1).join(".") ?? name

/** Reads the action of a call. `directory` is the one that its record names. */
export const readAction = (tool: string, input: JsonObject, directory: string | undefined): CallAction => {
  const command = shells.has(tool) ? text(input, "command") : undefined
  if (command !== undefined) {
    return { _tag: "Command", command, directory, isEscalated: input["dangerouslyDisableSandbox"] === true }
  }
  const change = changeOf(tool, input)
  return change === undefined
    ? {
        _tag: "Tool",
        tool: toolName(tool),
        input: Object.values(input)
          .flatMap((value) => (typeof value === "string" ? [value.slice(0, inputCharacters)] : []))
          .join("\n")
      }
    : { _tag: "Edit", changes: [change] }
}
