import { type FileChange, withDiff } from "../../FileChange.js"

const headers: ReadonlyArray<readonly [string, FileChange["action"]]> = [
  ["*** Add File: ", "add"],
  ["*** Update File: ", "update"],
  ["*** Delete File: ", "delete"]
]
const moveHeader = "*** Move to: "

/** The changes that an `apply_patch` patch makes, in its order; empty for a text that is no patch. */
export const patchedFiles = (patch: string): ReadonlyArray<FileChange> => {
  const changes: Array<{ readonly change: FileChange; readonly diff: Array<string> }> = []
  for (const line of patch.split("\n")) {
    const header = headers.find(([prefix]) => line.startsWith(prefix))
    const last = changes.at(-1)
    if (header !== undefined) {
      const path = line.slice(header[0].length).trim()
      changes.push({ change: { path, action: header[1], movedTo: undefined }, diff: [] })
    } else if (line.startsWith(moveHeader) && last !== undefined) {
      changes[changes.length - 1] = {
        ...last,
        change: { ...last.change, movedTo: line.slice(moveHeader.length).trim() }
      }
    } else {
      last?.diff.push(line)
    }
  }
  return changes.map(({ change, diff }) => withDiff(change, diff))
}

/** The patch inside a shell command that calls `apply_patch` with a here-document, if that is what the command does. */
export const patchInCommand = (command: string): string | undefined =>
  /^\s*(?:cd [^\n]*&&\s*)?apply_patch\b/.test(command) && command.includes("*** Begin Patch")
    ? command.slice(command.indexOf("*** Begin Patch"))
    : undefined
